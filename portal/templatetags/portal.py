"""Days, amounts and coupons as members read them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import tables
from common.money import format_count, format_money
from coupons.kinds import CouponKind
from coupons.models import Coupon, TemplateVersion
from ledger.kinds import EntryKind
from members.birthdays import LUNAR, Birthday
from members.models import ConsentText
from stores import selectors as stores_selectors

register = template.Library()
MOST_PLACES = 60
# The first texts came with the program, and were published by nobody.
FIRST_YEAR_OF_ALL = 1970


@register.filter
def get(found: dict[int, str], key: int | None) -> str:
    """What stands under a key, if anything does."""
    return found.get(key or 0, "")


@register.filter
def born(birthday: Birthday) -> str:
    """A birthday as it was told: the year where there is one, the calendar if lunar."""
    year = f"{birthday.year}-" if birthday.year else ""
    written = f"{year}{birthday.month:02}-{birthday.day:02}"
    if birthday.calendar != LUNAR:
        return written
    words = _("%(day)s (lunar, leap month)") if birthday.leap else _("%(day)s (lunar)")
    return words % {"day": written}


@register.filter
def day(at: datetime) -> str:
    """The day of a moment, by the house's clock."""
    return tables.day(at)


@register.filter
def last_day(ends_at: datetime) -> str:
    """The last day on which something holds that ends at this moment."""
    return tables.day(ends_at - timedelta(microseconds=1))


@register.filter
def plain_day(day: date) -> str:
    """A day that somebody named."""
    return date_format(day, "SHORT_DATE_FORMAT")


@register.filter
def text_version(text: ConsentText) -> str:
    """Which version of a text; and since when, but for those of the very beginning."""
    words = _("Version %(version)s of the text") % {"version": text.version}
    if text.published_at.year <= FIRST_YEAR_OF_ALL:
        return words
    return f"{words} · {tables.day(text.published_at)}"


@register.filter
def month_name(month: date) -> str:
    """A month of a year."""
    return date_format(month, "YEAR_MONTH_FORMAT")


@register.filter
def signed(amount: int) -> str:
    """A change of money: `+10.00`, `−10.00`."""
    return f"{'+' if amount >= 0 else '−'}{format_money(abs(amount))}"


@register.filter
def signed_points(points: int) -> str:
    """A change of points: `+10`, `−10`."""
    return f"{'+' if points >= 0 else '−'}{format_count(abs(points))}"


@register.filter
def tender_title(code: str) -> str:
    """What a way of paying is called."""
    return stores_selectors.tender_name(code)


@register.filter
def movement_name(kind: str) -> str:
    """What moved a gift card, in the words of whoever holds it."""
    words = {
        str(EntryKind.SALE): _("Paid at the till"),
        str(EntryKind.TRANSFER): _("Between card and wallet"),
        str(EntryKind.GIFT_CARD_SALE): _("Sold at the till"),
        str(EntryKind.REVERSAL): _("Refund or correction"),
        str(EntryKind.EXPIRY): _("Expired"),
    }
    return words.get(kind) or str(EntryKind(kind).label)


@register.filter
def numbers(most: int) -> range:
    """The numbers of the places on a stamp card."""
    return range(1, min(most, MOST_PLACES) + 1)


@register.filter
def gives(terms: TemplateVersion) -> str:
    """What a coupon is worth, in a word or two."""
    if terms.kind == CouponKind.AMOUNT_OFF:
        return format_money(terms.amount)
    if terms.kind == CouponKind.PASS:
        return _("Pass")
    if terms.kind == CouponKind.ITEM:
        return format_money(terms.amount) if terms.amount else _("Free")
    return percent(terms) if terms.off_bp else format_money(terms.amount)


@register.filter
def gives_how(terms: TemplateVersion) -> str:
    """What the amount of a coupon means, beneath it."""
    words = {
        str(CouponKind.AMOUNT_OFF): _("off"),
        str(CouponKind.PERCENT_OFF): _("off"),
        str(CouponKind.TOP_UP): _("more on a top-up"),
        str(CouponKind.ITEM): _("for one item") if terms.amount else "",
    }
    return words.get(terms.kind, "")


@register.filter
def from_amount(terms: TemplateVersion) -> str:
    """From what amount on a coupon serves."""
    if not terms.min_spend:
        return ""
    return _("from %(amount)s") % {"amount": format_money(terms.min_spend)}


@register.filter
def visits_left(coupon: Coupon) -> str:
    """What is left of a pass."""
    if coupon.uses == 1:
        return ""
    return ngettext(
        "%(left)s of %(count)s visit left",
        "%(left)s of %(count)s visits left",
        coupon.uses,
    ) % {"left": coupon.uses_left, "count": coupon.uses}


def percent(terms: TemplateVersion) -> str:
    """A rate in per cent: `12.5 %`."""
    return f"{Decimal(terms.off_bp).scaleb(-2).normalize():f} %"
