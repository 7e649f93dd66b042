"""Which tier a member has, what it gives, and what the next one asks."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind
from members.models import Member

from .models import Benefits, Source, Standing, StandingChange, Tier

NO_BENEFITS = Benefits()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTier:
    """What a member has: the tier (None: none yet) and all that it gives."""

    tier: Tier | None
    source: str = Source.EARNED
    since: datetime | None = None
    kept_until: datetime | None = None
    notice_at: datetime | None = None
    grace_until: datetime | None = None

    @property
    def benefits(self) -> Benefits:
        """What the tier gives; without one, nothing."""
        return self.tier.benefits if self.tier else NO_BENEFITS


@dataclass(frozen=True, slots=True)
class NextTier:
    """The step above, and the growth value that counts towards it until `by`, when the
    first of it counts no more (None: nothing of it ends).
    """

    tier: Tier
    threshold: int
    growth: int
    by: datetime | None

    @property
    def missing(self) -> int:
        """Growth value that is still to be earned."""
        return max(self.threshold - self.growth, 0)


def standing(member_id: int, *, at: datetime | None = None) -> MemberTier:
    """The member's tier and its benefits.

    With `at`, to the very second: one that was bought or given ends then, whenever the
    review comes by.
    """
    row = (
        Standing.objects.select_related("tier", "earned_tier")
        .filter(pk=member_id)
        .first()
    )
    if row is None:
        return MemberTier(tier=_base())
    if at is not None and _is_over(row, at):
        return _beneath(row, at)
    return MemberTier(
        tier=row.tier,
        source=row.source,
        since=row.since,
        kept_until=row.kept_until,
        notice_at=row.notice_at,
        grace_until=row.grace_until,
    )


def tier_of_then(member_id: int, *, at: datetime) -> Tier | None:
    """The tier that a member had at a moment gone by."""
    changed = changed_since(member_id, at=at)
    if changed is None:
        return standing(member_id, at=at).tier
    return changed.was or _base()


def changed_since(member_id: int, *, at: datetime) -> StandingChange | None:
    """The first change of a member's tier after a moment, if there was one."""
    later = StandingChange.objects.filter(member_id=member_id, at__gt=at)
    return later.select_related("was").order_by("at", "pk").first()


def growth(member_id: int, *, at: datetime) -> int:
    """The growth value that counts at a moment."""
    held = ledger_selectors.held_by(holder_kind="member", holder_id=member_id)
    return sum(
        ledger_selectors.usable_balance(account_id=account.account_id, at=at)
        for account in held
        if account.kind == AccountKind.GROWTH
    )


def next_tier(tier: Tier | None) -> Tier | None:
    """The next step of the ladder that growth value reaches."""
    above = Tier.objects.filter(is_active=True, threshold__gt=0)
    if tier is not None:
        above = above.filter(rank__gt=tier.rank)
    return above.order_by("rank").first()


def next_step(member_id: int, tier: Tier | None, *, at: datetime) -> NextTier | None:
    """How far the next tier is, and by when; None: there is none above."""
    above = next_tier(tier)
    if above is None:
        return None
    counted = [
        one
        for one in ledger_selectors.usable_of(
            holder_kind="member", holder_id=member_id, at=at
        )
        if one.kind == AccountKind.GROWTH
    ]
    ends = [one.first_at for one in counted if one.first_at is not None]
    return NextTier(
        tier=above,
        threshold=above.threshold or 0,
        growth=sum(one.amount for one in counted),
        by=min(ends, default=None),
    )


def ladder() -> QuerySet[Tier]:
    """The tiers in use, from the lowest to the highest."""
    return Tier.objects.filter(is_active=True).order_by("rank")


def history(member_id: int) -> QuerySet[StandingChange]:
    """What happened to the member's tier, and to those merged into them, the latest
    first.
    """
    # Asked in one question with theirs, every row of the table would be read.
    merged = Member.objects.filter(merged_into_id=member_id)
    people = [member_id, *merged.values_list("pk", flat=True)]
    return (
        StandingChange.objects.filter(member_id__in=people)
        .select_related("was", "became")
        .order_by("-pk")
    )


def _base() -> Tier | None:
    return Tier.objects.filter(is_active=True, threshold=0).first()


def _is_over(row: Standing, at: datetime) -> bool:
    return (
        row.source != Source.EARNED
        and row.kept_until is not None
        and row.kept_until <= at
    )


def _beneath(row: Standing, at: datetime) -> MemberTier:
    """What shows once a tier that was bought or given is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tier_id, source, ends_at FROM tiers_lent(%s, %s, %s)",
            [row.pk, row.earned_tier_id, at],
        )
        lent = cursor.fetchone()
    if lent is not None:
        tier_id, source, ends_at = lent
        return MemberTier(
            tier=Tier.objects.get(pk=tier_id),
            source=source,
            since=row.kept_until,
            kept_until=ends_at,
        )
    return MemberTier(
        tier=row.earned_tier,
        since=row.kept_until,
        kept_until=row.earned_until,
        notice_at=row.notice_at,
        grace_until=row.grace_until,
    )
