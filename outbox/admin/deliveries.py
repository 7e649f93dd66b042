"""What was sent to whom, and what came of it."""

import json
import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.admin import ReadOnlyAdmin
from common.errors import DomainError
from outbox import services as outbox_services
from outbox.messages import body_of
from outbox.models import Delivery, WebhookEndpoint
from outbox.services.endpoints import MANAGE
from stores.admin.base import (
    ScopedAdmin,
    action,
    display,
    posted,
    request_id,
    signed_in,
)
from stores.forms import ConfirmForm

AT_ONCE = 500
SHADES = {"pending": "info", "delivered": "success", "failed": "danger"}


class OwnEndpoints(admin.RelatedFieldListFilter):
    """Only the endpoints that one may see are offered."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, Any]]:
        pages = model_admin.admin_site.get_model_admin(WebhookEndpoint)
        return [(row.pk, str(row)) for row in pages.get_queryset(request)]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery], ScopedAdmin[Delivery]):
    """Deliveries to the endpoints of one's own stores; read only."""

    store_path = "endpoint__store"
    list_display = (
        "row_number",
        "kind",
        "about",
        "endpoint",
        "state",
        "attempts",
        "last_status",
        "problem",
        "last_at",
        "next_at",
    )
    list_filter = ("status", ("endpoint", OwnEndpoints))
    list_select_related = ("event", "endpoint__store")
    search_fields = ("event__id",)
    search_help_text = gettext_lazy("Number of the event (webhook-id)")
    ordering = ("-pk",)
    fields = (
        "number",
        "kind",
        "body",
        "endpoint",
        "status",
        "attempts",
        "last_at",
        "last_status",
        "problem",
        "next_at",
        "delivered_at",
    )
    readonly_fields = ("number", "kind", "body")
    actions = ("deliver_selected_again",)
    actions_detail = ("deliver_again",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        """By the whole number of the event: it is looked up, not searched."""
        if not search_term.strip():
            return queryset, False
        try:
            number = uuid.UUID(search_term.strip())
        except ValueError:
            return queryset.none(), False
        return queryset.filter(event_id=number), False

    @display(description=gettext_lazy("event"))
    def kind(self, delivery: Delivery) -> str:
        """What happened."""
        return delivery.event.get_kind_display()

    @display(description=gettext_lazy("about"))
    def about(self, delivery: Delivery) -> str:
        """The opaque id of what it is about."""
        return delivery.event.subject

    @display(description=gettext_lazy("number of the event"))
    def number(self, delivery: Delivery) -> str:
        """What the receiver sees as webhook-id."""
        return str(delivery.event_id)

    @display(description=gettext_lazy("message"))
    def body(self, delivery: Delivery) -> str:
        """What is sent."""
        told = json.loads(body_of(delivery.event))
        return format_html(
            '<pre class="whitespace-pre-wrap">{}</pre>',
            json.dumps(told, indent=2, ensure_ascii=False),
        )

    @display(description=gettext_lazy("status"), ordering="status", label=SHADES)
    def state(self, delivery: Delivery) -> tuple[str, str]:
        """The status, as a badge."""
        return delivery.status, delivery.get_status_display()

    def has_again_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Of one delivery: at its endpoint's store; of a list: anywhere, and the
        command asks again for each.
        """
        endpoint = None
        if object_id is not None:
            endpoint = self.get_object(request, str(object_id)).endpoint
        return signed_in(request).has_perm(MANAGE, endpoint)

    @action(
        description=gettext_lazy("Deliver again"),
        url_path="again",
        permissions=["again"],
        icon="replay",
    )
    def deliver_again(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The same message under the same number, at once."""
        delivery = self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            self._again(request, delivery)
            return _("It is on its way again.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Deliver again"),
            button=_("Deliver again"),
            lead=f"{self.kind(delivery)} · {delivery.endpoint}",
            command=command,
            back=self.row_url(delivery),
        )

    @admin.action(
        description=gettext_lazy("Deliver the selected again"), permissions=["again"]
    )
    def deliver_selected_again(
        self, request: HttpRequest, queryset: QuerySet[Delivery]
    ) -> None:
        """One after the other; the first refusal is shown, and the others still go."""
        sent, refused = 0, ""
        for delivery in queryset.order_by("pk")[:AT_ONCE]:
            try:
                self._again(request, delivery)
                sent += 1
            except DomainError as refusal:
                refused = refused or str(refusal)
        said = ngettext(
            "%(count)s message is on its way again.",
            "%(count)s messages are on their way again.",
            sent,
        )
        if sent:
            self.message_user(request, said % {"count": sent}, messages.SUCCESS)
        if refused:
            self.message_user(request, refused, messages.ERROR)

    def _again(self, request: HttpRequest, delivery: Delivery) -> None:
        outbox_services.deliver_again(
            delivery_id=delivery.pk,
            by=signed_in(request),
            at=now(),
            request_id=request_id(request),
        )
