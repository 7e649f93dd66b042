"""What can be done for a guest besides selling: who may, what is typed, the command."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import CardNotInStock, CardUnknown
from cards.models import Card
from cards.numbers import digits_of
from cards.tokens import looks_like_code
from common.money import format_money
from counter.activity import VISIT_ACTS
from counter.care_forms import (
    CardForm,
    FeedbackForm,
    GiveCouponForm,
    LiftFreezeForm,
    LikingForm,
    NewCardForm,
    OrderForm,
    PassForm,
    PaymentCodeForm,
    PhoneCodeForm,
    SellCouponForm,
    StampForm,
    WordsForm,
)
from counter.place import Place
from counter.say import last_day
from counter.second import SecondForm, approved
from coupons import services as coupons_services
from coupons.errors import CouponNotUsable
from coupons.models import Coupon, CouponTemplate
from ledger import selectors as ledger_selectors
from members.models import Member
from members.phones import masked
from points import services as points_services
from recognition import services as recognition_services
from recognition.models import Feedback
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.models import AuditEvent

SET_CODE: Final = "stored_value.set_payment_code"


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
    slip: Callable[[Doing], str] | None = None  # where it leads, if not back


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


def _sell_coupon(doing: Doing) -> str:
    template: CouponTemplate = doing.typed["template"]
    coupons_services.sell(
        template_id=template.pk,
        member_id=doing.member.pk,
        tender=doing.typed["tender"],
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
    )
    return _("Sold: %(coupon)s for %(price)s.") % {
        "coupon": template.name,
        "price": format_money(template.price or 0),
    }


def _use_visit(doing: Doing) -> str:
    visits = doing.typed["visits"] or 1
    used = coupons_services.use_visit(
        coupon_id=doing.typed["coupon"],
        member_id=doing.member.pk,
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
        visits=visits,
    )
    if visits > 1:
        return _("%(visits)s visits taken off: %(left)s left.") % {
            "visits": visits,
            "left": used.uses_left,
        }
    return ngettext(
        "One visit taken off: %(left)s is left.",
        "One visit taken off: %(left)s are left.",
        used.uses_left,
    ) % {"left": used.uses_left}


def _give_back_visit(doing: Doing) -> str:
    held = Coupon.objects.filter(pk=doing.typed["coupon"], member=doing.member)
    if not held.exists():
        raise CouponNotUsable(why="unknown")
    back = coupons_services.give_back_visit(
        coupon_id=doing.typed["coupon"], by=doing.place.act(), at=doing.at
    )
    return ngettext(
        "The visit is put back: %(left)s is left.",
        "The visit is put back: %(left)s are left.",
        back.uses_left,
    ) % {"left": back.uses_left}


def _visit_slip(doing: Doing) -> str:
    event = AuditEvent.objects.filter(
        subject_type=Coupon._meta.label_lower,
        subject_id=str(doing.typed["coupon"]),
        act__in=VISIT_ACTS,
    )
    return reverse("counter:visit_slip", args=[event.latest("pk").pk])


def _sale_slip(doing: Doing) -> str:
    entry_id = ledger_selectors.entry_id_of(key=doing.key)
    return reverse("counter:entry_slip", args=[entry_id])


def _stamp(doing: Doing) -> str:
    grant = points_services.give_stamps(
        programme_code=doing.typed["programme"].code,
        member_id=doing.member.pk,
        amount=doing.typed["amount"] or 0,
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
    )
    if grant.cards:
        return _("The stamp card is full: its reward is given.")
    if not grant.stamps:
        return _("No stamp: the bill is too small, or today’s are given already.")
    return ngettext(
        "%(stamps)s stamp given.", "%(stamps)s stamps given.", grant.stamps
    ) % {"stamps": grant.stamps}


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


def _report_found(doing: Doing) -> str:
    cards_services.report_found(
        card_id=_its_card(doing).pk, by=doing.place.act(), at=doing.at
    )
    return _("Found again: the card can be used as before.")


def _renew(doing: Doing) -> str:
    card = cards_services.renew(
        card_id=_its_card(doing).pk,
        tender=doing.typed["tender"] or "cash",
        by=doing.place.act(),
        at=doing.at,
        key=doing.key,
    )
    ends = date_format(last_day(card.expires_at or doing.at), "DATE_FORMAT")
    return _("Renewed: the card is good until %(day)s.") % {"day": ends}


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
    form, reward = doing.form, doing.typed["reward"]
    assert isinstance(form, SecondForm)  # noqa: S101 (for the type)
    is_proven = stored_value_services.prove_identity(
        holder=Holder.member(doing.member.pk),
        code=doing.typed["payment_code"],
        by=doing.place.act(),
        at=doing.at,
    )
    ordered = approved(
        lambda approval: points_services.order_reward(
            reward_id=reward.pk,
            member_id=doing.member.pk,
            tender=(doing.typed["tender"] or "cash") if reward.money else "",
            by=doing.place.act(),
            at=doing.at,
            key=doing.key,
            is_proven=is_proven,
            approval=approval,
        ),
        form=form,
        place=doing.place,
        subject=f"member:{doing.member.pk}",
        at=doing.at,
        reason=reward.name,
    )
    if ordered.code:
        return _("Ordered: %(reward)s. The code to pick it up: %(code)s") % {
            "reward": reward.name,
            "code": ordered.code,
        }
    return _("Ordered: %(reward)s.") % {"reward": reward.name}


def _send_phone_code(doing: Doing) -> str:
    staff = f"staff:{doing.place.user.pk}"
    stored_value_services.send_phone_code(
        member_id=doing.member.pk,
        browser=_screen(doing),
        address=staff,
        language=get_language() or "en",
        by=doing.place.act(),
        at=doing.at,
    )
    return _("A code was sent to %(phone)s: the guest types it here.") % {
        "phone": masked(doing.member.phone)
    }


def _set_payment_code(doing: Doing) -> str:
    """By the code sent to the phone, by the rotating code, or beside an approver."""
    form, proof = doing.form, doing.typed["proof"].strip()
    assert isinstance(form, SecondForm)  # noqa: S101 (for the type)
    is_rotating = looks_like_code(digits_of(proof))
    if proof and not is_rotating:
        stored_value_services.set_first_payment_code(
            member_id=doing.member.pk,
            code=doing.typed["new_code"],
            phone_code=proof,
            browser=_screen(doing),
            by=doing.place.act(),
            at=doing.at,
        )
        return _("The payment code is set.")
    approved(
        lambda approval: stored_value_services.set_payment_code(
            member_id=doing.member.pk,
            code=doing.typed["new_code"],
            rotating_code=proof if is_rotating else None,
            by=doing.place.act(),
            at=doing.at,
            approval=approval,
        ),
        form=form,
        place=doing.place,
        subject=stored_value_services.subject_of_code(doing.member.pk),
        at=doing.at,
        reason=_("A payment code"),
    )
    return _("The payment code is set.")


def _lift_freeze(doing: Doing) -> str:
    """By the guest's payment code, or beside an approver who knows them."""
    form = doing.form
    assert isinstance(form, SecondForm)  # noqa: S101 (for the type)
    approved(
        lambda approval: stored_value_services.unfreeze_spending(
            member_id=doing.member.pk,
            payment_code=doing.typed["payment_code"].strip(),
            by=doing.place.act(),
            at=doing.at,
            approval=approval,
        ),
        form=form,
        place=doing.place,
        subject=stored_value_services.subject_of_code(doing.member.pk),
        at=doing.at,
        reason=_("Lifting a guest’s freeze"),
    )
    return _("The freeze is lifted: what the guest holds pays again.")


