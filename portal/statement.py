"""A month of a wallet: what it held, what moved it, and what it held then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import tables
from common.months import add_months
from ledger import statements as ledger_statements
from ledger.statements import Movement
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from stored_value.selectors import WalletChange, change_of
from stores import selectors as stores_selectors

from .visitors import Visitor

MOST_MONTHS: Final = 24  # that are offered, the present one with them


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """All of one month, in the order of its business days; minor units."""

    month: date
    opening: int
    changes: tuple[WalletChange, ...]
    stores: dict[int, str]

    @property
    def closing(self) -> int:
        """What was there at the month's end."""
        return self.opening + sum(change.amount for change in self.changes)

    def rows(self) -> Iterator[tuple[str, str, str, int, int, int, int]]:
        """When, what, where; principal, bonus, both together, and the balance then."""
        for change in self.changes:
            yield (
                tables.clock(change.at),
                change.title,
                self.stores.get(change.store_id or 0, ""),
                change.principal,
                change.bonus,
                change.amount,
                change.after,
            )


def header() -> tuple[str, ...]:
    """What stands above the columns."""
    return (
        _("Time"),
        pgettext("of a statement", "What happened"),
        _("Store"),
        _("Principal"),
        _("Bonus"),
        _("Total"),
        _("Balance"),
    )


def months_of(visitor: Visitor) -> list[date]:
    """The months that have a statement, the latest first: since joining."""
    this = visitor.today[0].replace(day=1)
    joined = visitor.member.joined_at.astimezone(visitor.zone).date().replace(day=1)
    months = [add_months(this, -back) for back in range(MOST_MONTHS)]
    return [month for month in months if month >= joined] or [this]


def statement_of(visitor: Visitor, month: date) -> MonthStatement:
    """One month; it adds up whatever was reported late."""
    accounts = stored_value_selectors.wallet(
        holder=Holder.member(visitor.member.pk), at=visitor.at
    ).accounts
    both = [accounts.principal, accounts.bonus]
    opening = ledger_statements.held_before(account_ids=both, day=month)
    rows = ledger_statements.of_days(
        account_ids=both, since=month, until=add_months(month, 1)
    )
    changes = _events(rows, principal=accounts.principal, opening=opening)
    stores = stores_selectors.names_of(change.store_id for change in changes)
    return MonthStatement(month, opening, tuple(changes), stores)


def _events(
    rows: Sequence[Movement], *, principal: int, opening: int
) -> list[WalletChange]:
    groups: dict[UUID, list[Movement]] = {}
    for row in rows:
        groups.setdefault(row.entry_id, []).append(row)
    changes, after = [], opening
    for group in groups.values():
        change = change_of(group, principal=principal)
        after += change.amount
        changes.append(replace(change, after=after))
    return changes
