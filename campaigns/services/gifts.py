"""Gifts of campaigns: budget, coupon or points, and the row that says it was given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from campaigns.costs import unit_cost
from campaigns.kinds import JourneyOutcome
from campaigns.models import Campaign, CampaignStep
from common.arrays import integers
from common.errors import DomainError
from common.sums import more
from coupons import services as coupons_services
from coupons.errors import TemplateClosed, TemplateEnded, TemplateUnknown
from coupons.kinds import Source
from ledger.services import Act
from points import services as points_services

from .moves import Move

NOTE: Final = """
INSERT INTO campaigns_grant (
  campaign_id, step_id, journey_id, member_id, period, coupon_id, points, cost, at)
SELECT %s, %s, j.id, j.member_id, j.period, due.coupon, %s, %s, %s
  FROM unnest(%s::bigint[], %s::bigint[]) due (journey, coupon)
  JOIN campaigns_journey j ON j.id = due.journey
"""
CLOSED = (TemplateClosed, TemplateEnded, TemplateUnknown)


class GiftsPaused(DomainError):
    """The coupon is not issued any more: nobody is passed over, the campaign waits."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            "campaign_gifts_paused",
            _("“%(name)s” is not being issued any more.") % {"name": name},
        )


class BudgetUsedUp(DomainError):
    """So many pieces of the chunk can still be paid for."""

    def __init__(self, *, pieces: int) -> None:
        super().__init__("campaign_budget_used_up", _("The budget is used up."))
        self.pieces = pieces


@transaction.atomic(savepoint=False)
def give(
    campaign: Campaign,
    step: CampaignStep,
    moves: Sequence[Move],
    *,
    by: Act,
    at: datetime,
) -> None:
    """A step: each of them gets the gift, or their journey ends for want of it.

    Raises BudgetUsedUp before anything is given, GiftsPaused, and what points refuse.
    """
    cost = unit_cost(step, at=at)
    _take_budget(campaign, len(moves), cost)
    if step.coupon_template is not None:
        given = _coupons(campaign, step, moves, by=by, at=at)
    else:
        given = _points(campaign, step, moves, by=by, at=at)
    _note(campaign, step, given, cost=cost, at=at)
    without = [move for move in moves if move.journey.pk not in given]
    for move in without:
        move.end_with(JourneyOutcome.UNFUNDED)
    _give_back_budget(campaign, len(without), cost)


def _note(
    campaign: Campaign,
    step: CampaignStep,
    given: Mapping[int, int | None],
    *,
    cost: int,
    at: datetime,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            [
                campaign.pk,
                step.pk,
                step.points,
                cost,
                at,
                integers(given),
                integers(given.values()),
            ],
        )


def _take_budget(campaign: Campaign, pieces: int, cost: int) -> None:
    """Under the campaign's own lock, which whoever gives from a budget holds."""
    if not campaign.has_budget:
        return
    left = pieces
    if campaign.budget_pieces is not None:
        left = min(left, campaign.budget_pieces - campaign.spent_pieces)
    if campaign.budget is not None and cost:
        left = min(left, (campaign.budget - campaign.spent) // cost)
    if left < pieces:
        raise BudgetUsedUp(pieces=max(left, 0))
    _count(campaign, pieces, cost)


def _give_back_budget(campaign: Campaign, pieces: int, cost: int) -> None:
    if campaign.has_budget and pieces:
        _count(campaign, -pieces, cost)


def _count(campaign: Campaign, pieces: int, cost: int) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(
        spent=more("spent", pieces * cost), spent_pieces=more("spent_pieces", pieces)
    )
    campaign.spent += pieces * cost
    campaign.spent_pieces += pieces


def _coupons(
    campaign: Campaign,
    step: CampaignStep,
    moves: Sequence[Move],
    *,
    by: Act,
    at: datetime,
) -> dict[int, int | None]:
    """A coupon for each, in one statement; which journey got which."""
    template = step.coupon_template
    if template is None:
        return {}
    refs = {
        move.journey.member_id: f"campaign:{move.journey.pk}:{step.position}"
        for move in moves
    }
    first = min(move.journey.pk for move in moves)
    try:
        granted = coupons_services.grant_step(
            template_id=template.pk,
            refs=refs,
            source=Source.CAMPAIGN,
            by=by,
            at=at,
            key=f"campaign:{campaign.pk}:{step.pk}:{first}",
        )
    except CLOSED as closed:
        raise GiftsPaused(name=template.name) from closed
    return {
        move.journey.pk: granted.coupons[move.journey.member_id]
        for move in moves
        if move.journey.member_id in granted.coupons
    }


def _points(
    campaign: Campaign,
    step: CampaignStep,
    moves: Sequence[Move],
    *,
    by: Act,
    at: datetime,
) -> dict[int, int | None]:
    """Points for each, through the books, in one act for all of them."""
    points_services.grant_points_to_many_step(
        keys={
            move.journey.member_id: f"campaign:{move.journey.pk}:{step.position}"
            for move in moves
        },
        points=step.points,
        by=by,
        at=at,
        reference=f"campaign:{campaign.pk}",
    )
    return {move.journey.pk: None for move in moves}
