"""What every command of a wallet asks first: whose it is, and who may do it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cards.models import Card
from ledger.services import Act
from members.models import Member
from stored_value.errors import CashOutTooLarge, NoSuchHolder, TenderRefused
from stored_value.holders import Holder
from stored_value.models import StaffAccount
from stored_value.terms import WalletTerms
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import ApprovalNeeded, BeneficiaryRefused, NotAllowed
from stores.models import Approval, Shift, Store, User


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


def allow(
    by: Act,
    permission: str,
    *,
    amount: int,
    at: datetime,
    approval: Approval | None = None,
    subject: str = "",
) -> Act:
    """A step: let a person do so much of it, alone or with a second person.

    Programs and tasks answer for themselves. The act that comes back names whoever
    approved it, so that the books do.
    """
    if by.staff_id is None:
        return by
    staff = User.objects.get(pk=by.staff_id)
    if by.shift_id is not None:
        stores_services.use_limit(
            staff=staff,
            act=permission,
            amount=amount,
            shift=Shift.objects.select_related("store").get(pk=by.shift_id),
            at=at,
            approval=approval,
            subject=subject,
        )
    else:
        _without_a_shift(staff, by, permission, amount, at, approval, subject)
    if approval is None:
        return by
    # Asked anew: the row in hand may be from before it was approved.
    checker = Approval.objects.filter(pk=approval.pk).values_list("checker_id").get()
    return replace(by, approver_id=checker[0])


def _without_a_shift(
    staff: User,
    by: Act,
    permission: str,
    amount: int,
    at: datetime,
    approval: Approval | None,
    subject: str,
) -> None:
    """At a desk: no drawer, so no sum over the shift, but the limit of one act."""
    store = Store.objects.filter(pk=by.store_id or 0).first()
    if store is None or not stores_selectors.user_may(staff, permission, store=store):
        raise NotAllowed(permission=permission)
    if approval is not None:
        stores_services.consume_approval(
            approval=approval,
            act=permission,
            maker=staff,
            amount=amount,
            store=store,
            at=at,
            subject=subject,
        )
        return
    limit = stores_selectors.limit_of(staff, permission, store=store)
    if not limit.covers(amount):
        raise ApprovalNeeded(act=permission, amount=amount, allowed=limit.per_act or 0)


def refuse_own(by: Act, holders: Sequence[Holder]) -> None:
    """Nobody moves value to or from their own member account at the till."""
    members = [holder.id for holder in holders if not holder.is_bearer]
    own = StaffAccount.objects.filter(staff_id=by.staff_id, member_id__in=members)
    if by.staff_id is not None and own.exists():
        raise BeneficiaryRefused
    if by.actor in {f"member:{member_id}" for member_id in members}:
        raise BeneficiaryRefused


def require_payout(terms: WalletTerms, tender: str, amount: int) -> None:
    """Refuse to pay out by no known way, or more in cash than the law lets."""
    if tender not in stores_selectors.TENDERS:
        raise TenderRefused
    most = terms.most_cash_out
    if tender == "cash" and most is not None and amount > most:
        raise CashOutTooLarge(most=most)
