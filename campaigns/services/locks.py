"""The locks of campaigns: the campaign first, then its journeys."""

from typing import Final

from django.db.models import QuerySet

from campaigns.journeys import DueJourney
from campaigns.models import Campaign, Journey

SHARED: Final = "SELECT * FROM campaigns_campaign WHERE id = %s FOR SHARE"


def lock_campaign(campaign_id: int) -> Campaign | None:
    """Alone: no step is done while its state changes or its budget is taken from."""
    return (
        Campaign.objects.filter(pk=campaign_id).select_for_update(no_key=True).first()
    )


def lock_steps(campaign_id: int) -> Campaign | None:
    """For doing steps: nobody stops it meanwhile; alone where there is a budget."""
    looked = Campaign.objects.filter(pk=campaign_id).first()
    if looked is None or looked.has_budget:
        return lock_campaign(campaign_id)
    found = next(iter(Campaign.objects.raw(SHARED, [campaign_id])), None)
    # A budget that was set meanwhile is taken from under its own lock: next time.
    return None if found is not None and found.has_budget else found


def lock_journeys(due: QuerySet[Journey], *, most: int) -> list[DueJourney]:
    """The next of them that nobody else holds."""
    ordered = due.order_by("due_at", "pk")
    locked = ordered.select_for_update(no_key=True, skip_locked=True)
    return list(map(DueJourney._make, locked.values_list(*DueJourney._fields)[:most]))
