"""What members have in points, why, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import AccountKind
from ledger.selectors import Movement
from policies import selectors as policies_selectors

from .models import (
    Accrual,
    PointsPolicy,
    Redemption,
    Reward,
    RewardOrder,
    RewardTaken,
    StampProgramme,
)
from .spending import most_for, worth_of
from .words import explain_step

# Warned so many days before points expire.
WARNED: Final = (30, 7, 1)
EXPIRING = """
SELECT a.holder_id, sum(l.remaining)::bigint, min(l.expires_at)
  FROM ledger_lot l
  JOIN ledger_account a ON a.id = l.account_id
 WHERE l.is_open AND l.expires_at > %(at)s AND l.expires_at <= %(until)s
   AND a.kind = 'points' AND a.slot = '' AND a.holder_kind = 'member'
   AND a.holder_id > %(after)s
   AND a.unit_id = (SELECT id FROM ledger_unit WHERE code = 'points')
 GROUP BY a.holder_id ORDER BY a.holder_id LIMIT %(limit)s
"""
ONE = """
SELECT w.days, coalesce(sum(l.remaining), 0)::bigint
  FROM unnest(%(days)s::int[]) AS w(days)
  LEFT JOIN ledger_lot l ON l.account_id = %(account)s AND l.is_open
       AND l.expires_at > %(at)s
       AND l.expires_at <= %(at)s::timestamptz + w.days * interval '1 day'
 GROUP BY w.days
"""
LAST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class PointsBalance:
    """What a member has at a moment; `worth` in minor units, if it could all be spent.

    `usable` has in it what was pending and is due by now, and not what has expired.
    """

    usable: int = 0
    pending: int = 0
    debt: int = 0
    growth: int = 0
    worth: int = 0


@dataclass(frozen=True, slots=True)
class Lot:
    """Some of a member's points: where they came from, and until when they live."""

    points: int
    expires_at: datetime | None
    source: str
    at: datetime | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expiring:
    """What of a member's points expires before long, and when the first of it does."""

    member_id: int
    points: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class StampCard:
    """How far a member is on the card of a programme."""

    programme: StampProgramme
    stamps: int

    @property
    def missing(self) -> int:
        """How many stamps fill it."""
        return self.programme.stamps - self.stamps


def balance(member_id: int, at: datetime) -> PointsBalance:
    """What a member may spend, waits for, owes, and has in growth value."""
    usable = pending = debt = growth = 0
    for account in ledger_selectors.held_by(holder_kind="member", holder_id=member_id):
        if account.kind == AccountKind.GROWTH:
            growth += _usable(account.account_id, at)
        elif account.unit == "points" and account.kind == AccountKind.DEBT:
            debt += account.balance
        elif account.kind == AccountKind.POINTS and account.slot:
            pending += account.balance
        elif account.kind == AccountKind.POINTS:
            usable += _usable(account.account_id, at)
    if pending:
        due = Accrual.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=at),
            member_id=member_id,
            pending__gt=0,
            usable_from__lte=at,
        ).aggregate(due=Sum("pending", default=0))["due"]
        lapsed = Accrual.objects.filter(
            member_id=member_id, pending__gt=0, usable_from__lte=at, expires_at__lte=at
        ).aggregate(due=Sum("pending", default=0))["due"]
        pending -= due + lapsed
        paid = min(debt, due)
        debt, usable = debt - paid, usable + due - paid
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    return PointsBalance(usable, pending, debt, growth, worth_of(usable, policy))


