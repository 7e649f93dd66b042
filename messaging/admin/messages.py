"""The log of messages: what was decided, what became of it; addresses stay masked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from common.tables import moment, table, zone_of
from messaging import services as messaging_services
from messaging.models import Message, MessageEvent, MessageReason, MessageState
from messaging.services.cancel import CANCEL
from stores.act_forms import ReasonForm
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    display,
    posted,
    signed_in,
)

SHADES = {
    "waiting": "info",
    "held": "info",
    "sending": "info",
    "accepted": "success",
    "delivered": "success",
    "bounced": "danger",
    "complained": "danger",
    "failed": "danger",
    "unknown": "warning",
    "dropped": "warning",
}


# Short words of ours that stand in the news; what a provider answered stays as it is.
DETAILS = {
    **{reason.value: reason.label for reason in MessageReason},
    "lost": gettext_lazy("its sender was cut off"),
    "asked": gettext_lazy("the provider says so"),
    "unclear": gettext_lazy("it may not have left"),
    "no answer": gettext_lazy("the provider did not answer"),
    "no connection": gettext_lazy("the provider could not be reached"),
    "no token": gettext_lazy("the provider gave no key"),
    "no gateway": gettext_lazy("no gateway is set up"),
}


def detail_of(event: MessageEvent) -> str:
    """Why, in words of the reader."""
    return str(DETAILS.get(event.detail, event.detail))


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin[Message], ScopedAdmin[Message]):
    """Messages of one's own stores; read, and called off while they wait."""

    counts_for_member = True  # on the member's page
    list_display = (
        "row_number",
        "what",
        "channel",
        "member",
        "address_hint",
        "status",
        "why",
        "not_before",
        "accepted_at",
    )
    list_filter = ("state", "channel", "purpose")
    list_select_related = ("version__template", "member", "store")
    search_fields = ("=member__id",)
    search_help_text = gettext_lazy("Number of the member")
    ordering = ("-pk",)
    fields = (
        "what",
        "version",
        "channel",
        "purpose",
        "language",
        "member",
        "address_hint",
        "store",
        "status",
        "why",
        "not_before",
        "expires_at",
        "due_at",
        "priority",
        "attempts",
        "sent_twice",
        "provider",
        "provider_reference",
        "created_at",
        "accepted_at",
        "read_at",
        "news",
        "public_id",
    )
    readonly_fields = ("what", "status", "why", "news")
    actions_detail = ("cancel",)

    @display(description=gettext_lazy("message"))
    def what(self, message: Message) -> str:
        """The name of its template."""
        return message.version.template.name

    @display(description=gettext_lazy("state"), ordering="state", label=SHADES)
    def status(self, message: Message) -> tuple[str, str]:
        """Where it stands, as a badge."""
        return message.state, message.get_state_display()

    @display(description=gettext_lazy("reason"), ordering="reason")
    def why(self, message: Message) -> str:
        """Why it is held back, or was not sent."""
        return message.get_reason_display() if message.reason else "–"

    @display(description=gettext_lazy("news"))
    def news(self, message: Message) -> str:
        """What happened to it, in order."""
        zone = zone_of(message)
        return table(
            [_("When"), _("What"), _("Detail")],
            (
                (moment(event.at, zone), event.get_kind_display(), detail_of(event))
                for event in message.events.order_by("pk")
            ),
            nothing=_("Nothing yet."),
        )

    def has_cancel_permission(self, request: HttpRequest, object_id: str) -> bool:
        """While it waits, whoever may at its store."""
        message = self.get_object(request, str(object_id))
        waits = message.state in {MessageState.WAITING, MessageState.HELD}
        return waits and signed_in(request).has_perm(CANCEL, message)

    @action(
        description=gettext_lazy("Call off"),
        url_path="cancel",
        permissions=["cancel"],
        icon="cancel_schedule_send",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """It is not sent."""
        message = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            messaging_services.cancel_message(
                message_id=message.pk,
                reason=typed["reason"],
                by=act_of(request, now(), store=message.store),
                at=now(),
            )
            return _("The message is not sent.")

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Call off"),
            button=_("Call off"),
            lead=f"{message} · {self.what(message)}",
            command=command,
            back=self.row_url(message),
        )
