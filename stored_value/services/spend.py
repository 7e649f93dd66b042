"""Paying from a wallet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cards import selectors as cards_selectors
from cards import services as cards_services
from common.text import one_line
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Line
from members import services as members_services
from stored_value import rules
from stored_value.errors import (
    AmountRefused,
    CodeNeeded,
    NotEnough,
)
from stored_value.holders import Holder, lock_wallets, open_store_account
from stored_value.models import WalletPolicy
from stored_value.requests import done_before, fingerprint_of
from stored_value.rules import Split
from stored_value.selectors.wallets import Holdings, terms_at, wallet
from stores import services as stores_services

from .codes import prove_payment_code, shown_by
from .doing import require_in_use
from .waiting import require_settled_phone

SPEND = "stored_value.spend_wallet"
LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment or a refund as it was written, in minor units."""

    entry_id: UUID
    principal: int
    bonus: int


def spending_lines(
    *, held: Holdings, amount: int, order: str, sales_id: int
) -> list[Line]:
    """The lines that take an amount out of a wallet: for a sale's one entry.

    Pure: it posts nothing, and the books check again what it relied on. Raises
    NotEnough. Within each account the lot that expires first is taken by the books.
    """
    part = _split(held, amount, order)
    return [
        Line(debit_id=account_id, credit_id=sales_id, amount=taken)
        for account_id, taken in (
            (held.accounts.principal, part.principal),
            (held.accounts.bonus, part.bonus),
        )
        if taken
    ]


def spend(
    *,
    holder: Holder,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    payment_code: str | None = None,
    rotating_code: str | None = None,
    is_anonymous_device: bool = False,
    memo: str = "",
) -> Paid:
    """Pay at a till from a wallet, with the member's code where the shop asks for it.

    The code is proven in a transaction of its own, before: a wrong try is counted
    though the payment is refused. Raises CodeNeeded, CodeRefused, CodeLocked,
    SpendingWaits.
    """
    policy = terms_at(at).policy
    if _needs_code(policy, holder, amount, at, is_anonymous_device=is_anonymous_device):
        require_settled_phone(member_id=holder.member_id, at=at)
        _prove(holder, payment_code, rotating_code, by, at)
    return _spend(
        holder=holder, amount=amount, by=by, at=at, key=key, memo=memo, policy=policy
    )


def _needs_code(
    policy: WalletPolicy,
    holder: Holder,
    amount: int,
    at: datetime,
    *,
    is_anonymous_device: bool,
) -> bool:
    """The stricter of what stored value and cards ask for; always, of a device that
    nobody signed in to.
    """
    if is_anonymous_device or cards_selectors.needs_code(
        amount=amount, anonymous=holder.is_bearer, at=at
    ):
        return True
    return not holder.is_bearer and amount > policy.code_from


def _prove(
    holder: Holder,
    payment_code: str | None,
    rotating_code: str | None,
    by: Act,
    at: datetime,
) -> None:
    if payment_code is not None and not holder.is_bearer:
        prove_payment_code(member_id=holder.id, code=payment_code, by=by, at=at)
    elif rotating_code is not None:
        shown = cards_services.use_rotating_code(code=rotating_code, at=at, by=by)
        if holder not in shown_by(shown):
            raise CodeNeeded
    else:
        raise CodeNeeded


@transaction.atomic
def _spend(
    *,
    holder: Holder,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    memo: str,
    policy: WalletPolicy,
) -> Paid:
    by = stores_services.use_limit(
        by=by, act=SPEND, amount=0, at=at, members=[holder.member_id]
    )
    return spend_step(
        holder=holder,
        amount=amount,
        by=by,
        at=at,
        key=key,
        memo=memo,
        order=policy.spending_order,
    )


@transaction.atomic(savepoint=False)
def spend_step(
    *,
    holder: Holder,
    amount: int,
    by: Act,
    at: datetime,
    key: str,
    order: str,
    memo: str = "",
) -> Paid:
    """A step: take an amount out of a wallet for a sale at the act's store.

    The command that calls it has made sure that the holder agrees.
    """
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    request = fingerprint_of("spend", holder.kind, holder.id, amount, by.store_id)
    lock_wallets([holder])
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return as_paid(done)
    require_in_use(holder)
    members_services.refuse_frozen_step(holder.member_id)
    held = wallet(holder=holder, at=at)
    posted = ledger_services.post_entry(
        kind=EntryKind.SALE,
        key=key,
        at=at,
        act=by,
        lines=spending_lines(
            held=held,
            amount=amount,
            order=order,
            sales_id=open_store_account(AccountKind.SALES, by.store_id),
        ),
        memo=one_line(memo, 200),
        fingerprint=request,
    )
    return as_paid(posted.entry_id)


def as_paid(entry_id: UUID) -> Paid:
    """What an entry moved, for the first answer and for every replay."""
    sums = {str(AccountKind.PRINCIPAL): 0, str(AccountKind.BONUS): 0}
    postings = ledger_lineage.postings_of(entry_id=entry_id)
    made = ledger_lineage.made_what_was_used([row.posting_id for row in postings])
    for posting in postings:
        for kind in (posting.debit_kind, posting.credit_kind):
            if kind == AccountKind.HELD and posting.posting_id in made:
                kind = made[posting.posting_id].debit_kind
            if kind in sums:
                sums[kind] += posting.amount
    return Paid(entry_id, sums[AccountKind.PRINCIPAL], sums[AccountKind.BONUS])


def _split(held: Holdings, amount: int, order: str) -> Split:
    if not 0 < amount <= LARGEST:
        raise AmountRefused
    if amount > held.usable:
        raise NotEnough(short_by=amount - held.usable)
    return rules.split(
        amount=amount, principal=held.principal, bonus=held.bonus, order=order
    )
