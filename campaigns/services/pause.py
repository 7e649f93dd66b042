"""Holding a campaign: nobody comes in, and no step is done until it goes on."""

from datetime import datetime

from django.db import transaction

from campaigns.kinds import CampaignState
from campaigns.models import Campaign
from common.text import one_line
from stores import services as stores_services


@transaction.atomic(savepoint=False)
def pause_step(*, campaign_id: int, because: str, at: datetime) -> bool:
    """A step: a campaign that runs pauses by itself, and says why; whether it ran."""
    paused = Campaign.objects.filter(
        pk=campaign_id, state=CampaignState.RUNNING
    ).update(state=CampaignState.PAUSED, paused_because=one_line(because, 200))
    if not paused:
        return False
    stores_services.record_act(
        name="campaigns.paused_by_itself",
        by=stores_services.act(task="campaigns", at=at),
        at=at,
        subject=Campaign(pk=campaign_id),
        facts={"because": one_line(because, 200)},
    )
    return True
