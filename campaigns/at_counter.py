"""The day's running campaigns, as whoever stands at a till tells guests of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.money import format_count

from .days import today
from .kinds import CampaignKind, CampaignState, StepKind
from .models import Campaign, CampaignStep
from .occasions import goes_out
from .reach import newest_terms

# For whom each occasion is, to be read aloud.
FOR_WHOM: Final[dict[str, str | Promise]] = {
    CampaignKind.BIRTHDAY: gettext_lazy("Guests with a birthday"),
    CampaignKind.WIN_BACK: gettext_lazy("Guests who stayed away longer than usual"),
    CampaignKind.WELCOME: gettext_lazy("New members"),
    CampaignKind.ANNIVERSARY: gettext_lazy("Members on the day they joined"),
    CampaignKind.ONE_OFF: gettext_lazy("Chosen members"),
    CampaignKind.REPEATING: gettext_lazy("Chosen members"),
    CampaignKind.EXPIRING: gettext_lazy("Members with something that ends soon"),
    CampaignKind.BALANCE_LOW: gettext_lazy("Members whose balance is low"),
    CampaignKind.FIRST_TOP_UP: gettext_lazy("Members who topped up for the first time"),
    CampaignKind.TIER_REACHED: gettext_lazy("Members who reached a tier"),
    CampaignKind.TIER_AT_RISK: gettext_lazy("Members who may lose their tier"),
    CampaignKind.AFTER_VISIT: gettext_lazy("Guests who came lately"),
    CampaignKind.STAMP_CARD: gettext_lazy("Guests whose stamp card is nearly full"),
    CampaignKind.CURED: gettext_lazy("Guests whose complaint was resolved"),
}


@dataclass(frozen=True, slots=True)
class CounterCampaign:
    """What runs: its name, for whom, what it gives, and when it ends."""

    name: str
    for_whom: str
    gives: list[str]
    ends_at: datetime | None


def campaigns_today(store_id: int, *, at: datetime) -> list[CounterCampaign]:
    """What runs at a store now; of those that repeat, what goes out on this day."""
    running = (
        Campaign.objects.filter(
            Q(store=None) | Q(store=store_id),
            Q(starts_at=None) | Q(starts_at__lte=at),
            Q(ends_at=None) | Q(ends_at__gt=at),
            state=CampaignState.RUNNING,
        )
        .prefetch_related("steps__coupon_template")
        .order_by("-priority", "name", "pk")
    )
    return [
        CounterCampaign(
            campaign.name,
            str(FOR_WHOM[campaign.kind]),
            list(dict.fromkeys(_gives(campaign))),
            campaign.ends_at,
        )
        for campaign in running
        if campaign.kind != CampaignKind.REPEATING or goes_out(campaign, today(at))
    ]


def _gives(campaign: Campaign) -> list[str]:
    """The gifts of the steps that stand, in their order."""
    steps = [
        step
        for step in campaign.steps.all()
        if step.version == campaign.version and step.kind == StepKind.GIFT
    ]
    return [_gift(step) for step in sorted(steps, key=lambda step: step.position)]


def _gift(step: CampaignStep) -> str:
    if step.coupon_template_id is not None:
        terms = newest_terms(step.coupon_template_id)
        return _("Coupon: %(name)s") % {"name": terms.name if terms else "–"}
    return ngettext("%(points)s point", "%(points)s points", step.points) % {
        "points": format_count(step.points)
    }
