"""What campaigns do by themselves: pause when something is wrong, and end."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from campaigns.kinds import CampaignKind, CampaignState
from campaigns.models import Campaign, Grant, Journey, JourneyMessage
from messaging.models import MessageState
from stores import services as stores_services

from .campaigns import call_off_step
from .locks import lock_campaign
from .pause import pause_step

LAST: Final = 500  # messages that are looked at
ENOUGH: Final = 50  # before which one that came back says nothing
MOST_BOUNCED_BP: Final = 200
MOST_COMPLAINED_BP: Final = 10
BEYOND_BP: Final = 12_000  # what was shown before the start, and a fifth more
SETTLED: Final = (
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
    MessageState.BOUNCED,
    MessageState.COMPLAINED,
    MessageState.FAILED,
)


def watch(*, campaign_id: int, at: datetime) -> None:
    """Pause a campaign whose messages come back or annoy, or whose gifts cost a fifth
    more than was shown; end one that has nothing left to do.
    """
    campaign = Campaign.objects.get(pk=campaign_id)
    if campaign.state != CampaignState.RUNNING:
        return
    because = _bad_news(campaign) or _too_dear(campaign, at)
    if because:
        _pause(campaign, because, at)
    elif _is_done(campaign, at):
        _finish(campaign, at)


@transaction.atomic
def _pause(campaign: Campaign, because: str, at: datetime) -> None:
    """What waits does not leave either: it would come back, or annoy, as the rest."""
    if pause_step(campaign_id=campaign.pk, because=because, at=at):
        call_off_step(campaign_id=campaign.pk, at=at)


def _bad_news(campaign: Campaign) -> str:
    """Of the last five hundred messages that are settled."""
    settled = JourneyMessage.objects.filter(
        campaign=campaign, message__state__in=SETTLED
    ).order_by("-pk")
    states = list(settled.values_list("message__state", flat=True)[:LAST])
    if len(states) < ENOUGH:
        return ""
    bounced = states.count(MessageState.BOUNCED)
    complained = states.count(MessageState.COMPLAINED)
    if bounced * 10_000 > MOST_BOUNCED_BP * len(states):
        return _("%(count)s of the last %(all)s messages came back.") % {
            "count": bounced,
            "all": len(states),
        }
    if complained * 10_000 > MOST_COMPLAINED_BP * len(states):
        return _("%(count)s of the last %(all)s messages were reported as spam.") % {
            "count": complained,
            "all": len(states),
        }
    return ""


def _too_dear(campaign: Campaign, at: datetime) -> str:
    """Of a one-off all that it gave; of the others what they gave in thirty days."""
    if not campaign.expected_cost:
        return ""
    grants = Grant.objects.filter(campaign=campaign)
    if campaign.kind != CampaignKind.ONE_OFF:
        grants = grants.filter(at__gt=at - timedelta(days=30))
    cost = grants.aggregate(cost=Sum("cost", default=0))["cost"]
    if cost * 10_000 <= campaign.expected_cost * BEYOND_BP:
        return ""
    return _("Its gifts cost a fifth more than was shown before it started.")


def _is_done(campaign: Campaign, at: datetime) -> bool:
    is_over = campaign.ends_at is not None and campaign.ends_at <= at
    if campaign.kind == CampaignKind.ONE_OFF and campaign.entered_at is not None:
        is_over = True
    return is_over and not _open_journeys(campaign)


def _open_journeys(campaign: Campaign) -> bool:
    return Journey.objects.filter(campaign=campaign, due_at__isnull=False).exists()


@transaction.atomic
def _finish(campaign: Campaign, at: datetime) -> None:
    locked = lock_campaign(campaign.pk)
    if (
        locked is None
        or locked.state != CampaignState.RUNNING
        or not _is_done(locked, at)
    ):
        return
    Campaign.objects.filter(pk=campaign.pk).update(
        state=CampaignState.FINISHED, ended_at=at
    )
    stores_services.record_act(
        name="campaigns.finished",
        by=stores_services.act(task="campaigns", at=at),
        at=at,
        subject=campaign,
    )


def underway() -> list[int]:
    """Campaigns that have something to do: they run, or are to be wound up."""
    waiting = Journey.objects.filter(due_at__isnull=False).values("campaign")
    return list(
        Campaign.objects.filter(
            Q(state=CampaignState.RUNNING)
            | Q(state=CampaignState.STOPPED, pk__in=waiting)
        )
        .order_by("-priority", "pk")
        .values_list("pk", flat=True)
    )
