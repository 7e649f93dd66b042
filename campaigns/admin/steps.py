"""The steps of a campaign, as they are planned."""

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from campaigns.kinds import MOST_STEPS, CampaignState
from campaigns.models import Campaign, CampaignStep
from stores.admin.base import signed_in

from .campaign_forms import StepForm, StepFormSet

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline
else:
    from unfold.admin import TabularInline


class StepInline(TabularInline[CampaignStep, Campaign]):
    """The steps of the version that stands, in their order."""

    model = CampaignStep
    form = StepForm
    formset = StepFormSet  # type: ignore[assignment]  # of the form above
    max_num = MOST_STEPS
    ordering = ("position",)
    fields = (
        "position",
        "kind",
        "arm",
        "days",
        "template",
        "channels",
        "coupon_template",
        "points",
    )
    verbose_name_plural = gettext_lazy("What: the steps")

    def get_extra(
        self, request: HttpRequest, obj: Campaign | None = None, **_options: Any
    ) -> int:
        """Room for all that there may be: no script is needed to add one."""
        return MOST_STEPS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return signed_in(request).has_perm("campaigns.view_campaign", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_change(request, obj)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Former versions are not for changing."""
        found = super().get_queryset(request)
        return found.filter(version=F("campaign__version"))


def may_change(request: HttpRequest, campaign: Campaign | None) -> bool:
    """A new one, a draft, or one that is paused."""
    user = signed_in(request)
    if campaign is None:
        return user.has_perm("campaigns.add_campaign")
    return campaign.state in {
        CampaignState.DRAFT,
        CampaignState.PAUSED,
    } and user.has_perm("campaigns.change_campaign", campaign)


def without(fields: Any, unasked: set[str]) -> list[Any]:
    """Rows of fields without these; rows of which nothing is left are left out."""
    rows = [
        row
        if isinstance(row, str)
        else tuple(name for name in row if name not in unasked)
        for row in fields
    ]
    return [row for row in rows if row and row not in unasked]
