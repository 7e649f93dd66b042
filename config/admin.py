"""The one admin site: every app registers here, and only its theme is relaxed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps as django_apps
from django.conf import settings
from django.db import transaction
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override

from config.house import APPS
from stores import services as stores_services
from stores.models import User

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as ThemedSite
else:
    from unfold.sites import UnfoldAdminSite as ThemedSite


class AdminSite(ThemedSite):
    """For managers and head office; the screens of the counter are elsewhere."""

    site_title = _("Regulars")
    site_header = "Regulars · 熟客"
    index_title = _("Today")
    enable_nav_sidebar = True
    empty_value_display = "–"

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        """Pages of the house's own apps alone: a library's would show secrets of
        authenticators and groups that nothing asks, past our permissions and our log.
        """
        many = not isinstance(model_or_iterable, ModelBase)
        models: Any = model_or_iterable if many else [model_or_iterable]
        for model in models:
            if django_apps.get_app_config(model._meta.app_label).name in APPS:
                super().register(model, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every app and its pages, worked out only where a page shows it.

        Each page is given the list, the sidebar has its own (`config/menu.py`), and it
        would be a quarter of the time that a page takes.
        """
        found = super().get_app_list
        return SimpleLazyObject(lambda: found(request, app_label))

    def admin_view(
        self,
        view: Callable[..., Any],
        cacheable: bool = False,  # noqa: FBT001, FBT002 (Django's own signature)
    ) -> Any:
        """Every page behind the sign-in carries the policy that its theme needs."""
        relaxed = csp_override(settings.ADMIN_CSP)
        return relaxed(super().admin_view(view, cacheable))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The sign-in page, and afterwards the language that the person prefers."""
        relaxed = csp_override(settings.ADMIN_CSP)
        response: HttpResponse = relaxed(super().login)(request, extra_context)
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if isinstance(request.user, User) and request.user.language and not chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                request.user.language,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """One's own, with the old one; the log notes that it changed."""
        user = request.user
        before = getattr(user, "password", "")
        with transaction.atomic():
            response = super().password_change(request, extra_context)
            if isinstance(user, User) and user.password != before:
                at = now()
                stores_services.record_act(
                    name="stores.password_set",
                    by=stores_services.act(staff=user, at=at),
                    at=at,
                    subject=user,
                )
        return response
