"""What the books say: statements, balances, what is owed, what a day took."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from ledger.explain import HeldAccount as HeldAccount
from ledger.explain import LotStory as LotStory
from ledger.explain import accounts_held as accounts_held
from ledger.explain import lot_stories as lot_stories
from ledger.kinds import AccountKind
from ledger.models import Account, Entry, Posting, ProofRun, Seal, Unit

STATEMENT = """
SELECT m.posting_id, e.id, e.kind, e.occurred_at, e.business_date, e.store_id, e.memo,
       m.change, m.after
  FROM (
    (SELECT p.id AS posting_id, p.entry_id, p.amount AS change, p.credit_after AS after
       FROM ledger_posting p WHERE p.credit_id = %(account)s AND p.id < %(before)s
      ORDER BY p.id DESC LIMIT %(limit)s)
    UNION ALL
    (SELECT p.id, p.entry_id, -p.amount, p.debit_after
       FROM ledger_posting p WHERE p.debit_id = %(account)s AND p.id < %(before)s
      ORDER BY p.id DESC LIMIT %(limit)s)
  ) m JOIN ledger_entry e ON e.id = m.entry_id
 ORDER BY m.posting_id DESC LIMIT %(limit)s
"""
BALANCE_AT = """
SELECT m.after FROM (
    SELECT p.id, p.credit_after AS after FROM ledger_posting p
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE p.credit_id = %(account)s AND e.recorded_at <= %(at)s
    UNION ALL
    SELECT p.id, p.debit_after FROM ledger_posting p
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE p.debit_id = %(account)s AND e.recorded_at <= %(at)s
  ) m ORDER BY m.id DESC LIMIT 1
"""
LOT = """
SELECT l.id, l.posting_id, l.account_id, l.initial, l.remaining,
       coalesce((SELECT sum(u.amount) FROM ledger_lotuse u
                   JOIN ledger_posting p ON p.id = u.posting_id
                   JOIN ledger_entry e ON e.id = p.entry_id
                  WHERE u.lot_id = l.id AND e.kind = 'expiry'), 0)::bigint,
       l.expires_at
  FROM ledger_lot l
"""
LOTS_MADE = LOT + " WHERE l.posting_id = ANY (%(postings)s::bigint[])"
OPEN_LOTS = LOT + (
    " WHERE l.account_id = %(account)s AND l.is_open ORDER BY l.expires_at, l.id"
)
LOTS_TAKEN = f"""{LOT}
 WHERE l.id IN (SELECT lot_id FROM ledger_lotuse
                 WHERE posting_id = ANY (%(postings)s::bigint[]))
 ORDER BY l.id
"""  # noqa: S608 (our own text throughout)
LAPSED = """
SELECT coalesce(sum(CASE WHEN p.debit_id = %(account)s
                         THEN p.amount ELSE -p.amount END), 0)::bigint
  FROM ledger_posting p
  JOIN ledger_account b ON b.kind = 'breakage'
   AND b.id = CASE WHEN p.debit_id = %(account)s THEN p.credit_id ELSE p.debit_id END
 WHERE p.debit_id = %(account)s OR p.credit_id = %(account)s
"""
TENDERS = """
SELECT slot, sum(amount)::bigint FROM (
    SELECT a.slot, p.amount FROM ledger_entry e
      JOIN ledger_posting p ON p.entry_id = e.id
      JOIN ledger_account a ON a.id = p.debit_id AND a.kind = 'tender'
     WHERE e.shift_id = %(shift)s
    UNION ALL
    SELECT a.slot, -p.amount FROM ledger_entry e
      JOIN ledger_posting p ON p.entry_id = e.id
      JOIN ledger_account a ON a.id = p.credit_id AND a.kind = 'tender'
     WHERE e.shift_id = %(shift)s
  ) t GROUP BY slot ORDER BY slot
