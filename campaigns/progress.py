"""How far a send is: of those it goes to now, how many have been served."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from common.months import midnight
from messaging.models import MessageState

from .days import house_zone, today
from .kinds import CampaignKind, CampaignState
from .models import Campaign, Journey, JourneyMessage

LEAVING: Final = (MessageState.WAITING, MessageState.SENDING)


@dataclass(frozen=True, slots=True)
class SendProgress:
    """Of a one-off since it began, of the others since midnight by the house's clock.

    `held` wait for the end of quiet hours or a free day; nobody waits for them here.
    """

    done: int
    total: int
    held: int
    is_entering: bool  # more people may still come in

    @property
    def is_over(self) -> bool:
        return self.done >= self.total and not self.is_entering


def progress(campaign: Campaign, *, at: datetime) -> SendProgress | None:
    """None where nothing is being sent: it does not run, or all of it has left."""
    if campaign.state != CampaignState.RUNNING:
        return None
    began = campaign.starts_at is None or campaign.starts_at <= at
    is_one_off = campaign.kind == CampaignKind.ONE_OFF
    due = Journey.objects.filter(campaign=campaign, due_at__lte=at).count()
    mine = JourneyMessage.objects.filter(campaign=campaign)
    if not is_one_off:
        mine = mine.filter(message__created_at__gte=midnight(today(at), house_zone()))
    counted = mine.aggregate(
        all=Count("pk"),
        leaving=Count(
            "pk", filter=Q(message__state__in=LEAVING, message__not_before__lte=at)
        ),
        held=Count("pk", filter=Q(message__state=MessageState.HELD)),
    )
    left = due + counted["leaving"]
    total = counted["all"] - counted["held"] + due
    found = SendProgress(
        total - left,
        total,
        counted["held"],
        is_entering=is_one_off and began and campaign.entered_at is None,
    )
    return None if found.is_over else found
