"""What a plan gives for an amount, and whether it applies: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import PER_MILLE

EACH = "each"
MOST_POINTS: Final = 10**12
MOST_COUPONS: Final = 1_000
NO_LONGER = _("This plan is no longer on offer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What comes on top: minor units, points, growth value, coupons by template."""

    bonus: int = 0
    points: int = 0
    growth: int = 0
    coupon_template: int | None = None
    coupons: int = 0

    @property
    def worth(self) -> tuple[int, int, int, int]:
        """Money first: the order in which two plans are compared."""
        return self.bonus, self.coupons, self.points, self.growth


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From `amount` on."""

    amount: int
    bonus: int = 0
    bonus_per_mille: int = 0
    points: int = 0
    growth: int = 0
    coupon_template: int | None = None
    coupons: int = 0

    def gift(self, paid: int, times: int) -> Gift:
        """What it gives, `times` over; a share of what is paid rounds down once.

        Never more than the apps below give at one go: else a plan with a slip of the
        pen in it would refuse every top-up of the house.
        """
        share = paid * self.bonus_per_mille // PER_MILLE
        return Gift(
            bonus=self.bonus * times + share,
            points=min(self.points * times, MOST_POINTS),
            growth=min(self.growth * times, MOST_POINTS),
            coupon_template=self.coupon_template,
            coupons=min(self.coupons * times, MOST_COUPONS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A plan as it stood when it was saved."""

    name: str
    mode: str
    is_active: bool
    steps: tuple[Step, ...]
    first_top_up_only: bool = False
    times_per_member: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weekdays: tuple[int, ...] = ()
    stores: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    bonus_valid_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A top-up about to be made."""

    paid: int
    at: datetime
    weekday: int
    store_id: int | None
    tier_id: int | None
    is_bearer: bool
    top_ups_before: int
    times_used: int


def step_reached(steps: Sequence[Step], paid: int) -> Step | None:
    """The highest step that an amount reaches."""
    reached = [step for step in steps if step.amount <= paid]
    return max(reached, key=lambda step: step.amount, default=None)


def gift(terms: Terms, paid: int) -> Gift | None:
    """What a plan gives for an amount; None below its first step.

    每满: as often as the step fits into the amount, and a share of those full steps.
    """
    step = step_reached(terms.steps, paid)
    if step is None:
        return None
    if terms.mode == EACH:
        times = paid // step.amount
        return step.gift(times * step.amount, times)
    return step.gift(paid, 1)


def why_not(terms: Terms, occasion: Occasion) -> str | Promise | None:
    """Why a plan does not apply, in words for the cashier; None where it does."""
    checks: list[tuple[bool, str | Promise]] = [
        (not terms.is_active, NO_LONGER),
        (not _in_period(terms, occasion.at), _("This plan is not on offer now.")),
        (
            bool(terms.weekdays) and occasion.weekday not in terms.weekdays,
            _("This plan is not on offer today."),
        ),
        (
            bool(terms.stores) and occasion.store_id not in terms.stores,
            _("This plan is not on offer at this store."),
        ),
        (
            bool(terms.tiers) and occasion.tier_id not in terms.tiers,
            _("This plan is for members of another tier."),
        ),
        (
            terms.first_top_up_only and occasion.top_ups_before > 0,
            _("This plan is for the first top-up only."),
        ),
        (
            terms.times_per_member is not None
            and occasion.times_used >= terms.times_per_member,
            _("This member has used this plan as often as it may be."),
        ),
        (
            occasion.is_bearer and _gives_to_members_only(terms, occasion.paid),
            _("This plan gives points or coupons: it is for members, not bearers."),
        ),
        (
            step_reached(terms.steps, occasion.paid) is None,
            _("This amount does not reach the plan’s first step."),
        ),
    ]
    return next((words for refused, words in checks if refused), None)


def _in_period(terms: Terms, at: datetime) -> bool:
    begun = terms.starts_at is None or terms.starts_at <= at
    return begun and (terms.ends_at is None or at < terms.ends_at)


def _gives_to_members_only(terms: Terms, paid: int) -> bool:
    given = gift(terms, paid)
    return given is not None and bool(given.points or given.growth or given.coupons)


def to_json(terms: Terms) -> dict[str, Any]:
    """Terms as they are kept."""
    return {
        "name": terms.name,
        "mode": terms.mode,
        "is_active": terms.is_active,
        "steps": [
            {
                "amount": step.amount,
                "bonus": step.bonus,
                "bonus_per_mille": step.bonus_per_mille,
                "points": step.points,
                "growth": step.growth,
                "coupon_template": step.coupon_template,
                "coupons": step.coupons,
            }
            for step in terms.steps
        ],
        "first_top_up_only": terms.first_top_up_only,
        "times_per_member": terms.times_per_member,
        "starts_at": terms.starts_at.isoformat() if terms.starts_at else None,
        "ends_at": terms.ends_at.isoformat() if terms.ends_at else None,
        "weekdays": list(terms.weekdays),
        "stores": list(terms.stores),
        "tiers": list(terms.tiers),
        "bonus_valid_days": terms.bonus_valid_days,
    }


def from_json(kept: dict[str, Any]) -> Terms:
    """Kept terms, to reckon with again."""
    moments = {
        name: datetime.fromisoformat(kept[name]) if kept[name] else None
        for name in ("starts_at", "ends_at")
    }
    lists = {name: tuple(kept[name]) for name in ("weekdays", "stores", "tiers")}
    steps = tuple(Step(**step) for step in kept["steps"])
    return Terms(**{**kept, **moments, **lists, "steps": steps})
