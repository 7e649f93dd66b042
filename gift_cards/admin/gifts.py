"""Gifts on their way."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.admin import ReadOnlyAdmin
from gift_cards import services as gift_cards_services
from gift_cards.models import Gift
from gift_cards.services.acts import RESEND
from stores.admin.base import act_of, action, display, posted, signed_in

from .base import BrandAdmin
from .forms import ReasonForm

Status = Gift.Status
SHADES = {
    "waiting": "info",
    "sending": "warning",
    "sent": "success",
    "failed": "danger",
    "stopped": "warning",
}


@admin.register(Gift)
class GiftAdmin(ReadOnlyAdmin[Gift], BrandAdmin[Gift]):
    """To whom, when, and whether it arrived. What was written stays theirs."""

    list_display = (
        "__str__",
        "card",
        "state",
        "recipient_name",
        "channel",
        "deliver_at",
        "delivered_at",
        "opened_at",
    )
    list_filter = ("status", "channel")
    list_select_related = ("card",)
    search_fields = ("=id", "=card__id")
    search_help_text = gettext_lazy("Number of the gift or of its card")
    ordering = ("-pk",)
    fields = (
        "card",
        "status",
        "channel",
        "giver_name",
        "recipient_name",
        "recipient_email",
        "recipient_phone",
        "language",
        "deliver_at",
        "sending_at",
        "attempts",
        "delivered_at",
        "opened_at",
        "kept_at",
    )
    actions_detail = ("resend",)

    @display(description=gettext_lazy("status"), ordering="status", label=SHADES)
    def state(self, gift: Gift) -> tuple[str, str]:
        """The status, as a badge."""
        return gift.status, gift.get_status_display()

    def has_resend_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One that failed, hangs, or got lost, and that nobody has opened."""
        gift = self.get_object(request, str(object_id))
        return (
            gift.opened_at is None
            and gift.channel != Gift.Channel.LINK
            and gift.status in {Status.SENDING, Status.SENT, Status.FAILED}
            and signed_in(request).has_perm(RESEND)
        )

    @action(
        description=gettext_lazy("Send again"),
        url_path="resend",
        permissions=["resend"],
        icon="forward_to_inbox",
    )
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A new link goes out; the one before opens nothing."""
        gift = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            store = gift.card.store
            gift_cards_services.resend(
                gift_id=gift.pk,
                reason=typed["reason"],
                by=act_of(request, now(), store=store),
                at=now(),
            )
            return _("The gift is sent again within a minute.")

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Send again"),
            button=_("Send again"),
            lead=f"{gift} · {gift.recipient_name}",
            command=command,
            back=self.row_url(gift),
        )
