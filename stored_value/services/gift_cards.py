"""A gift card that its holder would rather have in the wallet."""

from datetime import datetime

from django.db import transaction

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Posted
from stored_value.errors import AmountRefused, HoldsTooMuch
from stored_value.holders import Holder, open_wallet
from stored_value.selectors.wallets import terms_at

from .doing import require_in_use
from .lots import moving, portions
from .spend import LARGEST


@transaction.atomic(savepoint=False)
def redeem_into_wallet_step(
    *,
    account_id: int,
    member_id: int,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    memo: str = "",
    fingerprint: bytes | None = None,
) -> Posted:
    """A step: move an amount from a gift card's account into a member's principal.

    Lot by lot, so that the money keeps the store it came in at. The caller has locked
    the card's account together with the member's (`lock_wallets`), and answers for the
    replay. Raises HoldsTooMuch, and what the books refuse.
    """
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    holder = Holder.member(member_id)
    require_in_use(holder)
    accounts = open_wallet(holder)
    terms = terms_at(at)
    posted = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=key,
        at=at,
        act=by,
        lines=moving(
            debit_id=account_id,
            credit_id=accounts.principal,
            taken=portions(account_id=account_id, amount=amount, at=at),
            keeps_life=False,
        ),
        memo=one_line(memo, 200),
        fingerprint=fingerprint,
    )
    most = terms.most_held(is_bearer=False)
    after = posted.credits_after[-1] or 0
    if most is not None and after > most and not posted.replayed:
        raise HoldsTooMuch(most=most)
    return posted