"""
# Entry by entry through its index: the days asked for are few beside all the books.
DAILY = """
SELECT e.business_date, e.kind, u.code, count(*), sum(p.amount)::bigint
  FROM ledger_entry e
 CROSS JOIN LATERAL (
    SELECT unit_id, sum(amount) AS amount FROM ledger_posting
     WHERE entry_id = e.id GROUP BY unit_id
 ) p
  JOIN ledger_unit u ON u.id = p.unit_id
 WHERE e.business_date > %(until)s::date - %(days)s::int
   AND e.business_date <= %(until)s::date
   AND (%(stores)s::bigint[] IS NULL OR e.store_id = ANY (%(stores)s::bigint[]))
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
USABLE = """
SELECT kind, slot, unit, sum(remaining)::bigint, min(first_at),
       coalesce(sum(remaining) FILTER (WHERE expires_at = first_at), 0)::bigint
  FROM (
    SELECT a.kind, a.slot, u.code AS unit, l.remaining, l.expires_at,
           min(l.expires_at) OVER (PARTITION BY a.kind, a.slot, u.code) AS first_at
      FROM ledger_account a JOIN ledger_unit u ON u.id = a.unit_id
      JOIN ledger_lot l ON l.account_id = a.id AND l.is_open
           AND (l.expires_at IS NULL OR l.expires_at > %(at)s)
     WHERE a.holder_kind = %(kind)s AND a.holder_id = %(id)s
  ) t GROUP BY kind, slot, unit ORDER BY kind, slot, unit
"""
LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a statement: the signed change and the balance after it."""

    posting_id: int
    entry_id: UUID
    kind: str
    occurred_at: datetime
    business_date: date
    store_id: int | None
    memo: str
    change: int
    balance_after: int


def statement(
    *, account_id: int, before: int | None = None, limit: int = 50
) -> list[Movement]:
    """An account's movements, newest first, each with the balance after it.

    Page on by giving the last line's `posting_id` as `before`. For an account that
    grows by debit (a debt) signs are turned: a positive change is always a rise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT side FROM ledger_account WHERE id = %s", [account_id])
        account = cursor.fetchone()
        if account is None:
            return []
        sign = 1 if account[0] == Account.Side.CREDIT else -1
        cursor.execute(
            STATEMENT,
            {
                "account": account_id,
                "before": LAST if before is None else before,
                "limit": limit,
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Movement(*(*row[:7], sign * row[7], row[8])) for row in rows]


def balance_at(*, account_id: int, at: datetime) -> int:
    """What a guarded account held at a past moment, as the books then stood."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_AT, {"account": account_id, "at": at})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def usable_balance(*, account_id: int, at: datetime) -> int:
    """What may be spent at a moment: the balance less what has expired unswept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(remaining), 0)::bigint FROM ledger_lot"
            " WHERE account_id = %s AND is_open"
            " AND (expires_at IS NULL OR expires_at > %s)",
            [account_id, at],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class UsableBalance:
    """What a holder may use of one kind, and what of it ends first, and when."""

    kind: str
    slot: str
    unit: str
    amount: int
    first_at: datetime | None
    first_amount: int


