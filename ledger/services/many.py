"""Writing very many entries at once: histories moved in, gifts to thousands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from ledger.errors import InvalidEntry
from ledger.kinds import EntryKind
from ledger.services.accounts import lock_accounts
from ledger.services.post import (
    Act,
    Line,
    as_array,
    check_lines,
    fingerprint_of,
    moment_text,
    post_entry,
)
from ledger.services.refusals import typed_refusals

LARGEST_BATCH = 10_000
POST_MANY: Final = """
SELECT entry_ids, replayed FROM ledger_post_many(
  %s::text[], %s::text[], %s::bytea[], %s::timestamptz[], %s::date[],
  %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
  %s::text[], %s::text[],
  %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[]
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry to be written; its facts are those of `post_entry`."""

    kind: EntryKind
    key: str
    at: datetime
    act: Act
    lines: Sequence[Line]
    memo: str = ""
    fingerprint: bytes | None = None


@dataclass(frozen=True, slots=True)
class PostedMany:
    """The entry of each draft, in their order, and how many were there already."""

    entry_ids: tuple[UUID, ...]
    replayed: int


@transaction.atomic
def post_many(*, drafts: Sequence[Draft]) -> PostedMany:
    """Write every draft as `post_entry` would, one after the other; all or nothing.

    Entries that touch the same holder's account keep their order; among the others the
    numbers of the books may run differently. Raises what `post_entry` raises.
    """
    for draft in drafts:
        check_lines(draft.lines)
        if not draft.lines:
            raise InvalidEntry(rule="ledger_entry_has_lines")
    touched = {account for draft in drafts for account in _accounts(draft)}
    guarded = set(lock_accounts(sorted(touched)))
    entry_ids: list[UUID | None] = [None] * len(drafts)
    replayed = 0
    for places in _batches(drafts, guarded):
        if len(places) == 1:
            found = [_post_one(drafts[places[0]])]
        else:
            found = _post_batch([drafts[place] for place in places])
        for place, (entry_id, is_old) in zip(places, found, strict=True):
            entry_ids[place] = entry_id
            replayed += is_old
    return PostedMany(tuple(one for one in entry_ids if one is not None), replayed)


def _accounts(draft: Draft) -> Iterator[int]:
    for line in draft.lines:
        yield line.debit_id
        yield line.credit_id


def _batches(drafts: Sequence[Draft], guarded: set[int]) -> Iterator[list[int]]:
    """Places of drafts, parted so that no two of a batch touch the same holding.

    A draft comes after every earlier one that shares an account or the key with it.
    One that moves the same holding twice within itself is a batch of its own.
    """
    last: dict[int | str, int] = {}
    rounds: list[list[int]] = []
    alone: list[list[int]] = []
    for place, draft in enumerate(drafts):
        held = [account for account in _accounts(draft) if account in guarded]
        touched: set[int | str] = {*held, draft.key}
        turn = max((last[one] + 1 for one in touched if one in last), default=0)
        for one in touched:
            last[one] = turn
        while len(rounds) <= turn:
            rounds.append([])
            alone.append([])
        (alone if len(held) > len(set(held)) else rounds)[turn].append(place)
    for together, singles in zip(rounds, alone, strict=True):
        for start in range(0, len(together), LARGEST_BATCH):
            yield together[start : start + LARGEST_BATCH]
        for place in singles:
            yield [place]


def _post_one(draft: Draft) -> tuple[UUID, bool]:
    posted = post_entry(
        kind=draft.kind,
        key=draft.key,
        at=draft.at,
        act=draft.act,
        lines=draft.lines,
        memo=draft.memo,
        fingerprint=draft.fingerprint,
    )
    return posted.entry_id, posted.replayed


def _post_batch(drafts: list[Draft]) -> list[tuple[UUID, bool]]:
    acts = [draft.act for draft in drafts]
    lines = [
        (place, line) for place, draft in enumerate(drafts, 1) for line in draft.lines
    ]
    columns: list[Any] = [
        [str(draft.kind) for draft in drafts],
        [draft.key for draft in drafts],
        [
            draft.fingerprint or fingerprint_of(draft.kind, draft.lines)
            for draft in drafts
        ],
        as_array([moment_text(draft.at) for draft in drafts]),
        as_array([act.business_date.isoformat() for act in acts]),
        [act.actor for act in acts],
        as_array([act.store_id for act in acts]),
        as_array([act.till_id for act in acts]),
        as_array([act.staff_id for act in acts]),
        as_array([act.shift_id for act in acts]),
        as_array([act.approver_id for act in acts]),
        [act.request_id for act in acts],
        [draft.memo for draft in drafts],
        as_array([place for place, _line in lines]),
        as_array([line.debit_id for _place, line in lines]),
        as_array([line.credit_id for _place, line in lines]),
        as_array([line.amount for _place, line in lines]),
        as_array([moment_text(line.expires_at) for _place, line in lines]),
        as_array([line.lot_id for _place, line in lines]),
    ]
    with typed_refusals(), connection.cursor() as cursor:
        cursor.execute(POST_MANY, columns)
        entry_ids, replayed = cursor.fetchone()
    return list(zip(entry_ids, replayed, strict=True))
