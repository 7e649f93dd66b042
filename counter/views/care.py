"""Looking after a guest: cards, coupons, rewards, likings, notes, what they say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import CardNotInStock, CardUnknown
from cards.models import Card
from common.errors import DomainError
from counter import guests, keys
from counter.care_forms import (
    CardForm,
    FeedbackForm,
    GiveCouponForm,
    LikingForm,
    NewCardForm,
    OrderForm,
    WordsForm,
)
from counter.guests import Guest
from counter.place import Place, at_till
from counter.second import SecondForm, approved
from coupons import selectors as coupons_selectors
from coupons import services as coupons_services
from coupons.models import CouponTemplate
from members.models import Member
from points import selectors as points_selectors
from points import services as points_services
from recognition import services as recognition_services
from recognition.models import Feedback, Preference
from stores import selectors as stores_selectors

MOST_COUPONS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One act for one guest: what was typed, under which key, where and when."""

    member: Member
    form: forms.Form
    place: Place
    key: str
    at: datetime

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, read."""
        return self.form.cleaned_data


@dataclass(frozen=True, slots=True)
class Act:
    """What may be done for a guest: who may, what is typed, the command."""

    permission: str
    form: type[forms.Form]
    run: Callable[[Doing], str]


def _give_coupon(doing: Doing) -> str:
    form, typed = doing.form, doing.typed
    assert isinstance(form, SecondForm)  # noqa: S101 (for the type)
    template: CouponTemplate = typed["template"]
    given = approved(
        lambda approval: coupons_services.issue(
            template_id=template.pk,
            member_id=doing.member.pk,
            quantity=typed["quantity"],
            reason=typed["reason"],
            by=doing.place.act(),
            at=doing.at,
            key=doing.key,
            approval=approval,
        ),
        form=form,
        place=doing.place,
        subject=f"template:{template.pk}",
        at=doing.at,
    )
    return _("Coupons given: %(count)s.") % {"count": len(given.coupon_ids)}


def _its_card(doing: Doing) -> Card:
    card = cards_selectors.card(doing.typed["card"])
    if card is None or card.member_id != doing.member.pk:
        raise CardUnknown
    return card


def _report_loss(doing: Doing) -> str:
    cards_services.report_loss(
        card_id=_its_card(doing).pk, by=doing.place.act(), at=doing.at
    )
    return _("The card is reported lost: nobody can use it any more.")


def _replace(doing: Doing) -> str:
    cards_services.replace(
        card_id=_its_card(doing).pk,
        number=doing.typed["number"],
        tender=doing.typed["tender"] or "cash",
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
    )
    return _("Replaced: the old number is dead for ever.")


def _issue_card(doing: Doing) -> str:
    scanned = cards_selectors.card_by_number(doing.typed["number"])
    if scanned is None:
        raise CardNotInStock
    tender = doing.typed["tender"] or "cash"
    by = doing.place.act()
    if scanned.kind.is_bearer and scanned.status == Card.Status.ACTIVE:
        cards_services.bind(
            card_id=scanned.pk,
            member_id=doing.member.pk,
            by=by,
            at=doing.at,
            key=doing.key,
        )
        return _("The card is theirs now, with all that is on it.")
    cards_services.issue(
        kind_id=scanned.kind_id,
        member_id=doing.member.pk,
        number=doing.typed["number"],
        tender=tender,
        by=by,
        at=doing.at,
        key=doing.key,
    )
    return _("The card is theirs now.")


def _write_note(doing: Doing) -> str:
    recognition_services.write_note(
        member_id=doing.member.pk,
        words=doing.typed["words"],
        by=doing.place.act(),
        at=doing.at,
    )
    return _("Noted for the colleagues.")


def _describe(doing: Doing) -> str:
    recognition_services.add_preference(
        member_id=doing.member.pk,
        kind=doing.typed["kind"],
        words=doing.typed["words"],
        by=doing.place.act(),
        at=doing.at,
    )
    return _("Remembered.")


def _feedback(doing: Doing) -> str:
    recognition_services.record_feedback(
        member_id=doing.member.pk,
        store_id=doing.place.store.pk,
        channel=Feedback.Channel.COUNTER,
        words=doing.typed["words"],
        stars=doing.typed["stars"],
        is_complaint=doing.typed["is_complaint"],
        by=doing.place.act(),
        at=doing.at,
    )
    return _("Thank you: it is written down.")


def _order(doing: Doing) -> str:
    reward = doing.typed["reward"]
    ordered = points_services.order_reward(
        reward_id=reward.pk,
        member_id=doing.member.pk,
        tender=(doing.typed["tender"] or "cash") if reward.money else "",
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
    )
    if ordered.code:
        return _("Ordered: %(reward)s. The code to pick it up: %(code)s") % {
            "reward": reward.name,
            "code": ordered.code,
        }
    return _("Ordered: %(reward)s.") % {"reward": reward.name}


ACTS: Final = {
    "coupon": Act("coupons.issue_coupon", GiveCouponForm, _give_coupon),
    "lost": Act("cards.report_loss", CardForm, _report_loss),
    "replace": Act("cards.replace_card", CardForm, _replace),
    "card": Act("cards.issue_card", NewCardForm, _issue_card),
    "note": Act("recognition.write_note", WordsForm, _write_note),
    "liking": Act("recognition.describe_member", LikingForm, _describe),
    "feedback": Act("recognition.record_feedback", FeedbackForm, _feedback),
    "reward": Act("points.order_reward", OrderForm, _order),
}
ANY: Final = tuple(act.permission for act in ACTS.values())


@never_cache
@require_safe
@at_till(*ANY)
def care(request: HttpRequest, place: Place, public_id: UUID) -> HttpResponse:
    """All that can be done for a guest besides selling."""
    return _page(request, place, _member(place, public_id))


@never_cache
@sensitive_post_parameters("secret")
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
            said = doing.run(
                Doing(
                    member=member,
                    form=form,
                    place=place,
                    key=keys.read(request.POST.get("key", ""), place.till, name),
                    at=now(),
                )
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
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
    held = coupons_selectors.held(member.pk, at=at).order_by("valid_until", "pk")
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
        "cards": cards_selectors.cards_of(member.pk)[:10],
        "coupons": held[:MOST_COUPONS],
        "stamps": points_selectors.stamp_cards(member.pk, at),
        "rewards": points_selectors.rewards_for(member.pk, at)[:20],
        "templates": CouponTemplate.objects.filter(is_open=True).order_by("code")[:50],
        "kinds": Preference.Kind.choices,
        "tenders": stores_selectors.TENDERS,
    }
    return render(request, "counter/care.html", context)
