"""Moving value lot by lot, so that each keeps where it came from and its life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger import selectors as ledger_selectors
from ledger.services import Line


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of one lot."""

    lot_id: int
    amount: int
    expires_at: datetime | None


def portions(*, account_id: int, amount: int, at: datetime) -> list[Portion]:
    """An amount as the books would take it: first to expire, then the oldest.

    Under the account's lock; the caller knows that there is enough.
    """
    found: list[Portion] = []
    due = amount
    for lot in ledger_selectors.open_lots(account_id=account_id):
        taken = min(due, lot.usable(at))
        if taken:
            found.append(Portion(lot.lot_id, taken, lot.expires_at))
            due -= taken
    return found


def moving(
    *, debit_id: int, credit_id: int, taken: Sequence[Portion], keeps_life: bool
) -> list[Line]:
    """One line for each lot: what arrives is a lot of its own."""
    return [
        Line(
            debit_id=debit_id,
            credit_id=credit_id,
            amount=portion.amount,
            lot_id=portion.lot_id,
            expires_at=portion.expires_at if keeps_life else None,
        )
        for portion in taken
    ]
