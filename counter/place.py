"""Where somebody stands: the till of this screen, its shift, what they may do there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Concatenate, Final

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from structlog.contextvars import get_contextvars

from ledger.services import Act
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.backends import grants_this_request
from stores.models import Shift, Store, Till, User

COOKIE: Final = f"{settings.COOKIE_PREFIX}till"
SALT: Final = "counter.till"
YEAR: Final = 365 * 24 * 3600
GRACE: Final = timedelta(hours=3)  # for whoever is at work when the day ends
SELL: Final = "checkout.capture_sale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who stands at which till, in which shift, and what they may do there."""

    user: User
    till: Till
    shift: Shift | None
    permissions: frozenset[str]
    is_boss: bool

    @property
    def store(self) -> Store:
        """Where the till stands."""
        return self.till.store

    def may(self, permission: str) -> bool:
        """Whether this person may do it at this store; the commands ask again."""
        return self.is_boss or permission in self.permissions

    @property
    def can(self) -> dict[str, bool]:
        """The same for templates: the verb's name without its app."""
        given = {name.split(".")[1]: True for name in self.permissions}
        return _Everything(given) if self.is_boss else given

    def act(self, *, request_id: str = "") -> Act:
        """The context that every act of this screen carries. Raises ShiftIsClosed."""
        return stores_services.act(
            at=now(),
            staff=self.user,
            shift=self.shift,
            store=self.store,
            request_id=request_id or this_request(),
        )

    @property
    def today(self) -> date:
        """The business day at this moment."""
        return stores_selectors.business_date(self.store, now())

    @property
    def is_overdue(self) -> bool:
        """Whether the shift was left open past the end of its day: it is counted and
        closed before anything else. Whoever was at work when the day ended may finish.
        """
        shift = self.shift
        if shift is None:
            return False
        at = now()
        _begun, ended = stores_selectors.business_day_bounds(
            self.store, shift.business_date
        )
        came = self.user.last_login
        is_at_work = came is not None and came < ended
        return at >= (ended + GRACE if is_at_work else ended)

    @property
    def callers(self) -> tuple[str, ...]:
        """Who is counted as trying where codes are guessed."""
        return (f"till:{self.till.pk}", f"staff:{self.user.pk}")


class _Everything(dict[str, bool]):
    """For whoever may do everything."""

    def __missing__(self, key: str) -> bool:
        return True


type View[**P] = Callable[Concatenate[HttpRequest, Place, P], HttpResponse]
type Guarded[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def at_till[**P](
    *permissions: str, in_shift: bool = True, overdue: bool = False
) -> Callable[[View[P]], Guarded[P]]:
    """A page of the counter: signed in, at a till, in an open shift, with the right.

    Any one of `permissions` will do. `overdue`: in a shift that was left open, too.
    """

    def guard(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return to_sign_in(request)
            till = till_of(request)
            if till is None:
                return go(request, reverse("counter:till"))
            place = place_of(user, till)
            # The log of requests names them.
            request.__dict__.update(store=till.store, shift=place.shift)
            if not (place.is_boss or place.permissions):
                return _stranger_here(request, place)
            if permissions and not any(place.may(name) for name in permissions):
                raise PermissionDenied
            if in_shift and (place.shift is None or (place.is_overdue and not overdue)):
                return go(request, reverse("counter:shift"))
            with timezone.override(till.store.zone):  # what is said there, by its clock
                return view(request, place, *args, **kwargs)

        return guarded

    return guard


def place_of(user: User, till: Till) -> Place:
    """Everything about where somebody stands."""
    given = {
        name
        for grant in grants_this_request(user)
        if grant.store_id in (None, till.store_id)
        for name in grant.permissions
    }
    return Place(
        user=user,
        till=till,
        shift=stores_selectors.open_shift_on(till),
        permissions=frozenset(given),
        is_boss=user.is_superuser,
    )


def till_of(request: HttpRequest) -> Till | None:
    """The till that this screen was bound to, while it is in use."""
    try:
        till_id = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        return None
    tills = Till.objects.filter(pk=till_id, is_active=True, store__is_active=True)
    return tills.select_related("store").first()


def bind(response: HttpResponse, till: Till) -> None:
    """Keep in this browser which till it is."""
    response.set_cookie(
        COOKIE,
        signing.dumps(till.pk, salt=SALT),
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def go(request: HttpRequest, address: str) -> HttpResponse:
    """To another page, whoever asks: the browser, or htmx for a part of one."""
    if is_part(request):
        answer = HttpResponse(status=200)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in first, and come back to the same bill."""
    back = request.get_full_path()
    if is_part(request):
        seen = request.headers.get("HX-Current-URL", "")
        host = request.get_host()
        is_ours = url_has_allowed_host_and_scheme(seen, allowed_hosts={host})
        path = seen.split(host, 1)[-1] if is_ours else ""
        back = path if path.startswith("/counter/") else reverse("counter:sale")
    elif request.method != "GET":
        back = reverse("counter:sale")
    return go(request, f"{reverse('counter:sign_in')}?{urlencode({'next': back})}")


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def this_request() -> str:
    """The number under which the logs know this request."""
    return str(get_contextvars().get("request_id", ""))[:64]


def _stranger_here(request: HttpRequest, place: Place) -> HttpResponse:
    return render(request, "counter/not_here.html", {"place": place}, status=403)
