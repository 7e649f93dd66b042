"""A quote as the screen shows it: what is used, what is not and why, what is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.asked import Asked
from checkout.bill import Bill, Discount, Quote, Rejected, TenderGiven
from checkout.models import DiscountKind, PaymentKind
from checkout.services import Told
from common.money import format_count, format_money
from coupons.models import Coupon
from stores.selectors import tender_name

from .receipts import Row
from .say import last_day

# As they stand in the middle of a sentence.
IN_A_SENTENCE: Final = {"cash": gettext_lazy("cash"), "card": gettext_lazy("bank card")}
MOST_REASONS: Final = 4  # of the shop's own offers that do not apply
FORGONE: Final = "forgone"
BENEFITS: Final[dict[str, str]] = {
    DiscountKind.TIER: "tier",
    DiscountKind.MEMBER_PRICE: "member_price",
    DiscountKind.MEMBER_DAY: "member_price",
    DiscountKind.OFFER: "",  # its own number
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that may be taken off; a coupon has a number and can be ticked, a
    benefit (the tier's, an offer) a word by which the guest may do without it.
    """

    name: str
    more: str = ""
    amount: int = 0
    coupon_id: int | None = None
    benefit: str = ""

    @property
    def is_on(self) -> bool:
        """Whether it takes something off this bill."""
        return self.amount > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A quote in the words of the screen; amounts in minor units."""

    quote: Quote
    needs_code: bool
    offers: list[Offer]
    payments: list[Row]
    refusals: list[str]
    notices: list[str]
    told: str
    wallet_left: int | None
    points_left: int | None
    points_spent: int
    points_held: int
    billed: int  # what was typed

    @property
    def saves(self) -> int:
        """What all discounts take off."""
        return self.quote.discount

    @property
    def service_charge(self) -> int:
        """What was reckoned on top of the bill."""
        return self.quote.gross - self.billed


def shown(told: Told, *, bill: Bill, asked: Asked, at: datetime) -> Shown:
    """A quote, put into rows: `refusals` keep it from being charged, `notices` say why
    something of the guest's pays nothing.
    """
    quote, guest = told.quote, told.picture.guest
    best = asked.coupons is None
    missed = [one for one in quote.rejected if one.kind in PaymentKind.values]
    reasons = {
        one.subject: str(one.message)
        for one in quote.rejected
        if one.kind == DiscountKind.COUPON and one.subject is not None
    }
    held = {coupon.pk: coupon for coupon in guest.coupons}
    offers = [_applied(one, held) for one in quote.discounts]
    used = {offer.coupon_id for offer in offers}
    offers += [
        Offer(
            name=coupon.version.name,
            more=reasons.get(coupon.pk, _("Not chosen.")),
            coupon_id=coupon.pk,
        )
        for coupon in held.values()
        if coupon.pk not in used
    ]
    left_out = [one for one in quote.rejected if one.kind in BENEFITS]
    left_out.sort(key=lambda one: one.code != FORGONE)
    offers += [
        Offer(
            name=one.name or str(DiscountKind(one.kind).label).capitalize(),
            more=str(one.message),
            benefit=_benefit(one) if one.code == FORGONE else "",
        )
        for one in left_out
    ][:MOST_REASONS]
    ticked = ",".join(str(pk) for pk in sorted(pk for pk in used if pk is not None))
    stored = quote.stored_value
    return Shown(
        quote=quote,
        needs_code=told.needs_code,
        offers=offers,
        payments=_payments(quote),
        refusals=[str(one.message) for one in missed if asked.insists_on(one.kind)],
        notices=[str(one.message) for one in missed if not asked.insists_on(one.kind)],
        told=f"{'best' if best else 'own'}:{ticked}",
        wallet_left=guest.wallet - (stored.amount if stored else 0)
        if guest.wallet
        else None,
        points_left=guest.points - quote.points_spent + quote.points_earned,
        points_spent=quote.points_spent,
        points_held=guest.points,
        billed=bill.gross,
    )


def _benefit(one: Discount | Rejected) -> str:
    """The word by which a guest does without it; none for what is no benefit."""
    word = BENEFITS.get(one.kind)
    return str(one.subject) if word == "" else word or ""


def words_of_charge(quote: Quote, tenders: Iterable[TenderGiven]) -> str:
    """What the button debits: so much from stored value, so much by which tender."""
    left, parts = quote.due, []
    for tender in tenders:
        amount = min(left, tender.amount)
        left -= amount
        if amount:
            name = str(IN_A_SENTENCE.get(tender.kind, tender_name(tender.kind)))
            parts.append((format_money(amount), name))
    stored = quote.stored_value
    if stored is None and len(parts) == 1:
        return _("Charge %(amount)s by %(tender)s") % {
            "amount": parts[0][0],
            "tender": parts[0][1],
        }
    words = [
        _("%(amount)s %(tender)s") % {"amount": amount, "tender": name}
        for amount, name in parts
    ]
    if stored is not None:
        from_wallet = {"amount": format_money(stored.amount)}
        words.insert(0, _("%(amount)s from stored value") % from_wallet)
    what = _(", ").join(words) or format_money(quote.net)
    return _("Charge %(what)s") % {"what": what}


def _applied(one: Discount, held: dict[int, Coupon]) -> Offer:
    is_coupon = one.kind == DiscountKind.COUPON
    coupon = held.get(one.subject or 0) if is_coupon else None
    more = ""
    if coupon is not None:
        more = _("until %(day)s") % {
            "day": date_format(last_day(coupon.valid_until), "DATE_FORMAT")
        }
    return Offer(
        name=one.name or str(DiscountKind(one.kind).label).capitalize(),
        more=more,
        amount=one.amount,
        coupon_id=one.subject if is_coupon else None,
        benefit=_benefit(one),
    )


def _payments(quote: Quote) -> list[Row]:
    rows = []
    for one in quote.payments:
        if one.kind == PaymentKind.POINTS:
            name = _("%(points)s points") % {"points": format_count(one.points)}
            rows.append(Row(name=name, amount=one.amount))
        elif one.card is not None:
            name = _("Gift card ending in %(last4)s") % {"last4": one.card.last4}
            rows.append(Row(name=name, amount=one.amount))
        else:
            rows.append(Row(name=_("Stored value"), amount=one.amount, more="parts"))
    return rows
