"""Who looks at a page: a member's browser, known by its cookie, or a stranger's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import get_default_timezone, now
from structlog.contextvars import get_contextvars

from accounts import selectors as accounts_selectors
from accounts import services as accounts_services
from accounts.acts import act_of_member
from accounts.models import MemberDevice
from common.addresses import subscriber_of
from common.errors import DomainError
from ledger.services import Act
from members.models import Member

type View[**P] = Callable[P, HttpResponse]
LONGEST_TOKEN = 100
A_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitor:
    """A member at a device that is signed in, at this moment."""

    device: MemberDevice
    at: datetime

    @property
    def member(self) -> Member:
        return self.device.member

    @property
    def zone(self) -> tzinfo:
        """By which clock the portal tells the time: the house's."""
        return get_default_timezone()

    @property
    def today(self) -> tuple[date, time]:
        here = self.at.astimezone(self.zone)
        return here.date(), here.time()

    def act(self) -> Act:
        """The member, in this request."""
        number = str(get_contextvars().get("request_id", ""))[:64]
        return act_of_member(self.member.pk, at=self.at, request_id=number)


def for_members[**P](
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The page of whoever is signed in; everybody else signs in first."""

    @wraps(view)
    def seen(
        request: HttpRequest, /, *args: P.args, **options: P.kwargs
    ) -> HttpResponse:
        visitor = visitor_of(request)
        if visitor is None:
            return to_sign_in(request)
        try:
            response = view(request, visitor, *args, **options)
        except DomainError:
            if (moved := _where_now(request, visitor)) is None:
                raise
            return moved
        return _shown(request, visitor, response)

    return seen


def for_anybody[**P](
    view: Callable[Concatenate[HttpRequest, Visitor | None, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that a stranger may read too: there, nobody is given."""

    @wraps(view)
    def seen(
        request: HttpRequest, /, *args: P.args, **options: P.kwargs
    ) -> HttpResponse:
        visitor = visitor_of(request)
        try:
            response = view(request, visitor, *args, **options)
        except DomainError:
            if (moved := _where_now(request, visitor)) is None:
                raise
            return moved
        return response if visitor is None else _shown(request, visitor, response)

    return seen


def _shown(
    request: HttpRequest, visitor: Visitor, response: HttpResponse
) -> HttpResponse:
    """The device was seen, and the log names whoever it was."""
    request.member_actor = visitor.act().actor  # type: ignore[attr-defined]
    if accounts_services.touch_device(device=visitor.device, at=visitor.at):
        keep(response, settings.MEMBER_COOKIE_NAME, request)
    return response


def _where_now(request: HttpRequest, visitor: Visitor | None) -> HttpResponse | None:
    """Where a refusal leads that no page says: erased meanwhile, to the door; merged,
    to the survivor's card. None: it is whoever it was, and the fault is ours.
    """
    found = visitor_of(request)
    if found is None:
        return None if visitor is None else to_sign_in(request)
    if visitor is not None and found.member.pk == visitor.member.pk:
        return None
    return redirect("portal:card")


def visitor_of(request: HttpRequest) -> Visitor | None:
    """The member whose browser this is, if it is signed in."""
    token = request.COOKIES.get(settings.MEMBER_COOKIE_NAME, "")
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    at = now()
    device = accounts_selectors.signed_in(token, at=at)
    return None if device is None else Visitor(device, at)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, and come back to the page that was asked for."""
    there = reverse("portal:sign_in")
    if request.method == "GET" and request.path != reverse("portal:card"):
        there = f"{there}?{urlencode({'next': request.path})}"
    return redirect(there)


def next_page(request: HttpRequest) -> str:
    """Where to go once signed in: a page of the portal."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = asked.startswith(
        reverse("portal:card")
    ) and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else reverse("portal:card")


def browser_of(request: HttpRequest) -> str:
    """The browser's own secret, by which it asks for codes; empty: it has none."""
    token = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return token if len(token) <= LONGEST_TOKEN else ""


def address_of(request: HttpRequest) -> str:
    """Under which codes asked for are counted."""
    told = request.META.get("REMOTE_ADDR", "")
    try:
        return subscriber_of(told)
    except ValueError:
        return ""


def keep(
    response: HttpResponse,
    name: str,
    request: HttpRequest,
    *,
    token: str = "",
    seconds: int = 400 * A_DAY,
) -> None:
    """Let the browser keep a secret, for as long as we would know it."""
    response.set_cookie(
        name,
        token or request.COOKIES[name],
        max_age=seconds,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, name: str) -> None:
    """Take a secret out of the browser."""
    response.delete_cookie(name, samesite="Lax")


def device_name(request: HttpRequest) -> str:
    """What a member knows a device by: its browser and its system, nothing finer."""
    told = request.META.get("HTTP_USER_AGENT", "")[:400]
    browser = next((name for mark, name in BROWSERS if mark in told), "")
    system = next((name for mark, name in SYSTEMS if mark in told), "")
    return " · ".join(word for word in (browser, system) if word)


# The first that fits: most say of themselves that they are others too.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("Line/", "LINE"),
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
