"""Quiet hours and caps, providers, and addresses that are left alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from common.admin import ReadOnlyAdmin
from common.forms import LineField
from messaging import services as messaging_services
from messaging.forms import ChannelForm, address_field
from messaging.models import (
    MessageProvider,
    MessagingPolicy,
    Suppression,
)
from messaging.services.suppress import SUPPRESS
from policies.admin import PolicyAdmin
from stores.act_forms import ReasonForm
from stores.admin.base import (
    ScopedAdmin,
    act_of,
    action,
    display,
    may_everywhere,
    posted,
    signed_in,
)


@admin.register(MessagingPolicy)
class MessagingPolicyAdmin(PolicyAdmin[MessagingPolicy]):
    """When offers wait, and how many of them a member gets."""


@admin.register(MessageProvider)
class MessageProviderAdmin(ScopedAdmin[MessageProvider]):
    """How fast each provider may be used; head office says so."""

    store_path = None
    list_display = ("code", "per_second", "concurrency", "failures", "rests_until")
    ordering = ("code",)
    fields = ("code", "per_second", "concurrency", "failures", "rests_until")
    readonly_fields = ("code", "failures", "rests_until")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A provider is there once something left by it."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: MessageProvider | None = None
    ) -> bool:
        """It stays."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: MessageProvider | None = None
    ) -> bool:
        """It belongs to no store."""
        return may_everywhere(request, self._name("change"))

    def save_model(
        self,
        request: HttpRequest,
        obj: MessageProvider,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the command, which writes it into the log."""
        messaging_services.set_pace(
            provider_id=obj.pk,
            per_second=obj.per_second,
            concurrency=obj.concurrency,
            by=act_of(request, now()),
            at=now(),
        )


class SuppressionForm(ChannelForm):
    """An address that is to be left alone."""

    address = address_field(label=gettext_lazy("address"))
    is_total = forms.BooleanField(
        label=gettext_lazy("nothing at all"),
        required=False,
        help_text=gettext_lazy("Otherwise only what needs a consent is kept back."),
        widget=UnfoldBooleanWidget,
    )
    note = LineField(
        label=gettext_lazy("note"), max_length=200, widget=UnfoldAdminTextInputWidget
    )


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin[Suppression], ScopedAdmin[Suppression]):
    """Addresses that are not written to; the address itself is never shown."""

    store_path = None
    list_display = (
        "address_hint",
        "channel",
        "reason",
        "is_total",
        "standing",
        "created_at",
    )
    list_filter = ("channel", "reason")
    ordering = ("-pk",)
    fields = (
        "address_hint",
        "channel",
        "reason",
        "is_total",
        "note",
        "created_at",
        "created_by",
        "lifted_at",
        "lifted_by",
        "lift_reason",
    )
    actions_list = ("enter",)
    actions_detail = ("lift",)

    def has_view_permission(
        self, request: HttpRequest, obj: Suppression | None = None
    ) -> bool:
        """An address belongs to no store."""
        return signed_in(request).has_perm(self._name("view"))

    @display(
        description=gettext_lazy("state"), label={"on": "warning", "off": "success"}
    )
    def standing(self, row: Suppression) -> tuple[str, str]:
        """Whether it is left alone now."""
        if row.lifted_at is None:
            return "on", _("left alone")
        return "off", _("lifted")

    def has_enter_permission(self, request: HttpRequest) -> bool:
        """Whoever may leave an address alone."""
        return signed_in(request).has_perm(SUPPRESS)

    def has_lift_permission(self, request: HttpRequest, object_id: str) -> bool:
        """The same, while it stands."""
        stands = self.get_object(request, str(object_id)).lifted_at is None
        return stands and signed_in(request).has_perm(SUPPRESS)

    @action(
        description=gettext_lazy("Suppress an address"),
        url_path="enter",
        permissions=["enter"],
        icon="block",
    )
    def enter(self, request: HttpRequest) -> HttpResponseBase:
        """By hand, with a note."""

        def command(typed: dict[str, Any]) -> str:
            messaging_services.suppress_address(
                **typed, by=act_of(request, now()), at=now()
            )
            return _("The address is left alone.")

        return self.ask(
            request,
            form=SuppressionForm(**posted(request)),
            title=_("Suppress an address"),
            button=_("Suppress an address"),
            command=command,
            back=self.list_url(),
        )

    @action(
        description=gettext_lazy("Lift"),
        url_path="lift",
        permissions=["lift"],
        icon="undo",
    )
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Write to it again, with a reason."""
        row = self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            messaging_services.lift_suppression(
                suppression_id=row.pk,
                reason=typed["reason"],
                by=act_of(request, now()),
                at=now(),
            )
            return _("The address is written to again.")

        return self.ask(
            request,
            form=ReasonForm(**posted(request)),
            title=_("Lift"),
            button=_("Lift"),
            lead=str(row),
            command=command,
            back=self.row_url(row),
        )
