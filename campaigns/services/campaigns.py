"""A campaign's life: saved, started, paused, stopped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Sum

from campaigns.checks import check_everybody, check_saved
from campaigns.errors import (
    CampaignChanged,
    CampaignOver,
    CampaignRuns,
)
from campaigns.kinds import OPEN, CampaignState
from campaigns.models import Campaign, CampaignStep, Grant, Journey, JourneyMessage
from campaigns.previews import preview
from campaigns.reach import steps_of
from common.text import one_line
from ledger.services import Act
from messaging import services as messaging_services
from stores import services as stores_services
from stores.models import Approval

from .locks import lock_campaign

ADD: Final = "campaigns.add_campaign"
CHANGE: Final = "campaigns.change_campaign"
START: Final = "campaigns.start_campaign"
STOP: Final = "campaigns.stop_campaign"


@transaction.atomic
def save_campaign(
    *, campaign: Campaign, steps: Sequence[CampaignStep], by: Act, at: datetime
) -> Campaign:
    """Add or change a campaign with its steps, numbered in this order.

    Whoever is on their way goes on by the steps they began with: changed steps are the
    next version. Raises NotAllowed, CampaignRuns, CampaignOver, CampaignRefused.
    """
    is_new = campaign.pk is None
    if not is_new:
        _take_what_stands(campaign)
    stores_services.require_over(
        by, ADD if is_new else CHANGE, store_id=campaign.store_id
    )
    for position, step in enumerate(steps, start=1):
        step.position = position
    check_saved(campaign, steps, at=at)
    campaign.saved_at = at
    if not is_new and _changed(campaign, steps) and _is_walked(campaign):
        campaign.version += 1
    campaign.save(force_insert=is_new, force_update=not is_new)
    if is_new or _changed(campaign, steps):
        _write_steps(campaign, steps)
    _record(
        "campaigns.campaign_added" if is_new else "campaigns.campaign_changed",
        campaign,
        by=by,
        at=at,
        facts={"name": campaign.name, "version": campaign.version},
    )
    return campaign


def _take_what_stands(campaign: Campaign) -> None:
    """What the row says of how it runs is not for a form to change."""
    stands = lock_campaign(campaign.pk)
    if stands is None:
        raise CampaignOver
    if stands.state == CampaignState.RUNNING:
        raise CampaignRuns
    if stands.state not in OPEN:
        raise CampaignOver
    for name in (
        "kind",
        "store_id",
        "state",
        "salt",
        "version",
        "started_at",
        "ended_at",
        "entered_at",
        "expected_cost",
        "segment_version",
        "paused_because",
    ):
        setattr(campaign, name, getattr(stands, name))
    given = Grant.objects.filter(campaign=campaign).aggregate(
        spent=Sum("cost", default=0), pieces=Count("pk")
    )
    campaign.spent, campaign.spent_pieces = given["spent"], given["pieces"]
    if campaign.segment_id != stands.segment_id or campaign.segment is None:
        segment = campaign.segment
        campaign.segment_version = None if segment is None else segment.version


def _facts(step: CampaignStep) -> tuple[Any, ...]:
    return (
        step.position,
        step.kind,
        step.arm,
        step.days,
        step.template_id,
        list(step.channels),
        step.coupon_template_id,
        step.points,
    )


def _changed(campaign: Campaign, steps: Sequence[CampaignStep]) -> bool:
    stand = [_facts(step) for step in steps_of(campaign)]
    return stand != [_facts(step) for step in steps]


def _is_walked(campaign: Campaign) -> bool:
    walked = Journey.objects.filter(campaign=campaign, version=campaign.version)
    return walked.exists()


def _write_steps(campaign: Campaign, steps: Sequence[CampaignStep]) -> None:
    CampaignStep.objects.filter(campaign=campaign, version=campaign.version).delete()
    CampaignStep.objects.bulk_create(
        CampaignStep(
            campaign=campaign,
            version=campaign.version,
            position=step.position,
            kind=step.kind,
            arm=step.arm,
            days=step.days,
            template=step.template,
            channels=list(step.channels),
            coupon_template=step.coupon_template,
            points=step.points,
        )
        for step in steps
    )


@transaction.atomic
def start_campaign(
    *,
    campaign_id: int,
    reason: str,
    by: Act,
    at: datetime,
    saved_at: datetime | None = None,
    means_everybody: bool = False,
    approval: Approval | None = None,
) -> Campaign:
    """Let a draft run, or one that was paused go on.

    `saved_at`: of the draft that was looked at. What its gifts may cost counts against
    the limit of whoever starts it; above it takes an approver. Raises NotAllowed,
    CampaignOver, CampaignRuns, CampaignChanged, CampaignRefused, EverybodyUnconfirmed,
    SegmentNeedsAttention, ApprovalNeeded, ApprovalNotUsable.
    """
    campaign = _locked(campaign_id)
    stores_services.require_over(by, START, store_id=campaign.store_id)
    if campaign.state == CampaignState.RUNNING:
        raise CampaignRuns
    if saved_at is not None and saved_at != campaign.saved_at:
        raise CampaignChanged
    was = campaign.state
    steps = steps_of(campaign)
    check_saved(campaign, steps, at=at)
    if was == CampaignState.DRAFT and campaign.segment is not None:
        campaign.segment_version = campaign.segment.version
    seen = preview(campaign, steps=steps, at=at)
    check_everybody(campaign, is_meant=means_everybody, members=seen.found, at=at)
    by = stores_services.use_limit(
        by=by,
        act=START,
        amount=seen.most,
        at=at,
        approval=approval,
        subject=f"campaign:{campaign.pk}",
    )
    campaign.state = CampaignState.RUNNING
    campaign.started_at = campaign.started_at or at
    campaign.paused_because = ""
    campaign.expected_cost = seen.most
    campaign.save(
        update_fields=[
            "state",
            "started_at",
            "paused_because",
            "expected_cost",
            "segment_version",
        ]
    )
    _record(
        "campaigns.started",
        campaign,
        by=by,
        at=at,
        facts={
            "reason": one_line(reason, 200),
            "members": seen.reached,
            "cost": seen.most,
            "was": str(was),
        },
    )
    return campaign


@transaction.atomic
def pause_campaign(*, campaign_id: int, reason: str, by: Act, at: datetime) -> None:
    """Nobody comes in and no step is done until it goes on; what was written leaves.

    Raises NotAllowed, CampaignOver.
    """
    campaign = _locked(campaign_id)
    stores_services.require_over(by, STOP, store_id=campaign.store_id)
    if campaign.state != CampaignState.RUNNING:
        raise CampaignOver
    campaign.state = CampaignState.PAUSED
    campaign.paused_because = one_line(reason, 200)
    campaign.save(update_fields=["state", "paused_because"])
    _record(
        "campaigns.paused",
        campaign,
        by=by,
        at=at,
        facts={"reason": one_line(reason, 200)},
    )


@transaction.atomic
def stop_campaign(*, campaign_id: int, reason: str, by: Act, at: datetime) -> int:
    """End it at once: nothing more leaves, what was given stays; how many messages
    were called off.

    Raises NotAllowed, CampaignOver.
    """
    campaign = _locked(campaign_id)
    stores_services.require_over(by, STOP, store_id=campaign.store_id)
    campaign.state = CampaignState.STOPPED
    campaign.ended_at = at
    campaign.save(update_fields=["state", "ended_at"])
    called_off = call_off_step(campaign_id=campaign.pk, at=at)
    _record(
        "campaigns.stopped",
        campaign,
        by=by,
        at=at,
        facts={"reason": one_line(reason, 200), "messages": called_off},
    )
    return called_off


@transaction.atomic(savepoint=False)
def call_off_step(*, campaign_id: int, at: datetime) -> int:
    """A step: no message of a campaign that waits leaves; how many those were."""
    mine = JourneyMessage.objects.filter(campaign=campaign_id)
    return messaging_services.cancel_waiting_step(
        messages=mine.values("message"), at=at
    )


def _locked(campaign_id: int) -> Campaign:
    """Alone: no step is done while its state changes. Raises CampaignOver."""
    campaign = lock_campaign(campaign_id)
    if campaign is None or campaign.state not in OPEN:
        raise CampaignOver
    return campaign


def _record(
    name: str, campaign: Campaign, *, by: Act, at: datetime, facts: dict[str, object]
) -> None:
    stores_services.record_act(name=name, by=by, at=at, subject=campaign, facts=facts)