def usable_of(*, holder_kind: str, holder_id: int, at: datetime) -> list[UsableBalance]:
    """Everything a holder may use at a moment, by kind; what is empty is not listed."""
    with connection.cursor() as cursor:
        cursor.execute(USABLE, {"kind": holder_kind, "id": holder_id, "at": at})
        return [UsableBalance(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What came in by one posting, and what became of it."""

    lot_id: int
    posting_id: int
    account_id: int
    initial: int
    remaining: int
    expired: int
    expires_at: datetime | None

    def usable(self, at: datetime) -> int:
        """What may still be taken from it."""
        alive = self.expires_at is None or self.expires_at > at
        return self.remaining if alive else 0


def lots_made(posting_ids: Sequence[int]) -> dict[int, LotFacts]:
    """The lots that postings made in holders' accounts, by posting."""
    with connection.cursor() as cursor:
        cursor.execute(LOTS_MADE, {"postings": list(posting_ids)})
        rows = [LotFacts(*row) for row in cursor.fetchall()]
    return {lot.posting_id: lot for lot in rows}


def open_lots(*, account_id: int) -> list[LotFacts]:
    """What an account holds, lot by lot, the first to expire first."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_LOTS, {"account": account_id})
        return [LotFacts(*row) for row in cursor.fetchall()]


def lots_taken(posting_ids: Sequence[int]) -> list[LotFacts]:
    """The lots that postings took from, each once."""
    with connection.cursor() as cursor:
        cursor.execute(LOTS_TAKEN, {"postings": list(posting_ids)})
        return [LotFacts(*row) for row in cursor.fetchall()]


def lapsed(*, account_id: int) -> int:
    """What of an account expired into breakage and was not given back since."""
    with connection.cursor() as cursor:
        cursor.execute(LAPSED, {"account": account_id})
        return int(cursor.fetchone()[0])


def tender_totals(*, shift_id: int) -> dict[str, int]:
    """What a shift took by tender, in minor units: takings less what was paid out."""
    with connection.cursor() as cursor:
        cursor.execute(TENDERS, {"shift": shift_id})
        return dict(cursor.fetchall())


def liabilities() -> list[dict[str, Any]]:
    """What the shop owes its holders now, by kind and unit."""
    owed = (
        Account.objects.filter(guarded=True, side=Account.Side.CREDIT)
        .values("kind", "unit__code", "unit__kind", "unit__exponent")
        .annotate(total=Sum("balance"))
        .order_by("unit__code", "kind")
    )
    return [
        {
            "kind": row["kind"],
            "label": AccountKind(row["kind"]).label,
            "unit": row["unit__code"],
            "unit_kind": row["unit__kind"],
            "exponent": row["unit__exponent"],
            "total": int(row["total"]),
        }
        for row in owed
    ]


def daily_totals(
    *, days: int, until: date, stores: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    """What was posted on each of the last `days` business days, by kind and unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            DAILY,
            {
                "days": days,
                "until": until,
                "stores": None if stores is None else list(stores),
            },
        )
        return [
            {"day": day, "kind": kind, "unit": unit, "entries": count, "amount": total}
            for day, kind, unit, count, total in cursor.fetchall()
        ]


def latest_proof() -> ProofRun | None:
    """The last proof that was recorded."""
    return ProofRun.objects.order_by("-started_at").first()


def latest_seal() -> Seal | None:
    """The last link of the chain."""
    return Seal.objects.order_by("-last_seq").first()


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the layers above may know of an account."""

    pk: int
    kind: str
    unit_id: int
    unit: str
    status: str
    balance: int
    is_owed: bool
    holder_kind: str
    holder_id: int | None


def account(account_id: int) -> AccountFacts | None:
    """An account by its id; None where there is none."""
    row = Account.objects.select_related("unit").filter(pk=account_id).first()
    if row is None:
        return None
    return AccountFacts(
        row.pk,
        row.kind,
        row.unit_id,
        row.unit.code,
        row.status,
        row.balance,
        row.guarded and row.side == Account.Side.CREDIT,
        row.holder_kind,
        row.holder_id,
    )


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """One of the accounts that somebody holds."""

    account_id: int
    kind: str
    unit_id: int
    unit: str
    slot: str
    status: str
    balance: int


def held_by(*, holder_kind: str, holder_id: int) -> list[HeldFacts]:
    """Every guarded account of a holder, in key order."""
    rows = Account.objects.filter(
        guarded=True, holder_kind=holder_kind, holder_id=holder_id
    ).values_list("pk", "kind", "unit_id", "unit__code", "slot", "status", "balance")
    return [HeldFacts(*row) for row in rows.order_by("pk")]


def unit_ids(codes: Sequence[str]) -> dict[str, int]:
    """The ids of those of these units that were opened already."""
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))


def entry(entry_id: str) -> Entry | None:
    """An entry by its id; None where there is none."""
    return Entry.objects.filter(pk=entry_id).first()


def keys_of(entry_ids: Collection[UUID]) -> dict[UUID, str]:
    """Under which keys entries were written."""
    return dict(Entry.objects.filter(pk__in=entry_ids).values_list("pk", "key"))


def entry_id_of(*, key: str) -> UUID | None:
    """The entry that an idempotency key already wrote."""
    return Entry.objects.filter(key=key).values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """One posting of an entry, and how much of it is not reversed yet."""

    pk: int
    debit_id: int
    credit_id: int
    amount: int
    left: int


def postings(*, entry_id: UUID | str) -> list[PostingFacts]:
    """An entry's postings, in the order they were written."""
    rows = Posting.objects.filter(entry_id=entry_id).select_related("reversed")
    return [
        PostingFacts(
            row.pk,
            row.debit_id,
            row.credit_id,
            row.amount,
            row.amount - (row.reversed.reversed if hasattr(row, "reversed") else 0),
        )
        for row in rows.order_by("pk")
    ]


def holders_of(*, entry_id: UUID) -> set[tuple[str, int | None]]:
    """Whose accounts an entry touched: the kind of each holder, and its id."""
    touched = Account.objects.filter(
        Q(debits__entry_id=entry_id) | Q(credits__entry_id=entry_id)
    )
    return set(touched.values_list("holder_kind", "holder_id"))


def left_to_reverse(*, entry_id: UUID) -> int:
    """The largest amount of an entry's postings that is not reversed yet."""
    return max((posting.left for posting in postings(entry_id=entry_id)), default=0)


def has_entries() -> bool:
    """Whether anything was ever written."""
    return Entry.objects.exists()
