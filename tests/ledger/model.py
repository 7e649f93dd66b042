"""The books once more, in plain Python and the plainest way, to compare against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

HOUSE = -1


@dataclass
class Refused(Exception):
    """What the books must answer instead: the refusal's code and its number."""

    code: str
    number: int | None = None


@dataclass
class ModelLot:
    account: int
    posting: int
    initial: int
    remaining: int
    expires_at: datetime | None


@dataclass
class Use:
    lot: int
    amount: int
    given_back: int = 0


@dataclass
class ModelPosting:
    debit: int
    credit: int
    amount: int
    reversed: int = 0
    uses: list[Use] = field(default_factory=list)


@dataclass
class ModelEntry:
    postings: list[int]
    is_reversal: bool = False


@dataclass
class Move:
    """A line: accounts by their place, HOUSE for one of the shop's own."""

    debit: int
    credit: int
    amount: int
    expires_at: datetime | None = None
    undoes: int | None = None


@dataclass
class Model:
    """Accounts by place, and everything that was ever posted, by place too."""

    statuses: list[str]
    lots: list[ModelLot] = field(default_factory=list)
    postings: list[ModelPosting] = field(default_factory=list)
    entries: list[ModelEntry] = field(default_factory=list)
    sweeps: int = 0

    def balance(self, account: int) -> int:
        return sum(lot.remaining for lot in self.lots if lot.account == account)

    def balances(self) -> list[int]:
        return [self.balance(account) for account in range(len(self.statuses))]

    def lots_of(self, account: int) -> list[tuple[int, datetime | None]]:
        return [
            (lot.remaining, lot.expires_at)
            for lot in self.lots
            if lot.account == account
        ]

    def post(
        self,
        moves: list[Move],
        *,
        at: datetime,
        live_until: datetime | None = None,
        is_reversal: bool = False,
    ) -> None:
        """Change the model, or raise Refused (the model is spoilt then: use a copy)."""
        entry = ModelEntry([], is_reversal)
        for move in moves:
            self._check(move)
            self.postings.append(ModelPosting(move.debit, move.credit, move.amount))
            place = len(self.postings) - 1
            entry.postings.append(place)
            if move.debit != HOUSE:
                self._take(move, place, at=at)
            if move.credit != HOUSE:
                self._bring_in(move, place, live_until=live_until)
        self.entries.append(entry)

    def reverse(
        self,
        entry: int,
        amounts: dict[int, int] | None,
        *,
        at: datetime,
        live_until: datetime | None,
    ) -> None:
        original = self.entries[entry]
        if original.is_reversal:
            raise Refused("not_reversible")
        moves = []
        for place in original.postings:
            posting = self.postings[place]
            left = posting.amount - posting.reversed
            amount = left if amounts is None else amounts.get(place, 0)
            if amount > left:
                raise Refused("over_reversal", left)
            if amount:
                moves.append(
                    Move(posting.credit, posting.debit, amount, None, undoes=place)
                )
                posting.reversed += amount
        if not moves:
            raise Refused("over_reversal", 0)
        self.post(moves[::-1], at=at, live_until=live_until, is_reversal=True)

    def sweep(self, *, at: datetime) -> tuple[int, int]:
        """Lots closed, and what was in them."""
        due = [
            lot
            for lot in self.lots
            if lot.remaining and lot.expires_at is not None and lot.expires_at <= at
        ]
        amount = sum(lot.remaining for lot in due)
        for lot in due:
            lot.remaining = 0
        self.sweeps += bool(due)
        return len(due), amount

    def _check(self, move: Move) -> None:
        if move.debit == HOUSE:
            return
        if self.statuses[move.debit] == "frozen" and move.undoes is None:
            raise Refused("account_frozen")
        balance = self.balance(move.debit)
        if balance < move.amount:
            raise Refused("insufficient_funds", move.amount - balance)

    def _take(self, move: Move, place: int, *, at: datetime) -> None:
        def is_usable(lot: ModelLot) -> bool:
            if move.undoes is not None:
                return lot.posting == move.undoes
            return lot.expires_at is None or lot.expires_at > at

        def first_to_expire(number: int) -> tuple[bool, float, int]:
            day = self.lots[number].expires_at
            return (day is None, day.timestamp() if day else 0, number)

        need = move.amount
        for number in sorted(range(len(self.lots)), key=first_to_expire):
            lot = self.lots[number]
            if need and lot.account == move.debit and lot.remaining and is_usable(lot):
                taken = min(need, lot.remaining)
                lot.remaining -= taken
                need -= taken
                self.postings[place].uses.append(Use(number, taken))
        if need:
            raise Refused("insufficient_funds", need)

    def _bring_in(self, move: Move, place: int, *, live_until: datetime | None) -> None:
        if move.undoes is None:
            self.lots.append(
                ModelLot(move.credit, place, move.amount, move.amount, move.expires_at)
            )
            return
        need = move.amount
        for use in reversed(self.postings[move.undoes].uses):
            back = min(need, use.amount - use.given_back)
            lot = self.lots[use.lot]
            if back and live_until and lot.expires_at and lot.expires_at < live_until:
                lot.expires_at = live_until
            lot.remaining += back
            use.given_back += back
            need -= back
