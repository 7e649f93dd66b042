"""Pages about campaigns: the calendar, what one would come to, and what it did."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from campaigns.previews import preview
from campaigns.reach import steps_of
from common.errors import DomainError
from stores.admin.base import ScopedAdmin, action

from .calendar import calendar_page
from .pages import preview_page
from .results_page import progress_page, results_page


class CampaignPages(ScopedAdmin[Campaign]):
    """What is only looked at, by whoever sees the campaign."""

    def has_calendar_permission(self, request: HttpRequest) -> bool:
        """Whoever sees the list."""
        return self.has_view_permission(request)

    @action(
        description=gettext_lazy("Calendar"),
        url_path="calendar",
        permissions=["calendar"],
        icon="calendar_month",
    )
    def calendar(self, request: HttpRequest) -> HttpResponseBase:
        """A month of what runs, begins, goes out and ends; one's own stores' only."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "back": self.list_url(),
            **calendar_page(
                self.get_queryset(request), request.GET.get("month", ""), at=now()
            ),
        }
        return TemplateResponse(request, "campaigns/calendar.html", context)

    def has_preview_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever sees it."""
        return self.get_object(request, str(object_id)) is not None

    @action(
        description=gettext_lazy("Preview"),
        url_path="preview",
        permissions=["preview"],
        icon="visibility",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Who, who not and why, what it costs, and the words."""
        campaign = self.get_object(request, object_id)
        at = now()
        try:
            steps = steps_of(campaign)
            seen = preview(campaign, steps=steps, at=at)
        except DomainError as refusal:
            self.message_user(request, str(refusal), "error")
            return redirect(self.row_url(campaign))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Preview: %(name)s") % {"name": campaign.name},
            "back": self.row_url(campaign),
            **preview_page(campaign, steps, seen, at=at),
        }
        return TemplateResponse(request, "campaigns/preview.html", context)

    def has_results_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whoever sees it, once it was started."""
        return self.get_object(request, str(object_id)).started_at is not None

    @action(
        description=gettext_lazy("Results"),
        url_path="results",
        permissions=["results"],
        icon="monitoring",
    )
    def results(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What it did first, then the rest; to htmx, how far it is."""
        campaign = self.get_object(request, object_id)
        if request.headers.get("HX-Request"):
            shown = progress_page(campaign, at=now())
            return TemplateResponse(request, "campaigns/results.html#progress", shown)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Results: %(name)s") % {"name": campaign.name},
            "back": self.row_url(campaign),
            **results_page(campaign, at=now()),
        }
        return TemplateResponse(request, "campaigns/results.html", context)
