"""Giving a payment back, into the very lots it was taken from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.text import one_line
from ledger import belonging as ledger_belonging
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.lineage import PostingFacts
from ledger.services import Act
from members import selectors as members_selectors
from stored_value import rules
from stored_value.errors import AmountRefused, NotAPayment, NothingLeft
from stored_value.holders import Holder, lock_wallets
from stored_value.requests import done_before, fingerprint_of
from stored_value.rules import Split
from stored_value.selectors.wallets import terms_at
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval

from .doing import refuse_own
from .spend import Paid, as_paid

REFUND = "stored_value.refund_spend"


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
    Raises NotAPayment, NothingLeft, UndoneElsewhere for a part of a sale that the
    checkout settled, and OverReversal of the books.
    """
    said = one_line(reason, 200)
    if not said:
        raise ReasonMissing
    ledger_belonging.refuse_part(entry_id)
    request = fingerprint_of("refund_spend", str(entry_id), amount)
    postings = _payment(entry_id)
    lock_wallets(_holders(postings))
    done = done_before(key=key, fingerprint=request)
    if done is not None:
        return as_paid(done)
    taken = _taken(_payment(entry_id))
    left = taken.left
    amount = left if amount is None else amount
    if amount <= 0:
        raise AmountRefused if left else NothingLeft
    if amount > left:
        raise NothingLeft
    by = stores_services.use_limit(
        by=by,
        act=REFUND,
        amount=amount,
        at=at,
        approval=approval,
        subject=f"entry:{entry_id}",
        members=[holder.member_id for holder in _holders(postings)],
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
    """Whose the money is now: of a merged member, the survivor's."""
    pairs = {
        (posting.debit_holder_kind, posting.debit_holder_id) for posting in postings
    }
    holders = {Holder(kind, pk) for kind, pk in pairs if pk is not None}
    return sorted(
        {
            holder
            if holder.is_bearer
            else Holder.member(members_selectors.resolve(holder.id))
            for holder in holders
        },
        key=str,
    )


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
