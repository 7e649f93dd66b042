"""Acts on a campaign: started, paused, stopped."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns import services as campaigns_services
from campaigns.kinds import OPEN
from campaigns.models import Campaign
from campaigns.previews import preview
from campaigns.reach import steps_of
from common.errors import DomainError
from common.money import format_money
from stores import selectors as stores_selectors
from stores.act_forms import ReasonForm
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    alone_or_beside,
    posted,
    signed_in,
)
from stores.models import Approval

from .campaign_forms import StartForm

START, STOP = "campaigns.start_campaign", "campaigns.stop_campaign"


class CampaignActs(ScopedAdmin[Campaign]):
    """Each with a reason; starting above a cost with an approver."""

    def _is(self, request: HttpRequest, pk: Any, permission: str, *states: str) -> bool:
        campaign = self.get_object(request, str(pk))
        return campaign.state in states and signed_in(request).has_perm(
            permission, campaign
        )

    def has_start_permission(self, request: HttpRequest, object_id: str) -> bool:
        """A draft, or one that is paused."""
        return self._is(request, object_id, START, "draft", "paused")

    def has_pause_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One that runs."""
        return self._is(request, object_id, STOP, "running")

    def has_stop_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Whatever is not over."""
        return self._is(request, object_id, STOP, *[state.value for state in OPEN])

    @action(
        description=gettext_lazy("Start"),
        url_path="start",
        permissions=["start"],
        icon="play_arrow",
    )
    def start(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """With what it comes to in sight; above a cost with an approver."""
        campaign = self.get_object(request, object_id)
        user = signed_in(request)

        def command(typed: dict[str, Any]) -> str:
            at = now()

            def run(approval: Approval | None) -> Campaign:
                return campaigns_services.start_campaign(
                    campaign_id=campaign.pk,
                    reason=typed["reason"],
                    saved_at=typed["saved_at"],
                    means_everybody=typed["means_everybody"],
                    by=act_of(request, at, store=typed["store"]),
                    at=at,
                    approval=approval,
                )

            alone_or_beside(
                request, typed, run, subject=f"campaign:{campaign.pk}", at=at
            )
            return _("The campaign runs.")

        return self.ask(
            request,
            form=StartForm(
                **posted(request),
                campaign=campaign,
                stores=stores_selectors.stores_for(user, START),
                people=stores_selectors.checkers_for(user, START),
            ),
            title=_("Start: %(name)s") % {"name": campaign.name},
            button=_("Start"),
            lead=self._lead(campaign),
            command=command,
            back=self.row_url(campaign),
        )

    def _lead(self, campaign: Campaign) -> str:
        at = now()
        try:
            seen = preview(campaign, steps=steps_of(campaign), at=at)
        except DomainError as refusal:
            return str(refusal)
        return _("%(members)s members; its gifts cost %(cost)s at most.") % {
            "members": seen.reached,
            "cost": format_money(seen.most),
        }

    @action(
        description=gettext_lazy("Pause"),
        url_path="pause",
        permissions=["pause"],
        icon="pause",
    )
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Until it is started again."""
        return self._end(
            request,
            object_id,
            title=_("Pause"),
            lead=_(
                "Nobody comes in and no step is done until it goes on. "
                "What was written already still leaves."
            ),
            command=lambda pk, typed, by, at: campaigns_services.pause_campaign(
                campaign_id=pk, reason=typed["reason"], by=by, at=at
            ),
            told=_("The campaign is paused."),
        )

    @action(
        description=gettext_lazy("Stop"),
        url_path="stop",
        permissions=["stop"],
        icon="stop",
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """For ever: nothing more leaves."""
        return self._end(
            request,
            object_id,
            title=_("Stop"),
            lead=_("For good. Nothing more leaves; what was given stays."),
            command=lambda pk, typed, by, at: campaigns_services.stop_campaign(
                campaign_id=pk, reason=typed["reason"], by=by, at=at
            ),
            told=_("The campaign is stopped."),
        )

    def _end(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        lead: str,
        command: Callable[..., object],
        told: str,
    ) -> HttpResponseBase:
        campaign = self.get_object(request, object_id)

        def run(typed: dict[str, Any]) -> str:
            at = now()
            command(campaign.pk, typed, act_of(request, at, store=campaign.store), at)
            return told

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=f"{title}: {campaign.name}",
            button=title,
            lead=lead,
            command=run,
            back=self.row_url(campaign),
        )
