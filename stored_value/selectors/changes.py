"""A wallet's events, each whole: what it changed of principal and bonus, and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from cards import selectors as cards_selectors
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import EntryKind
from ledger.statements import Movement

PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class WalletChange:
    """One event of a wallet: what it changed in all, and by kind of money."""

    entry_id: UUID
    kind: str
    at: datetime
    store_id: int | None
    principal: int
    bonus: int
    after: int
    last_posting: int
    payer: str = ""  # of a shared wallet: who paid, where it was another

    @property
    def amount(self) -> int:
        return self.principal + self.bonus

    @property
    def title(self) -> str:
        """What happened, as the guest would say it."""
        return movement_title(self.kind)


def movement_title(kind: str) -> str:
    """What an entry did, in the words of whoever's wallet it is."""
    words = {
        str(EntryKind.SALE): _("Paid at the till"),
        str(EntryKind.TOP_UP): _("Top-up"),
        str(EntryKind.REVERSAL): _("Refund or correction"),
        str(EntryKind.HOLD): _("Held for a booking"),
        str(EntryKind.EXPIRY): _("Expired"),
        str(EntryKind.PAYOUT): _("Paid back to you"),
        str(EntryKind.TRANSFER): _("Transfer"),
        str(EntryKind.GRANT): _("Gift from the house"),
        str(EntryKind.CLAW_BACK): _("Taken back"),
    }
    return words.get(kind) or str(EntryKind(kind).label)


def changes(
    *, principal: int, bonus: int, before: int | None = None
) -> tuple[list[WalletChange], int | None]:
    """A wallet's events, newest first, and from where to go on; None: all are told.

    An event is told whole: one that the page would cut goes on the next.
    """
    rows = ledger_statements.together(
        account_ids=[principal, bonus], before=before, limit=PAGE
    )
    groups: dict[UUID, list[Movement]] = {}
    for row in rows:
        groups.setdefault(row.entry_id, []).append(row)
    payers = payers_of(list(groups))
    told = [
        change_of(group, principal=principal, payer=payers.get(entry_id, ""))
        for entry_id, group in groups.items()
    ]
    if len(rows) < PAGE:
        return told, None
    if len(told) > 1:
        told.pop()
    return told, told[-1].last_posting


def payers_of(entry_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Who paid, of the events that another paid from this wallet."""
    keys = ledger_selectors.keys_of(entry_ids)
    paid = cards_selectors.who_paid(list(keys.values()))
    return {pk: paid[key] for pk, key in keys.items() if key in paid}


def change_of(
    rows: Sequence[Movement], *, principal: int, payer: str = ""
) -> WalletChange:
    """One event from its lines, the newest in front."""
    newest = rows[0]
    of_principal = sum(row.change for row in rows if row.account_id == principal)
    return WalletChange(
        entry_id=newest.entry_id,
        kind=newest.kind,
        at=newest.occurred_at,
        store_id=newest.store_id,
        principal=of_principal,
        bonus=sum(row.change for row in rows) - of_principal,
        after=newest.together_after,
        last_posting=min(row.posting_id for row in rows),
        payer=payer,
    )
