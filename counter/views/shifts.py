"""A shift at this till: opened, handed over, counted blind and closed."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from common.errors import DomainError
from counter.forms import CountForm, HandOverForm, OpenForm
from counter.middleware import BY_PIN
from counter.place import Place, at_till, this_request
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Shift

BACKEND = "stores.backends.RoleBackend"
OPEN, CLOSE, PASS = (
    "stores.open_shift",
    "stores.close_shift",
    "stores.hand_over",
)


@never_cache
@require_safe
@at_till(OPEN, CLOSE, PASS, in_shift=False)
def shift(request: HttpRequest, place: Place) -> HttpResponse:
    """The shift as it stands, and what can be done with it."""
    return _page(request, place)


@never_cache
@require_POST
@at_till(OPEN, in_shift=False)
def open_shift(request: HttpRequest, place: Place) -> HttpResponse:
    """Count the change, begin."""
    form = OpenForm(request.POST)
    if form.is_valid():
        try:
            stores_services.open_shift(
                till=place.till,
                staff=place.user,
                opening_float=form.cleaned_data["opening_float"],
                at=now(),
                request_id=this_request(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("counter:sale")
    return _page(request, place, opening=form)


@never_cache
@sensitive_post_parameters("secret")
@require_POST
@at_till(PASS)
def hand_over(request: HttpRequest, place: Place) -> HttpResponse:
    """The next one types a PIN, holds the drawer, and is who stands here."""
    held = _held(place)
    form = HandOverForm(request.POST, staff=stores_selectors.takers_for(held))
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            stores_services.hand_over(
                shift=held,
                to=to,
                secret=form.cleaned_data["secret"],
                by=place.user,
                at=now(),
                request_id=this_request(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            login(request, to, backend=BACKEND)
            request.session[BY_PIN] = True
            return redirect("counter:sale")
    return _page(request, place, handing=form)


@never_cache
@require_POST
@at_till(CLOSE, overdue=True)
def close_shift(request: HttpRequest, place: Place) -> HttpResponse:
    """Count first; what the books expect is shown afterwards, on the slip."""
    held = _held(place)
    form = CountForm(request.POST, store=place.store)
    if form.is_valid():
        try:
            stores_services.close_shift(
                shift=held,
                counted=form.counted(),
                reason=form.cleaned_data["reason"],
                by=place.user,
                at=now(),
                request_id=this_request(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("counter:slip", shift_id=held.pk)
    return _page(request, place, counting=form)


@never_cache
@require_safe
@at_till("stores.view_shift", in_shift=False)
def slip(request: HttpRequest, place: Place, shift_id: int) -> HttpResponse:
    """The slip of a shift of this store: X while it is open, Z once it is closed."""
    rows = Shift.objects.filter(pk=shift_id, store=place.store)
    found = rows.select_related("store", "till", "opened_by", "closed_by").first()
    if found is None:
        raise Http404
    context = {
        "place": place,
        "can": place.can,
        "tab": "shift",
        "shift": found,
        "slip": stores_selectors.shift_summary(found),
        "difference": sum(count.difference for count in found.counts.all()),
    }
    return render(request, "counter/slip.html", context)


def _held(place: Place) -> Shift:
    if place.shift is None:
        raise Http404
    return place.shift


def _page(
    request: HttpRequest,
    place: Place,
    *,
    opening: OpenForm | None = None,
    handing: HandOverForm | None = None,
    counting: CountForm | None = None,
) -> HttpResponse:
    context = {"place": place, "can": place.can, "tab": "shift"}
    if place.shift is None:
        context["opening"] = opening or OpenForm()
    else:
        takers = stores_selectors.takers_for(place.shift)
        context |= {
            "slip": stores_selectors.shift_summary(place.shift),
            "handing": handing or HandOverForm(staff=takers),
            "takers": takers,
            "counting": counting or CountForm(store=place.store),
        }
    return render(request, "counter/shift.html", context)
