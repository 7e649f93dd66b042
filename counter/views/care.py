"""Looking after a guest: cards, coupons, rewards, likings, notes, what they say."""

from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cards import selectors as cards_selectors
from common.errors import DomainError
from counter import guests, keys
from counter.care_acts import ACTS, ANY, Act, Doing
from counter.guests import Guest
from counter.place import Place, at_till
from counter.second import SecondForm
from coupons import selectors as coupons_selectors
from coupons.kinds import CouponKind
from coupons.models import CouponTemplate
from members.models import Member
from points import selectors as points_selectors
from points.models import StampProgramme
from recognition.models import Preference
from stored_value import selectors as stored_value_selectors
from stores import selectors as stores_selectors

MOST_COUPONS: Final = 30


@never_cache
@require_safe
@at_till(*ANY)
def care(request: HttpRequest, place: Place, public_id: UUID) -> HttpResponse:
    """All that can be done for a guest besides selling."""
    return _page(request, place, _member(place, public_id))


@never_cache
@sensitive_post_parameters("secret", "payment_code", "proof", "new_code", "again")
@require_POST
@at_till(*ANY)
def act(request: HttpRequest, place: Place, public_id: UUID, name: str) -> HttpResponse:
    """Do one of these; a refusal stands above what was typed."""
    doing = ACTS.get(name)
    if doing is None:
        raise Http404
    if not place.may(doing.permission):
        raise PermissionDenied
    member = _member(place, public_id)
    form = _form(doing, request, place)
    if form.is_valid():
        try:
            done = Doing(
                member=member,
                form=form,
                place=place,
                key=keys.read(request.POST.get("key", ""), place.till, name),
                at=now(),
            )
            said = doing.run(done)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            if doing.slip is not None:
                return redirect(doing.slip(done))
            return redirect("counter:care", public_id=public_id)
    return _page(request, place, member, failed=(name, form))


def _form(doing: Act, request: HttpRequest, place: Place) -> forms.Form:
    if issubclass(doing.form, SecondForm):
        return doing.form(request.POST, place=place, act=doing.permission)
    return doing.form(request.POST)


def _member(place: Place, public_id: UUID) -> Member:
    if not place.may("members.view_member"):
        raise PermissionDenied
    member = guests.member_of(public_id)
    if member is None:
        raise Http404
    return member


def _page(
    request: HttpRequest,
    place: Place,
    member: Member,
    failed: tuple[str, forms.Form] | None = None,
) -> HttpResponse:
    at = now()
    held = list(
        coupons_selectors.held(member.pk, at=at).order_by("valid_until", "pk")[
            :MOST_COUPONS
        ]
    )
    drawn = CouponTemplate.objects.filter(is_open=True).order_by("code")
    context = {
        "place": place,
        "can": place.can,
        "tab": "care",
        "member": member,
        "known": guests.known(Guest(member=member), at=at),
        "today": at,
        "failed": failed[0] if failed else "",
        "form": failed[1] if failed else None,
        "keys": {name: keys.mint(place.till, name) for name in ACTS}
        | ({failed[0]: request.POST.get("key", "")} if failed else {}),
        "has_code": stored_value_selectors.has_payment_code(member.pk),
        "cards": cards_selectors.cards_of(member.pk)[:10],
        "coupons": held,
        "passes": [one for one in held if one.version.kind == CouponKind.PASS],
        "visits": coupons_selectors.visits_on(
            member.pk, store_id=place.store.pk, day=place.act().business_date
        ),
        "stamps": points_selectors.stamp_cards(member.pk, at),
        "rewards": points_selectors.rewards_for(member.pk, at)[:20],
        "programmes": StampProgramme.objects.filter(is_active=True).order_by("code"),
        "templates": drawn[:50],
        "on_sale": drawn.filter(price__isnull=False)[:50],
        "kinds": Preference.Kind.choices,
        "tenders": stores_selectors.tenders(place.store),
    }
    return render(request, "counter/care.html", context)
