"""Topped up at one store, spent at another; sold at one, given back at another."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from ledger import lineage as ledger_lineage
from ledger.kinds import AccountKind
from ledger.lineage import Crossing
from stored_value.models import ClearingDay, ClearingMark

KINDS = (
    AccountKind.PRINCIPAL,
    AccountKind.BONUS,
    AccountKind.GIFT_CARD,
    AccountKind.SALES,
)


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """What `origin` took in and `acceptor` honoured in a period, in minor units.

    `origin` None: the house as a whole. `owed`: what the origin owes the acceptor,
    money that members had paid; a bonus is told beside it and is nobody's debt.
    `refunded`: money that the acceptor handed back for goods that the origin sold.
    """

    origin: int | None
    acceptor: int
    spent: int
    paid_out: int
    bonus: int
    refunded: int = 0

    @property
    def owed(self) -> int:
        """Nothing, where it was spent at home."""
        return (
            0
            if self.origin == self.acceptor
            else self.spent + self.paid_out + self.refunded
        )


def clearing(*, since: date, until: date) -> list[ClearingRow]:
    """Every pair of stores over business days, both included; home rows as well, so
    that each store's column adds up to what its own books say.
    """
    sums: dict[tuple[int | None, int], dict[str, int]] = defaultdict(
        lambda: {"spent": 0, "paid_out": 0, "bonus": 0, "refunded": 0}
    )
    for crossing in _crossings(since, until):
        row = sums[crossing.origin, crossing.acceptor]
        if crossing.kind == AccountKind.BONUS:
            row["bonus"] += crossing.amount
        elif crossing.kind == AccountKind.SALES:
            row["refunded"] += crossing.amount
        elif crossing.way == AccountKind.TENDER:
            row["paid_out"] += crossing.amount
        else:
            row["spent"] += crossing.amount
    return [
        ClearingRow(origin, acceptor, **amounts)
        for (origin, acceptor), amounts in sorted(
            sums.items(), key=lambda pair: (pair[0][0] or 0, pair[0][1])
        )
        if any(amounts.values())
    ]


def _crossings(since: date, until: date) -> list[Crossing]:
    """The days added up so far, and what was written since, line by line."""
    while True:
        mark = _mark()
        rows = [
            Crossing(*row)
            for row in ClearingDay.objects.filter(
                business_date__gte=since, business_date__lte=until
            ).values_list(
                "business_date", "origin", "acceptor", "kind", "way", "amount"
            )
        ]
        rows += [
            crossing
            for crossing in ledger_lineage.crossings(after=mark, kinds=KINDS)
            if since <= crossing.business_date <= until
        ]
        if _mark() == mark:  # else some of it was added up while we read
            return rows


def _mark() -> int:
    return ClearingMark.objects.values_list("seq", flat=True).first() or 0


def net(rows: list[ClearingRow]) -> list[tuple[int | None, int | None, int]]:
    """What is to be paid after setting off both ways: debtor, creditor, amount."""
    owed: dict[tuple[int | None, int | None], int] = defaultdict(int)
    for row in rows:
        first, second = sorted((row.origin, row.acceptor), key=lambda pk: pk or 0)
        owed[first, second] += row.owed if first == row.origin else -row.owed
    return [
        (first, second, amount) if amount > 0 else (second, first, -amount)
        for (first, second), amount in sorted(
            owed.items(), key=lambda pair: (pair[0][0] or 0, pair[0][1] or 0)
        )
        if amount
    ]
