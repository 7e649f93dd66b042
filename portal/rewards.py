"""Points, growth value and rewards, as the screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from common.money import format_money
from ledger import statements as ledger_statements
from ledger.selectors import Movement
from points import selectors as points_selectors
from points import services as points_services
from points.models import Reward, RewardOrder
from points.movement_words import movement_title
from tiers import selectors as tiers_selectors
from tiers.selectors import MemberTier, NextTier

from .visitors import Visitor

PAGE = 60


@dataclass(frozen=True, slots=True)
class TierWay:
    """The tier one has, and how far the next one is: in money where spending counts."""

    standing: MemberTier
    ahead: NextTier | None
    missing: str


@dataclass(frozen=True, slots=True)
class OfferedReward:
    """A reward, and how many points are missing for it."""

    reward: Reward
    missing: int

    @property
    def is_at_counter(self) -> bool:
        """A part in money is paid where money is taken."""
        return bool(self.reward.money)


@dataclass(frozen=True, slots=True)
class OrderedReward:
    """An order that waits, with the code that picks it up."""

    order: RewardOrder
    code: str


def tier_way(visitor: Visitor) -> TierWay:
    """Where one stands on the ladder."""
    member_id, at = visitor.member.pk, visitor.at
    standing = tiers_selectors.standing(member_id, at=at)
    ahead = tiers_selectors.next_step(member_id, standing.tier, at=at)
    missing = ""
    if ahead is not None and ahead.missing:
        spend = points_selectors.spend_for_growth(ahead.missing, at=at)
        missing = (
            _("%(count)s growth value") % {"count": ahead.missing}
            if spend is None
            else format_money(spend)
        )
    return TierWay(standing, ahead, missing)


def offered(visitor: Visitor, usable: int) -> list[OfferedReward]:
    """The catalogue, the cheapest first."""
    rows = points_selectors.rewards_for(visitor.member.pk, visitor.at)
    return [OfferedReward(row, max(row.points - usable, 0)) for row in rows]


def waiting(visitor: Visitor) -> list[OrderedReward]:
    """What was ordered and is to be picked up."""
    rows = points_selectors.orders_of(visitor.member.pk).filter(
        status=RewardOrder.Status.ORDERED
    )
    return [OrderedReward(row, points_services.pick_up_code(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class PointsChange:
    """One event of a member's points: what it changed in all."""

    entry_id: UUID
    kind: str
    at: datetime
    store_id: int | None
    memo: str
    points: int
    last_posting: int

    @property
    def title(self) -> str:
        """What happened, as the guest would say it."""
        return movement_title(self.kind)


def points_changes(
    visitor: Visitor, *, before: int | None = None
) -> tuple[list[PointsChange], int | None]:
    """The events of one's points, newest first, and from where to go on; None: all are
    told. An event that the page would cut goes on the next.
    """
    rows = points_selectors.statement(visitor.member.pk, before=before, limit=PAGE)
    groups: dict[UUID, list[Movement]] = {}
    for row in rows:
        groups.setdefault(row.entry_id, []).append(row)
    told = [points_change(group) for group in groups.values()]
    if len(rows) < PAGE:
        return told, None
    if len(told) > 1:
        told.pop()
    return told, told[-1].last_posting


def points_change(
    rows: Sequence[Movement | ledger_statements.Movement],
) -> PointsChange:
    """One event from its lines."""
    newest = rows[0]
    return PointsChange(
        entry_id=newest.entry_id,
        kind=newest.kind,
        at=newest.occurred_at,
        store_id=newest.store_id,
        memo=newest.memo,
        points=sum(row.change for row in rows),
        last_posting=min(row.posting_id for row in rows),
    )
