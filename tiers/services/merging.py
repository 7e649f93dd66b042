"""What becomes of a member's tier when members merge, or one is forgotten."""

from datetime import datetime

from ledger.services import Act
from policies import selectors as policies_selectors
from tiers.models import Cause, Source, Standing, StandingChange, TierGrant, TierPolicy

from .grants import settle_step
from .review import raise_if_reached_step


def move_step(*, source_id: int, target_id: int, by: Act, at: datetime) -> None:
    """A step of merging: what was bought or given moves, and the better earned tier
    stays. The source keeps its history, and nothing else.
    """
    rows = {
        row.pk: row
        # Tiers are read afterwards: a join would show them as before the wait.
        for row in Standing.objects.select_for_update(no_key=True)
        .filter(pk__in=(source_id, target_id))
        .order_by("pk")
    }
    TierGrant.objects.filter(member_id=source_id).update(member_id=target_id)
    source, target = rows.get(source_id), rows.get(target_id)
    if source is not None:
        before = target.tier_id if target else None
        target = target or _beginning(target_id, at)
        if _height(source) > _height(target):
            _take_over(source, target)
        after = settle_step(member_id=target_id, at=at)
        StandingChange.objects.create(
            member_id=target_id,
            at=at,
            cause=Cause.MERGED,
            source=Source(after.source),
            was_id=before,
            became_id=after.tier_id,
            kept_until=after.kept_until,
            policy=policies_selectors.in_force(TierPolicy, at=at),
            actor=by.actor,
        )
        source.delete()
    raise_if_reached_step(member_id=target_id, at=at, by=by)


def forget_step(*, member_id: int, at: datetime) -> None:
    """A step of erasing: the tier ends, and why one was given is wiped."""
    TierGrant.objects.filter(member_id=member_id).update(reason="")
    TierGrant.objects.filter(member_id=member_id, ended_at=None, ends_at__gt=at).update(
        ended_at=at
    )
    Standing.objects.filter(pk=member_id).delete()


def _beginning(member_id: int, at: datetime) -> Standing:
    return Standing.objects.create(member_id=member_id, since=at)


def _height(row: Standing) -> tuple[int, float]:
    """Higher first; of two the same, the one that is kept longer."""
    tier = row.earned_tier
    if tier is None:
        return -1, 0
    return tier.rank, (
        row.earned_until.timestamp() if row.earned_until else float("inf")
    )


def _take_over(source: Standing, target: Standing) -> None:
    """The earned part; `settle_step` then shows what holds."""
    is_earned = target.source == Source.EARNED
    facts: dict[str, object] = {
        "earned_tier": source.earned_tier,
        "earned_until": source.earned_until,
        "notice_at": source.notice_at,
        "grace_until": source.grace_until,
    }
    if is_earned:  # the row may never show another tier than the one it earned
        facts |= {"tier": source.earned_tier, "kept_until": source.earned_until}
    Standing.objects.filter(pk=target.pk).update(**facts)
