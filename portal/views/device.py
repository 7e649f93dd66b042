"""What a phone keeps of the portal: its key, the page without network, the icon."""

import hashlib
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import services as accounts_services
from portal.visitors import Visitor, for_members

FILES: Final = (
    "vendor/bootstrap/bootstrap.min.css",
    "regulars.css",
    "portal.css",
    "portal-symbols.js",
    "portal.js",
    "logo.svg",
)
ICONS: Final = (("portal-192.png", "192x192"), ("portal-512.png", "512x512"))


@never_cache
@require_POST
@for_members
def device_key(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A key for this very device, told once; `now` is our clock, in milliseconds."""
    given = accounts_services.give_device_key(
        member_id=visitor.member.pk, device_id=visitor.device.pk, at=visitor.at
    )
    return JsonResponse(
        {
            "number": given.number,
            "key": given.key.hex(),
            "now": int(visitor.at.timestamp() * 1000),
        }
    )


@never_cache
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The card without network; the same page for everybody."""
    return render(request, "portal/offline.html")


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """What the browser asks where there is no network."""
    files = [static(name) for name in FILES]
    told = "\n".join([get_language() or "", *files])
    context = {
        "files": files,
        "offline": reverse("portal:offline"),
        "version": hashlib.sha256(told.encode()).hexdigest()[:16],
    }
    return render(request, "portal/worker.js", context, content_type="text/javascript")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """By which a phone puts the card on its first screen."""
    told = {
        "name": _("Regulars"),
        "short_name": _("Regulars"),
        "lang": get_language(),
        "id": reverse("portal:card"),
        "start_url": reverse("portal:card"),
        "scope": reverse("portal:card"),
        "display": "standalone",
        "background_color": "#faf7f2",
        "theme_color": "#0f6b5c",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png"}
            for name, sizes in ICONS
        ],
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Vary"] = "Accept-Language, Cookie"
    return response
