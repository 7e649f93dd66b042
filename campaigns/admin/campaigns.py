"""Campaigns in the office: planned in five parts, looked at, started, stopped."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from campaigns import services as campaigns_services
from campaigns.errors import CampaignRefused
from campaigns.models import Campaign, CampaignStep
from campaigns.previews import preview
from campaigns.reach import steps_of
from campaigns.results import CampaignSummary, lift_sentence, summaries
from common.errors import DomainError
from common.money import format_count
from stores.admin.base import (
    act_of,
    display,
)

from .campaign_acts import CampaignActs
from .campaign_forms import ONLY_OF, CampaignForm
from .campaign_pages import CampaignPages
from .pages import preview_page, told_steps
from .steps import StepInline, may_change, without

SHADES = {
    "draft": "info",
    "running": "success",
    "paused": "warning",
    "stopped": "danger",
    "finished": "info",
}


@admin.register(Campaign)
class CampaignAdmin(CampaignPages, CampaignActs):
    """What runs, what is planned, and what came of it."""

    form = CampaignForm
    change_form_template = "campaigns/campaign.html"
    money_fields = ("budget", "balance_below")
    inlines = (StepInline,)
    list_display = ("name", "kind", "status", "store", "reach", "result", "saved_at")
    list_filter = ("state", "kind", "store")
    list_select_related = ("store",)
    search_fields = ("name", "note")
    ordering = ("-pk",)
    readonly_fields = ("status", "stands")
    actions_list = ("calendar",)
    actions_detail = ("preview", "results", "start", "pause", "stop")
    fieldsets = (
        (
            gettext_lazy("Why"),
            {"fields": ("name", ("kind", "status"), "note", "stands")},
        ),
        (
            gettext_lazy("Who"),
            {
                "fields": (
                    ("store", "segment"),
                    "means_everybody",
                    "band",
                    ("balance_below", "stamps_missing"),
                )
            },
        ),
        (
            gettext_lazy("When"),
            {
                "fields": (
                    ("starts_at", "ends_at"),
                    ("timing", "days_before"),
                    ("repeats", "repeat_day"),
                    ("entry", "rest_days"),
                    "priority",
                )
            },
        ),
        (
            gettext_lazy("Check"),
            {
                "fields": (
                    ("holdout_bp", "global_holdout"),
                    "split_bp",
                    ("budget", "budget_pieces"),
                )
            },
        ),
    )

    def has_delete_permission(
        self, request: HttpRequest, obj: Campaign | None = None
    ) -> bool:
        """What was given names it: a campaign is stopped."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Campaign | None = None
    ) -> bool:
        """What runs is paused before it is changed."""
        if obj is None:
            return super().has_change_permission(request, obj)
        return may_change(request, obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Campaign | None = None
    ) -> tuple[str, ...]:
        """Another occasion is another campaign."""
        fixed = ("kind", "store") if obj is not None else ()
        return (*self.readonly_fields, *fixed)

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        """What another occasion would ask for is left out of one that stands."""
        if obj is None:
            return super().get_fieldsets(request, obj)
        unasked = {name for name, kinds in ONLY_OF.items() if obj.kind not in kinds}
        if not may_change(request, obj):
            unasked.add("means_everybody")
        return [
            (title, {**options, "fields": without(options["fields"], unasked)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The five parts; what they come to is asked for beside them."""
        if request.headers.get("HX-Request"):
            return self._look(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _look(self, request: HttpRequest, object_id: str | None) -> HttpResponseBase:
        """What was typed so far would come to; nothing is kept."""
        campaign = None if object_id is None else self.get_object(request, object_id)
        if not (
            self.has_add_permission(request)
            if campaign is None
            else self.has_view_permission(request, campaign)
        ):
            raise PermissionDenied
        at, context = now(), dict[str, Any]()
        try:
            planned, steps = self._typed(request, campaign)
            seen = preview(planned, steps=steps, at=at)
            context = {
                **preview_page(planned, steps, seen, at=at),
                "told_steps": told_steps(steps),
                "reached": format_count(seen.reached),
            }
        except CampaignRefused as refused:
            context["errors"] = refused.facts["sentences"]
        except DomainError as refusal:
            context["errors"] = [str(refusal)]
        return TemplateResponse(request, "campaigns/campaign.html#look", context)

    def _typed(
        self, request: HttpRequest, campaign: Campaign | None
    ) -> tuple[Campaign, list[CampaignStep]]:
        """The campaign as it stands in the form, or as it was saved.

        Raises CampaignRefused with what is wrong in it.
        """
        if campaign is not None and not may_change(request, campaign):
            return campaign, steps_of(campaign)
        is_change = campaign is not None
        made = self.get_form(request, campaign, change=is_change)
        form = made(request.POST, request.FILES, instance=campaign)
        form.is_valid()
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]  # Django's own
            request, form.instance, change=is_change
        )
        formsets[0].is_valid()
        wrong = [
            f"{form.fields[name].label}: {error}" if name in form.fields else error
            for name, errors in form.errors.items()
            for error in errors
        ]
        wrong += [
            error
            for errors in formsets[0].errors
            for told in errors.values()
            for error in told
        ]
        wrong += formsets[0].non_form_errors()
        if wrong:
            raise CampaignRefused([str(sentence) for sentence in wrong])
        return form.instance, formsets[0].steps()

    def save_model(
        self,
        request: HttpRequest,
        obj: Campaign,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """With its steps, by one command."""

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """The command that saves the campaign and its steps."""
        at = now()
        campaigns_services.save_campaign(
            campaign=form.instance,
            steps=formsets[0].steps(),
            by=act_of(request, at),
            at=at,
        )

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,  # noqa: FBT001, FBT002 (Django's own signature)
    ) -> Any:
        """The steps are written by the command."""
        return super().construct_change_message(request, form, [], add)

    @display(description=gettext_lazy("state"), ordering="state", label=SHADES)
    def status(self, campaign: Campaign) -> tuple[str, str]:
        """Where it stands, as a badge."""
        return campaign.state, campaign.get_state_display()

    @display(description=gettext_lazy("remark"))
    def stands(self, campaign: Campaign) -> str:
        """Why it is paused."""
        return campaign.paused_because or "–"

    @display(description=gettext_lazy("reached"))
    def reach(self, campaign: Campaign) -> str:
        """How many came into it, those held out apart."""
        summary: CampaignSummary | None = getattr(campaign, "summary", None)
        return format_count(summary.reached if summary else 0)

    @display(description=gettext_lazy("result"))
    def result(self, campaign: Campaign) -> str:
        """Extra visits per thousand, or that nobody knows yet."""
        if campaign.started_at is None:
            return "–"
        summary: CampaignSummary | None = getattr(campaign, "summary", None)
        return lift_sentence(summary.lift if summary else None)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What came of them is asked for once, for the whole page."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        known = summaries(rows, at=now())
        for row in rows:
            row.summary = known.get(row.pk)
        page.result_list = rows
        return page
