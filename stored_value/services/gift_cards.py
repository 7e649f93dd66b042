"""Gift cards that are bought from a wallet, and such as go into one."""

from datetime import datetime

from django.db import transaction

from common.text import one_line
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members import services as members_services
from stored_value.errors import AmountRefused, CodeNeeded, HoldsTooMuch, NotEnough
from stored_value.holders import Holder, open_wallet
from stored_value.selectors.wallets import code_asked_above, terms_at, wallet

from .doing import require_in_use
from .lots import moving, portions
from .spend import LARGEST
from .waiting import require_settled_phone


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


@transaction.atomic(savepoint=False)
def buy_gift_card_step(
    *,
    account_id: int,
    member_id: int,
    amount: int,
    expires_at: datetime | None,
    by: Act,
    at: datetime,
    key: str,
    is_proven: bool,
    memo: str = "",
    fingerprint: bytes | None = None,
) -> Posted:
    """A step: pay a gift card with a member's principal; a bonus is never given on.

    Lot by lot, so that the money keeps the store it came in at; what arrives lives as
    the card does. Above the shop's limit it needs the payment code (`is_proven`), and a
    phone that was not just changed. The caller has locked the wallet, and answers for
    the replay. Raises NotEnough, CodeNeeded, SpendingWaits, and what the books refuse.
    """
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    holder = Holder.member(member_id)
    require_in_use(holder)
    members_services.refuse_frozen_step(member_id)
    if amount > code_asked_above(at=at):
        require_settled_phone(member_id=member_id, at=at)
        if not is_proven:
            raise CodeNeeded
    held = wallet(holder=holder, at=at)
    if amount > held.principal:
        raise NotEnough(short_by=amount - held.principal)
    principal = held.accounts.principal
    return ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key=key,
        at=at,
        act=by,
        lines=[
            Line(
                debit_id=principal,
                credit_id=account_id,
                amount=portion.amount,
                lot_id=portion.lot_id,
                expires_at=expires_at,
            )
            for portion in portions(account_id=principal, amount=amount, at=at)
        ],
        memo=one_line(memo, 200),
        fingerprint=fingerprint,
    )
