"""What one holder has, explained: each account, each lot, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from ledger.models import Account

# Lots that are used up are in no index of their accounts: postings are.
STORIES = """
SELECT l.id, l.account_id, l.initial, l.remaining, l.expires_at,
       e.id, e.kind, e.occurred_at, e.memo, e.store_id
  FROM (
    SELECT id, entry_id FROM ledger_posting
     WHERE credit_id = ANY (%(accounts)s::bigint[])
    UNION ALL
    SELECT id, entry_id FROM ledger_posting
     WHERE debit_id = ANY (%(accounts)s::bigint[])
  ) p
  JOIN ledger_lot l ON l.posting_id = p.id
  JOIN ledger_entry e ON e.id = p.entry_id
 WHERE l.account_id = ANY (%(accounts)s::bigint[])
   AND (l.is_open OR NOT %(open)s) AND l.id < %(before)s
 ORDER BY l.id DESC LIMIT %(limit)s
"""
USES = """
SELECT u.lot_id, u.amount, u.returns_id IS NOT NULL, e.id, e.kind, e.occurred_at,
       e.store_id
  FROM ledger_lotuse u
  JOIN ledger_posting p ON p.id = u.posting_id
  JOIN ledger_entry e ON e.id = p.entry_id
 WHERE u.lot_id = ANY (%(lots)s::bigint[])
 ORDER BY u.id
"""
LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """One account of a holder, with what tells it from the others."""

    pk: int
    kind: str
    slot: str
    unit_id: int
    unit: str
    unit_kind: str
    status: str
    balance: int
    is_owed: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What an entry took from a lot, or (`returns`) gave back to it."""

    amount: int
    returns: bool
    entry_id: UUID
    kind: str
    occurred_at: datetime
    store_id: int | None


@dataclass(frozen=True, slots=True)
class LotStory:
    """What came in with which entry, what was taken by which, what is left."""

    lot_id: int
    account_id: int
    initial: int
    remaining: int
    expires_at: datetime | None
    entry_id: UUID
    kind: str
    occurred_at: datetime
    memo: str
    store_id: int | None
    uses: list[Use] = field(default_factory=list)


def accounts_held(*, holder_kind: str, holder_id: int) -> list[HeldAccount]:
    """Every guarded account of a holder, in key order."""
    rows = (
        Account.objects.filter(
            holder_kind=holder_kind, holder_id=holder_id, guarded=True
        )
        .select_related("unit")
        .order_by("pk")
    )
    return [
        HeldAccount(
            row.pk,
            row.kind,
            row.slot,
            row.unit_id,
            row.unit.code,
            row.unit.kind,
            row.status,
            row.balance,
            row.side == Account.Side.CREDIT,
        )
        for row in rows
    ]


def lot_stories(
    *,
    account_ids: Sequence[int],
    only_open: bool = False,
    before: int | None = None,
    limit: int = 200,
) -> list[LotStory]:
    """The lots of some accounts, the newest first, each with all that touched it.

    Page on by giving the last one's `lot_id` as `before`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            STORIES,
            {
                "accounts": list(account_ids),
                "open": only_open,
                "before": LAST if before is None else before,
                "limit": limit,
            },
        )
        stories = {row[0]: LotStory(*row) for row in cursor.fetchall()}
        cursor.execute(USES, {"lots": list(stories)})
        for lot_id, *use in cursor.fetchall():
            stories[lot_id].uses.append(Use(*use))
    return list(stories.values())
