"""Who outside is told: set up here, tested, switched on and off."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from outbox import services as outbox_services
from outbox.forms import EndpointForm
from outbox.models import WebhookEndpoint
from outbox.services.endpoints import MANAGE
from stores.admin.base import (
    HistoryAdmin,
    Text,
    action,
    display,
    posted,
    request_id,
    signed_in,
)
from stores.forms import ConfirmForm

SHADES = {"on": "success", "failing": "warning", "off": "danger"}


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(HistoryAdmin[WebhookEndpoint]):
    """Endpoints of one's own stores; head office has those for every store too."""

    form = EndpointForm
    list_display = ("name", "host", "store", "state", "last_success_at", "created_at")
    list_filter = ("is_enabled", "store")
    list_select_related = ("store",)
    search_fields = ("name",)
    ordering = ("-pk",)
    fields = ("name", "url", "store", "kinds")
    told = (
        "state",
        "disabled_at",
        "last_success_at",
        "failing_since",
        "former_until",
        "created_at",
    )
    actions_detail = ("send_test", "rotate", "switch_off", "switch_on")

    def _name(self, verb: str) -> str:
        return super()._name(verb) if verb == "view" else MANAGE

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever manages webhooks anywhere; the command asks for which store."""
        return signed_in(request).has_perm(MANAGE)

    def has_delete_permission(
        self, request: HttpRequest, obj: WebhookEndpoint | None = None
    ) -> bool:
        """An endpoint is switched off, never deleted: its deliveries stay."""
        return False

    def get_fields(
        self, request: HttpRequest, obj: WebhookEndpoint | None = None
    ) -> Any:
        """What it is doing, once there is one."""
        return self.fields if obj is None else (*self.fields, *self.told)

    def get_readonly_fields(
        self, request: HttpRequest, obj: WebhookEndpoint | None = None
    ) -> tuple[str, ...]:
        """Whose events it is told of stays."""
        return () if obj is None else ("store", *self.told)

    @display(description=gettext_lazy("host"), ordering="url")
    def host(self, endpoint: WebhookEndpoint) -> str:
        """Where it is; the rest of the address may hold a token."""
        return endpoint.host

    @display(description=gettext_lazy("state"), ordering="is_enabled", label=SHADES)
    def state(self, endpoint: WebhookEndpoint) -> tuple[str, str]:
        """Whether it is told, and if not, why."""
        if not endpoint.is_enabled:
            return "off", endpoint.get_disabled_reason_display()
        if endpoint.failing_since is not None:
            return "failing", _("failing")
        return "on", _("switched on")

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the commands; a new one's secret is shown by `response_add`."""
        user, asked = signed_in(request), request_id(request)
        if change:
            outbox_services.change_endpoint(
                endpoint_id=obj.pk,
                name=obj.name,
                url=obj.url,
                kinds=obj.kinds,
                by=user,
                at=now(),
                request_id=asked,
            )
        else:
            made = outbox_services.add_endpoint(
                name=obj.name,
                url=obj.url,
                store=obj.store,
                kinds=obj.kinds,
                by=user,
                at=now(),
                request_id=asked,
            )
            obj.pk = made.endpoint.pk
            obj.refresh_from_db()
            obj.fresh_secret = made.secret

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The secret, this once."""
        return self._secret(request, obj, obj.fresh_secret)

    def has_manage_permission(self, request: HttpRequest, object_id: str) -> bool:
        """At this endpoint's store; for every store's, everywhere."""
        endpoint = self.get_object(request, str(object_id))
        return signed_in(request).has_perm(MANAGE, endpoint)

    def has_manage_on_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same, while it is switched on."""
        endpoint = self.get_object(request, str(object_id))
        return endpoint.is_enabled and self.has_manage_permission(request, object_id)

    def has_manage_off_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same, while it is switched off."""
        endpoint = self.get_object(request, str(object_id))
        may = self.has_manage_permission(request, object_id)
        return may and not endpoint.is_enabled

    @action(
        description=gettext_lazy("New secret"),
        url_path="rotate",
        permissions=["manage"],
        icon="autorenew",
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Another secret; for a day the former one signs beside it."""
        endpoint = self.get_object(request, object_id)
        if request.method != "POST":
            return self._confirm(
                request, endpoint, lambda **_done: None, button=_("New secret"), said=""
            )
        try:
            made = outbox_services.rotate_secret(
                endpoint_id=endpoint.pk,
                by=signed_in(request),
                at=now(),
                request_id=request_id(request),
            )
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.row_url(endpoint))
        return self._secret(request, made.endpoint, made.secret)

    @action(
        description=gettext_lazy("Send a test"),
        url_path="test",
        permissions=["manage_on"],
        icon="send",
    )
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """An event that nothing happened for; what came of it is in the list."""
        endpoint = self.get_object(request, object_id)
        deliveries = reverse(f"{self.admin_site.name}:outbox_delivery_changelist")
        return self._confirm(
            request,
            endpoint,
            outbox_services.send_test,
            button=_("Send a test"),
            said=_("The test is on its way; here is what comes of it."),
            back=f"{deliveries}?endpoint__id__exact={endpoint.pk}",
        )

    @action(
        description=gettext_lazy("Switch off"),
        url_path="switch-off",
        permissions=["manage_on"],
        icon="toggle_off",
    )
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Nothing is sent any more; what waits is given up."""
        return self._confirm(
            request,
            self.get_object(request, object_id),
            outbox_services.switch_off,
            button=_("Switch off"),
            said=_("Nothing is sent to it any more."),
        )

    @action(
        description=gettext_lazy("Switch on"),
        url_path="switch-on",
        permissions=["manage_off"],
        icon="toggle_on",
    )
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """From now on; what was given up is delivered again by hand."""
        return self._confirm(
            request,
            self.get_object(request, object_id),
            outbox_services.switch_on,
            button=_("Switch on"),
            said=_("It is told of what happens from now on."),
        )

    def _confirm(
        self,
        request: HttpRequest,
        endpoint: WebhookEndpoint,
        command: Callable[..., object],
        *,
        button: Text,
        said: Text,
        back: str = "",
    ) -> HttpResponseBase:
        def run(_typed: dict[str, Any]) -> Text:
            command(
                endpoint_id=endpoint.pk,
                by=signed_in(request),
                at=now(),
                request_id=request_id(request),
            )
            return said

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=button,
            button=button,
            lead=f"{endpoint.name} · {endpoint.host}",
            command=run,
            back=back or self.row_url(endpoint),
        )

    def _secret(
        self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The secret of %(name)s") % {"name": endpoint.name},
            "secret": secret,
            "endpoint": endpoint,
            "former_until": endpoint.former_until,
            "back": self.row_url(endpoint),
        }
        response = TemplateResponse(request, "outbox/fresh_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response
