"""What the gifts of campaigns can cost the house, in minor units."""

from datetime import datetime

from coupons.rules import worth
from points.models import PointsPolicy
from policies import selectors as policies_selectors

from .models import CampaignStep
from .reach import newest_terms


def unit_cost(step: CampaignStep, *, at: datetime) -> int:
    """Of one gift, at most; 0 for what has no bound, as a percentage without cap."""
    if step.coupon_template_id is not None:
        version = newest_terms(step.coupon_template_id)
        return 0 if version is None else worth(version)
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    return -(-step.points * policy.step_worth // policy.step_points)