def most_spendable(member_id: int, *, bill: int, at: datetime) -> int:
    """How many points a member could spend on a bill (minor units), in whole steps."""
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    held = balance(member_id, at).usable
    most = min(held // policy.step_points * policy.step_points, most_for(bill, policy))
    return most if most >= policy.least_points else 0


def spend_for_growth(growth: int, *, at: datetime) -> int | None:
    """What one would spend (minor units) to earn so much growth value; None: growth
    value does not come from spending.
    """
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    if not policy.growth_earned:
        return None
    return -(-growth * policy.growth_per // policy.growth_earned)


def explain(member_id: int, at: datetime) -> list[Lot]:
    """A member's points lot by lot, the first to expire first: source, reasons, end."""
    account = _account(member_id)
    if account is None:
        return []
    lots = [
        lot for lot in ledger_selectors.open_lots(account_id=account) if lot.usable(at)
    ]
    origins = {
        row.lot_posting: row
        for row in Accrual.objects.filter(
            member_id=member_id, lot_posting__in=[lot.posting_id for lot in lots]
        )
    }
    found = []
    for lot in lots:
        origin = origins.get(lot.posting_id)
        found.append(
            Lot(
                points=lot.remaining,
                expires_at=lot.expires_at,
                source=origin.get_source_display() if origin else "",
                at=origin.at if origin else None,
                why=reasons(origin) if origin else (),
            )
        )
    return found


def reasons(accrual: Accrual) -> tuple[str, ...]:
    """Why a sale earned what it earned, a sentence for each rule."""
    return tuple(explain_step(step) for step in accrual.why)


def statement(
    member_id: int, *, before: int | None = None, limit: int = 50
) -> list[Movement]:
    """A member's movements of points, newest first, each with the balance after it."""
    account = _account(member_id)
    if account is None:
        return []
    return ledger_selectors.statement(account_id=account, before=before, limit=limit)


def expiring(member_id: int, at: datetime) -> dict[int, int]:
    """How many of a member's points expire within 30, 7 and 1 days."""
    account = _account(member_id)
    if account is None:
        return dict.fromkeys(WARNED, 0)
    with connection.cursor() as cursor:
        cursor.execute(ONE, {"days": list(WARNED), "account": account, "at": at})
        return dict(cursor.fetchall())


def members_with_points_expiring(
    *, at: datetime, days: int, chunk: int = 10_000
) -> Iterator[Expiring]:
    """Everyone some of whose points expire within so many days, in order of members.

    A statement for each chunk, however many members there are.
    """
    after = 0
    until = at + timedelta(days=days)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                EXPIRING, {"at": at, "until": until, "after": after, "limit": chunk}
            )
            rows = cursor.fetchall()
        yield from (Expiring(*row) for row in rows)
        if len(rows) < chunk:
            return
        after = rows[-1][0]


def rewards_for(member_id: int, at: datetime) -> QuerySet[Reward]:
    """The rewards that this member can still order, the cheapest first."""
    full = RewardTaken.objects.filter(
        reward=OuterRef("pk"),
        member_id=member_id,
        taken__gte=OuterRef("most_per_member"),
    )
    return (
        Reward.objects.filter(
            Q(starts_at=None) | Q(starts_at__lte=at),
            Q(ends_at=None) | Q(ends_at__gt=at),
            Q(stock=None) | Q(stock__gt=0),
            ~Exists(full),
            is_active=True,
        )
        .order_by("points", "pk")
        .select_related("coupon")
    )


def orders_of(member_id: int) -> QuerySet[RewardOrder]:
    """The rewards that a member ordered, the latest first."""
    rows = RewardOrder.objects.filter(member_id=member_id)
    return rows.select_related("reward").order_by("-pk")


def accruals_of_entry(member_id: int, *, entry_id: UUID) -> QuerySet[Accrual]:
    """What of a member's points an entry earned, with the reasons."""
    return Accrual.objects.filter(member_id=member_id, entry_id=entry_id)


def redemptions_of_entry(member_id: int, *, entry_id: UUID) -> QuerySet[Redemption]:
    """What of a member's points an entry spent on bills."""
    return Redemption.objects.filter(member_id=member_id, entry_id=entry_id)


def changes_of_entry(
    member_id: int, *, entry_id: UUID
) -> list[ledger_statements.Movement]:
    """What one entry did to the points that a member may spend; nothing where it did
    not touch them.
    """
    account = _account(member_id)
    if account is None:
        return []
    return ledger_statements.of_entry(entry_id=entry_id, account_ids=[account])


def stamp_cards(member_id: int, at: datetime) -> list[StampCard]:
    """A member's stamp cards with something on them, the fullest first."""
    held = {
        account.slot: _usable(account.account_id, at)
        for account in ledger_selectors.held_by(
            holder_kind="member", holder_id=member_id
        )
        if account.kind == AccountKind.STAMPS
    }
    cards = [
        StampCard(programme, held[programme.code])
        for programme in StampProgramme.objects.filter(code__in=held, is_active=True)
        if held[programme.code]
    ]
    return sorted(cards, key=lambda card: (card.missing, card.programme.pk))


def _account(member_id: int) -> int | None:
    for account in ledger_selectors.held_by(holder_kind="member", holder_id=member_id):
        is_points = account.kind == AccountKind.POINTS and account.unit == "points"
        if is_points and not account.slot:
            return account.account_id
    return None


def _usable(account_id: int, at: datetime) -> int:
    return ledger_selectors.usable_balance(account_id=account_id, at=at)
