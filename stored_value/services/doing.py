"""What every command of a wallet asks first: whose it is, and who may do it."""

from collections.abc import Sequence
from uuid import UUID

from cards.models import Card
from ledger.services import Act
from members.models import Member
from stored_value.errors import CashOutTooLarge, NoSuchHolder
from stored_value.holders import Holder
from stored_value.terms import WalletTerms
from stores import selectors as stores_selectors
from stores.errors import BeneficiaryRefused


def require_in_use(holder: Holder) -> UUID | None:
    """Refuse who is merged, erased, dead or unknown.

    What a member is called outside comes back; nothing for a bearer card.
    """
    if holder.is_bearer:
        if not Card.objects.filter(
            pk=holder.id, status=Card.Status.ACTIVE, member=None
        ).exists():
            raise NoSuchHolder
        return None
    known = Member.objects.filter(pk=holder.id, status=Member.Status.ACTIVE)
    public_id = known.values_list("public_id", flat=True).first()
    if public_id is None:
        raise NoSuchHolder
    return public_id


def refuse_own(by: Act, holders: Sequence[Holder]) -> None:
    """No member does to themselves what staff do for them; whether staff may do it at
    their own card, `use_limit` asks.
    """
    members = [holder.id for holder in holders if not holder.is_bearer]
    if by.actor in {f"member:{member_id}" for member_id in members}:
        raise BeneficiaryRefused


def require_payout(terms: WalletTerms, tender: str, amount: int) -> None:
    """Refuse to pay out by no known way, or more in cash than the law lets."""
    stores_selectors.require_refundable(tender)
    most = terms.most_cash_out
    if tender == "cash" and most is not None and amount > most:
        raise CashOutTooLarge(most=most)
