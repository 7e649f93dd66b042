"""Staff: added, changed, given passwords, PINs and authenticators."""

from typing import Any

import segno
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import mark_safe
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.forms import (
    CodeForm,
    ConfirmForm,
    OwnPinForm,
    PasswordForm,
    PinForm,
    StaffCreationForm,
)
from stores.models import User

from .base import (
    ScopedAdmin,
    action,
    display,
    posted,
    request_id,
    signed_in,
)


@admin.register(User)
class UserAdmin(ScopedAdmin[User]):
    """The staff of one's stores."""

    list_display = ("display_name", "username", "roles", "is_active", "last_login")
    list_filter = ("is_active", "assignments__role")
    search_fields = ("username", "display_name")
    ordering = ("username",)
    fields = (
        "username",
        "display_name",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
    )
    actions_detail = ("set_password", "set_pin", "begin_totp", "remove_totp")

    def visible(self, request: HttpRequest) -> QuerySet[User]:
        """Who works in one's stores, and oneself."""
        people = stores_selectors.people_for(signed_in(request), "stores.view_user")
        return people.prefetch_related("assignments__role", "assignments__store")

    def has_view_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Everyone sees themselves, to set their own PIN and authenticator."""
        user = signed_in(request)
        return obj == user or super().has_view_permission(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Not of somebody who may do more."""
        user = signed_in(request)
        if obj is None:
            return user.has_perm("stores.change_user")
        return stores_selectors.may_manage(user, obj, "stores.change_user")

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """People leave; what they did keeps their name."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Only who may do everything makes another such."""
        if signed_in(request).is_superuser:
            return ("last_login",)
        return ("last_login", "is_superuser")

    def get_form(
        self,
        request: HttpRequest,
        obj: User | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 (Django's own signature)
        **kwargs: Any,
    ) -> Any:
        """A new person comes with a password."""
        if obj is None:
            kwargs.update(form=StaffCreationForm, fields=None)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The page for a new person asks only what is needed to sign in."""
        if obj is not None:
            return super().get_fieldsets(request, obj)
        asked = ("username", "display_name", "language", "password1", "password2")
        return [(None, {"fields": asked})]

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's own signature)
    ) -> None:
        """Through the command, in the name of whoever is signed in."""
        doing: dict[str, Any] = {
            "by": signed_in(request),
            "at": now(),
            "request_id": request_id(request),
        }
        if change:
            stores_services.save_user(user=obj, **doing)
        else:
            password = form.cleaned_data["password1"]
            stores_services.create_user(user=obj, password=password, **doing)

    @display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        """What they are, and where."""
        return ", ".join(
            f"{given.role} ({given.store.code if given.store else '*'})"
            for given in user.assignments.all()
        )

    def has_set_password_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Of those one may manage; one's own is changed with the old one."""
        other = str(signed_in(request).pk) != str(object_id)
        return other and self._may(request, object_id, "stores.change_user")

    def has_set_pin_permission(self, request: HttpRequest, object_id: str) -> bool:
        """One's own, or of those one may manage."""
        return self._may(request, object_id, "stores.set_pin")

    def has_begin_totp_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Only one's own: the secret is nobody else's to see."""
        return str(signed_in(request).pk) == str(object_id)

    def has_remove_totp_permission(self, request: HttpRequest, object_id: str) -> bool:
        """Somebody else's who has one, of those one may manage."""
        user = self.get_object(request, str(object_id))
        other = user != signed_in(request)
        may = other and self._may(request, object_id, "stores.set_pin")
        return may and TOTPDevice.objects.filter(user=user, confirmed=True).exists()

    def _may(self, request: HttpRequest, object_id: str, permission: str) -> bool:
        by, user = signed_in(request), self.get_object(request, str(object_id))
        return by == user or stores_selectors.may_manage(by, user, permission)

    def _prove(self, request: HttpRequest, secret: str) -> None:
        stores_services.prove(
            user=signed_in(request),
            secret=secret,
            by=signed_in(request),
            at=now(),
            request_id=request_id(request),
        )

    @action(
        description=gettext_lazy("Set the password"),
        url_path="set-password",
        permissions=["set_password"],
        icon="password",
    )
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A new password; it signs the person out everywhere."""
        by, user = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            stores_services.set_password(
                user=user, **typed, by=by, at=now(), request_id=request_id(request)
            )
            return _("The password is set.")

        return self.ask(
            request,
            form=PasswordForm(**posted(request)),
            title=_("Set the password"),
            button=_("Set the password"),
            lead=str(user),
            command=command,
            back=self.row_url(user),
        )

    @action(
        description=gettext_lazy("Set the PIN"),
        url_path="set-pin",
        permissions=["set_pin"],
        icon="pin",
    )
    def set_pin(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Four to six digits for the till."""
        by, user = signed_in(request), self.get_object(request, object_id)

        def command(typed: dict[str, Any]) -> str:
            if by == user:
                self._prove(request, typed["secret"])
            stores_services.set_pin(
                user=user,
                pin=typed["pin"],
                by=by,
                at=now(),
                request_id=request_id(request),
            )
            return _("The PIN is set.")

        return self.ask(
            request,
            form=(OwnPinForm if by == user else PinForm)(**posted(request)),
            title=_("Set the PIN"),
            button=_("Set the PIN"),
            lead=str(user),
            command=command,
            back=self.row_url(user),
        )

    @action(
        description=gettext_lazy("Set up an authenticator"),
        url_path="set-up-authenticator",
        permissions=["begin_totp"],
        icon="qr_code_2",
    )
    def begin_totp(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Scan, type the first code, and it is asked for at every sign-in."""
        user = signed_in(request)
        device = stores_services.begin_totp(user=user)
        code = segno.make(device.config_url, error="m")
        drawn = code.svg_inline(scale=5, border=2, omitsize=False)

        def command(typed: dict[str, Any]) -> str:
            self._prove(request, typed["secret"])
            stores_services.confirm_totp(
                user=user,
                code=typed["code"],
                at=now(),
                request_id=request_id(request),
            )
            return _("From now on its code is asked for when you sign in.")

        return self.ask(
            request,
            form=CodeForm(**posted(request)),
            title=_("Set up an authenticator"),
            button=_("Confirm"),
            lead=_("Scan this with your authenticator app, then type its code."),
            picture=mark_safe(drawn),  # noqa: S308 (drawn here from our own text)
            command=command,
            back=self.row_url(user),
        )

    @action(
        description=gettext_lazy("Remove the authenticator"),
        url_path="remove-authenticator",
        permissions=["remove_totp"],
        icon="phonelink_erase",
    )
    def remove_totp(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """For someone whose phone is gone."""
        by, user = signed_in(request), self.get_object(request, object_id)

        def command(_typed: dict[str, Any]) -> str:
            stores_services.remove_totp(
                user=user, by=by, at=now(), request_id=request_id(request)
            )
            return _("The password alone signs this person in again.")

        return self.ask(
            request,
            form=ConfirmForm(**posted(request)),
            title=_("Remove the authenticator"),
            button=_("Remove the authenticator"),
            lead=str(user),
            command=command,
            back=self.row_url(user),
        )
