"""How the admin looks, and which of its pages a person sees."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config import menu

# Shades around the tokens of the stylesheet: 700 is jade, 900 is ink, 50 is paper.
JADE = {
    "50": "#f1f8f6",
    "100": "#e3f1ed",
    "200": "#c3e1d9",
    "300": "#93c9bc",
    "400": "#4fa592",
    "500": "#238473",
    "600": "#0f6b5c",
    "700": "#0a4d42",
    "800": "#083f36",
    "900": "#06332c",
    "950": "#031d19",
}
PAPER = {
    "50": "#faf7f2",
    "100": "#f3efe8",
    "200": "#e4dfd6",
    "300": "#cfc9bd",
    "400": "#9aa19b",
    "500": "#68726c",
    "600": "#55605a",
    "700": "#3d4641",
    "800": "#2a312d",
    "900": "#1d2320",
    "950": "#121614",
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: only groups in which this person may see something."""
    today = {
        "title": _("Today"),
        "items": [
            {"title": _("Dashboard"), "icon": "today", "link": reverse("admin:index")}
        ],
    }
    groups = [today]
    for title, pages in menu.GROUPS:
        items = [item for page in pages if (item := _item(request, *page))]
        if items:
            groups.append(
                {
                    "title": title,
                    "separator": True,
                    "collapsible": True,
                    "items": items,
                }
            )
    return groups


def _item(
    request: HttpRequest, icon: str, model: str, title: str | Promise
) -> dict[str, Any] | None:
    """One page, or nothing where there is none or it is not this person's."""
    app, name = model.split(".")
    try:
        link = reverse(f"admin:{app}_{name}_changelist")
    except NoReverseMatch:
        return None
    may_see = may_view(app, name)
    if not may_see(request):
        return None
    return {"title": title, "icon": icon, "link": link, "permission": may_see}


def may_view(app: str, name: str) -> Callable[[HttpRequest], bool]:
    """Whether a person may see, or change, rows of this kind."""

    def permitted(request: HttpRequest) -> bool:
        user = request.user
        return bool(
            user.has_perm(f"{app}.view_{name}") or user.has_perm(f"{app}.change_{name}")
        )

    return permitted


def environment(request: HttpRequest) -> list[str | Promise] | None:
    """A mark that this is not the real house, so that nobody tries things in it."""
    return None if settings.PRODUCTION else [_("Development"), "warning"]


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Regulars"),
    "SITE_HEADER": "Regulars · 熟客",
    "SITE_SUBHEADER": _("The office"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("logo.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("logo.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "LOGIN": {"form": "stores.forms.SignInForm"},
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "THEME": "light",
    "BORDER_RADIUS": "10px",
    "STYLES": [lambda request: static("admin.css")],
    "ENVIRONMENT": "config.theme.environment",
    "DASHBOARD_CALLBACK": "config.dashboard.fill",
    "COLORS": {
        "base": PAPER,
        "primary": JADE,
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-600)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": navigation,
    },
}