def _screen(doing: Doing) -> str:
    """What a code is bound to: this store's counter, and this guest."""
    return f"counter:{doing.place.store.pk}:{doing.member.pk}"


ACTS: Final = {
    "coupon": Act("coupons.issue_coupon", GiveCouponForm, _give_coupon),
    "lost": Act("cards.report_loss", CardForm, _report_loss),
    "found": Act("cards.find_card", CardForm, _report_found),
    "renew": Act("cards.renew_card", CardForm, _renew),
    "replace": Act("cards.replace_card", CardForm, _replace),
    "card": Act("cards.issue_card", NewCardForm, _issue_card),
    "sell": Act("coupons.sell_coupon", SellCouponForm, _sell_coupon, _sale_slip),
    "visit": Act("coupons.use_pass", PassForm, _use_visit, _visit_slip),
    "back": Act("coupons.use_pass", PassForm, _give_back_visit, _visit_slip),
    "stamp": Act("points.give_stamps", StampForm, _stamp),
    "note": Act("recognition.write_note", WordsForm, _write_note),
    "liking": Act("recognition.describe_member", LikingForm, _describe),
    "feedback": Act("recognition.record_feedback", FeedbackForm, _feedback),
    "phone_code": Act(SET_CODE, PhoneCodeForm, _send_phone_code),
    "code": Act(SET_CODE, PaymentCodeForm, _set_payment_code),
    "unfreeze": Act(SET_CODE, LiftFreezeForm, _lift_freeze),
    "reward": Act("points.order_reward", OrderForm, _order),
}
ANY: Final = tuple(act.permission for act in ACTS.values())
