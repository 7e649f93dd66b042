"""Paying from a wallet, and giving a payment back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cards import services as cards_services
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.lineage import PostingFacts
from ledger.services import Act, Line
from stored_value import rules
from stored_value.errors import (
    AmountRefused,
    CodeNeeded,
    NotAPayment,
    NotEnough,
    NothingLeft,
)
from stored_value.holders import Holder, lock_wallets, open_store_account
from stored_value.models import WalletPolicy
from stored_value.requests import done_before, fingerprint_of
from stored_value.rules import Split
from stored_value.selectors.wallets import Holdings, terms_at, wallet
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval

from .codes import prove_payment_code
from .doing import allow, refuse_own, require_in_use

SPEND = "stored_value.spend_wallet"
REFUND = "stored_value.refund_spend"
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
    though the payment is refused. Raises CodeNeeded, CodeRefused, CodeLocked.
    """
    policy = terms_at(at).policy
    if _needs_code(policy, holder, amount, is_anonymous_device=is_anonymous_device):
        _prove(holder, payment_code, rotating_code, by, at)
    return _spend(
        holder=holder, amount=amount, by=by, at=at, key=key, memo=memo, policy=policy
    )


def _needs_code(
    policy: WalletPolicy, holder: Holder, amount: int, *, is_anonymous_device: bool
) -> bool:
    """A bearer card has nobody whose code could be asked: its own limit stands."""
    if holder.is_bearer:
        return False
    return is_anonymous_device or amount > policy.code_from


def _prove(
    holder: Holder,
    payment_code: str | None,
    rotating_code: str | None,
    by: Act,
    at: datetime,
) -> None:
    if payment_code is not None:
        prove_payment_code(member_id=holder.id, code=payment_code, by=by, at=at)
    elif rotating_code is not None:
        shown = cards_services.use_rotating_code(code=rotating_code, at=at, by=by)
        if shown.member_id != holder.id:
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
    allow(by, SPEND, amount=0, at=at)
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
        return _as_paid(done)
    require_in_use(holder)
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
        memo=memo.replace("\x00", "")[:200],
        fingerprint=request,
    )
    return _as_paid(posted.entry_id)


@transaction.atomic
def refund_spend(
    *,
    entry_id: UUID,
    by: Act,
    at: datetime,
    key: str,
    reason: str,
    amount: int | None = None,
    approval: Approval | None = None,
) -> Paid:
    """Give a payment back, whole or in part, into the very lots it was taken from.

    In the proportion in which it was taken, so that any number of refunds ends where
    it began. What was captured from a hold goes back to where the hold took it.
    Raises NotAPayment, NothingLeft, and OverReversal of the books.
    """
    said = reason.replace("\x00", "").strip()[:200]
    if not said:
        raise ReasonMissing
    request = fingerprint_of("refund_spend", str(entry_id), amount)
    postings = _payment(entry_id)
    lock_wallets(_holders(postings))
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return _as_paid(done)
    taken = _taken(_payment(entry_id))
    left = taken.left
    amount = left if amount is None else amount
    if amount <= 0:
        raise AmountRefused if left else NothingLeft
    if amount > left:
        raise NothingLeft
    by = allow(
        by, REFUND, amount=amount, at=at, approval=approval, subject=f"entry:{entry_id}"
    )
    refuse_own(by, _holders(postings))
    part = rules.give_back(taken=taken.split, before=taken.given_back, amount=amount)
    amounts = taken.amounts(part)
    until = terms_at(at).given_back_lives_until(at)
    posted = ledger_services.reverse_entry(
        entry_id=entry_id,
        key=key,
        at=at,
        act=by,
        amounts=amounts,
        live_until=until,
        memo=said,
        fingerprint=request,
    )
    _undo_holds(taken, amounts, by=by, at=at, key=key, until=until)
    stores_services.record_act(
        name=REFUND,
        by=by,
        at=at,
        facts={"entry": str(entry_id), "amount": amount, "reason": said},
    )
    return Paid(posted.entry_id, part.principal, part.bonus)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A payment's postings, each with the kind of money that it truly took."""

    postings: tuple[tuple[str, PostingFacts], ...]
    held_by: dict[int, PostingFacts]

    @property
    def split(self) -> Split:
        return Split(
            principal=self._sum(AccountKind.PRINCIPAL, "amount"),
            bonus=self._sum(AccountKind.BONUS, "amount"),
        )

    @property
    def given_back(self) -> int:
        return sum(posting.reversed for _, posting in self.postings)

    @property
    def left(self) -> int:
        return sum(posting.left for _, posting in self.postings)

    def _sum(self, kind: str, field: str) -> int:
        return sum(
            int(getattr(posting, field)) for of, posting in self.postings if of == kind
        )

    def amounts(self, part: Split) -> dict[int, int]:
        """How much of each posting goes back, the last one first."""
        found: dict[int, int] = {}
        for kind, due in (
            (AccountKind.PRINCIPAL, part.principal),
            (AccountKind.BONUS, part.bonus),
        ):
            for of, posting in reversed(self.postings):
                back = min(due, posting.left) if of == kind else 0
                if back:
                    found[posting.posting_id] = back
                    due -= back
        return found


def _payment(entry_id: UUID) -> list[PostingFacts]:
    wallets = (AccountKind.PRINCIPAL, AccountKind.BONUS, AccountKind.HELD)
    found = [
        posting
        for posting in ledger_lineage.postings_of(entry_id=entry_id)
        if posting.entry_kind == EntryKind.SALE and posting.debit_kind in wallets
    ]
    if not found:
        raise NotAPayment
    return found


def _holders(postings: Sequence[PostingFacts]) -> list[Holder]:
    pairs = {
        (posting.debit_holder_kind, posting.debit_holder_id) for posting in postings
    }
    return [Holder(kind, pk) for kind, pk in sorted(pairs, key=str) if pk is not None]


def _taken(postings: list[PostingFacts]) -> _Taken:
    """What came out of a hold counts as what the hold had taken."""
    from_holds = [row for row in postings if row.debit_kind == AccountKind.HELD]
    made = ledger_lineage.made_what_was_used(
        [posting.posting_id for posting in from_holds]
    )
    kinds = [
        (
            made[posting.posting_id].debit_kind
            if posting.posting_id in made
            else posting.debit_kind,
            posting,
        )
        for posting in postings
    ]
    return _Taken(tuple(kinds), made)


def _undo_holds(
    taken: _Taken,
    amounts: dict[int, int],
    *,
    by: Act,
    at: datetime,
    key: str,
    until: datetime,
) -> None:
    """What is back in a hold that has ended goes on, to where the hold took it."""
    by_hold: dict[UUID, dict[int, int]] = {}
    for posting_id, amount in amounts.items():
        source = taken.held_by.get(posting_id)
        if source is not None:
            undo = by_hold.setdefault(source.entry_id, {})
            undo[source.posting_id] = undo.get(source.posting_id, 0) + amount
    for number, (entry_id, undo) in enumerate(sorted(by_hold.items())):
        ledger_services.reverse_entry(
            entry_id=entry_id,
            key=f"{key}:hold:{number}",
            at=at,
            act=by,
            amounts=undo,
            live_until=until,
        )


def _as_paid(entry_id: UUID) -> Paid:
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
