"""What was entered at the tills of stores, shift by shift."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.kinds import EntryKind
from ledger.models import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class TillEntry:
    """An entry that was made at a till: what it was, when and by whom."""

    id: UUID
    kind: EntryKind
    key: str
    memo: str
    occurred_at: datetime
    staff_id: int | None
    till_id: int


def entries_of_shifts(
    *, shift_ids: Collection[int], kinds: Collection[str], most: int
) -> list[TillEntry]:
    """The entries of some kinds of these shifts, the newest first."""
    rows = Entry.objects.filter(shift__in=shift_ids, kind__in=kinds, till__isnull=False)
    return [_facts(entry) for entry in rows.order_by("-seq")[:most]]


def till_entry(*, entry_id: UUID, store_id: int) -> TillEntry | None:
    """An entry made at a till of this store; another store's is not there."""
    rows = Entry.objects.filter(pk=entry_id, store=store_id, till__isnull=False)
    entry = rows.first()
    return None if entry is None else _facts(entry)


def _facts(entry: Entry) -> TillEntry:
    assert entry.till_id is not None  # noqa: S101 (for the type: filtered)
    return TillEntry(
        id=entry.pk,
        kind=EntryKind(entry.kind),
        key=entry.key,
        memo=entry.memo,
        occurred_at=entry.occurred_at,
        staff_id=entry.staff_id,
        till_id=entry.till_id,
    )
