"""Amounts as people write and read them; everywhere else they are integers."""

import re
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
)
from django.conf import settings
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

LARGEST = 2**63 - 1

# A shop has one currency, so its short sign cannot be taken for another's.
SHORT_SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "TWD": "NT$",
    "HKD": "HK$",
    "MOP": "MOP$",
    "USD": "$",
    "EUR": "€",
}

# What people write beside an amount, in files too.
TYPED_SIGNS = "¥￥$€£元圆圓"

# Where trade counts otherwise than the table of currencies does: nobody in Taiwan has
# had a cent in hand for decades, and every price tag and invoice is in whole dollars.
TRADE_DECIMALS = {"TWD": 0}

# Every unit was written down with two decimals once, whatever its amounts were kept in.
FORMER_EXPONENT = 2

# What is counted besides currencies, by the code of its unit.
COUNTED = {
    "points": _("points"),
    "growth": _("growth value"),
    "stamps": _("stamps"),
}

# Chinese keyboards type these; they mean the same and are read as such.
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥－＋", "0123456789.,¥-+")

DECIMALS_OF_PATTERN = re.compile(r"\.0+")

WRITTEN = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]*))?"
)


class AmountRefused(DomainError):
    """What was typed is not an amount of money that the books could hold."""


def reader_locale() -> str:
    """The locale of whoever reads this page, as Babel writes it."""
    found = to_locale(get_language() or settings.LANGUAGE_CODE)
    return "en_GB" if found == "en" else found  # day before month, as our pages do


def decimals(currency: str | None = None) -> int:
    """The decimals of a currency: as trade counts, or as the shop set it."""
    currency = currency or settings.CURRENCY
    if currency == settings.CURRENCY and settings.CURRENCY_DECIMALS is not None:
        return int(settings.CURRENCY_DECIMALS)
    return TRADE_DECIMALS.get(currency, int(get_currency_precision(currency)))


def fits_books(currency: str, *, exponent: int) -> bool:
    """Whether books whose unit says `exponent` hold what `decimals` reads."""
    kept = int(get_currency_precision(currency))
    former = exponent == FORMER_EXPONENT and kept != FORMER_EXPONENT
    return decimals(currency) == (kept if former else exponent)


def minor(whole: int, *, currency: str | None = None) -> int:
    """Whole units of a currency in minor units: 5 yuan are 500, 5 yen are 5."""
    return int(whole * 10 ** decimals(currency))


def sign(currency: str | None = None) -> str:
    """What stands before an amount: ¥, NT$, KWD."""
    currency = currency or settings.CURRENCY
    found = SHORT_SIGNS.get(currency)
    return found or str(get_currency_symbol(currency, locale=reader_locale()))


def example(*, currency: str | None = None) -> str:
    """An amount as it may be typed: 216.60, or 217 where there are no cents."""
    return f"{Decimal('216.60'):.{decimals(currency)}f}"


def format_money(
    amount: int, *, currency: str | None = None, locale: str | None = None
) -> str:
    """Minor units as the reader writes money: 21660 is ¥216.60."""
    currency = currency or settings.CURRENCY
    locale = locale or reader_locale()
    places = decimals(currency)
    written: str = format_currency(
        Decimal(amount).scaleb(-places),
        currency,
        format=_pattern(locale, places),
        locale=locale,
        currency_digits=False,
    )
    short = SHORT_SIGNS.get(currency)
    if short is None:
        return written
    return written.replace(get_currency_symbol(currency, locale=locale), short)


@cache
def _pattern(locale: str, places: int) -> str:
    """How a locale writes money, with as many decimals as the shop counts in."""
    found: str = Locale.parse(locale).currency_formats["standard"].pattern
    return DECIMALS_OF_PATTERN.sub(f".{'0' * places}" if places else "", found)


def format_count(amount: int, *, locale: str | None = None) -> str:
    """Points, stamps and other things that are counted: 3260 is 3,260."""
    written: str = format_decimal(amount, locale=locale or reader_locale())
    return written


def format_amount(amount: int, unit: str, *, locale: str | None = None) -> str:
    """An amount in the unit of its account, be it a currency or something counted."""
    if unit == settings.CURRENCY or is_currency(unit):
        return format_money(amount, currency=unit, locale=locale)
    return f"{format_count(amount, locale=locale)} {COUNTED.get(unit, unit)}"


def is_currency(unit: str) -> bool:
    """Currencies are told from points by their three capital letters."""
    return len(unit) == 3 and unit.isascii() and unit.isupper()


def plain(amount: int, *, currency: str | None = None) -> str:
    """Minor units as a form shows them for editing: 21660 is 216.60."""
    return f"{Decimal(amount).scaleb(-decimals(currency)):f}"


def parse_money(written: str, *, currency: str | None = None) -> int:
    """What a person typed, in minor units; what is doubtful is refused, not guessed."""
    currency = currency or settings.CURRENCY
    text = written.translate(FULL_WIDTH).strip()
    for known in (sign(currency), currency):
        text = text.removeprefix(known).strip()
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise AmountRefused(
            "not_an_amount",
            _("Enter an amount in digits, for example %(example)s.")
            % {"example": example(currency=currency)},
        )
    precision = decimals(currency)
    part = match["part"] or ""
    if len(part.rstrip("0")) > precision:
        raise AmountRefused(
            "too_many_decimals", _("This amount has more decimals than the currency.")
        )
    digits = match["whole"].replace(",", "") + part[:precision].ljust(precision, "0")
    if len(digits.lstrip("0")) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise AmountRefused("too_large", _("This amount is too large."))
    return int(digits)
