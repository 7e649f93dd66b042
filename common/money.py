"""Amounts as people write and read them; everywhere else they are integers."""

import re
from decimal import Decimal

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
}

# What is counted besides currencies, by the code of its unit.
COUNTED = {
    "points": _("points"),
    "growth": _("growth value"),
    "stamps": _("stamps"),
}

# Chinese keyboards type these; they mean the same and are read as such.
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥－＋", "0123456789.,¥-+")

WRITTEN = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]*))?"
)


class AmountRefused(DomainError):
    """What was typed is not an amount of money that the books could hold."""


def reader_locale() -> str:
    """The locale of whoever reads this page, as Babel writes it."""
    found = to_locale(get_language() or settings.LANGUAGE_CODE)
    return "en_GB" if found == "en" else found  # day before month, as our pages do


def format_money(
    amount: int, *, currency: str | None = None, locale: str | None = None
) -> str:
    """Minor units as the reader writes money: 21660 is ¥216.60."""
    currency = currency or settings.CURRENCY
    locale = locale or reader_locale()
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    written: str = format_currency(value, currency, locale=locale)
    sign = SHORT_SIGNS.get(currency)
    if sign is None:
        return written
    return written.replace(get_currency_symbol(currency, locale=locale), sign)


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
    precision = get_currency_precision(currency or settings.CURRENCY)
    return f"{Decimal(amount).scaleb(-precision):f}"


def parse_money(written: str, *, currency: str | None = None) -> int:
    """What a person typed, in minor units; what is doubtful is refused, not guessed."""
    currency = currency or settings.CURRENCY
    text = written.translate(FULL_WIDTH).strip()
    sign = SHORT_SIGNS.get(currency, "")
    match = WRITTEN.fullmatch(text.removeprefix(sign).strip())
    if match is None:
        raise AmountRefused(
            "not_an_amount", _("Enter an amount in digits, for example 216.60.")
        )
    precision = get_currency_precision(currency)
    part = match["part"] or ""
    if len(part.rstrip("0")) > precision:
        raise AmountRefused(
            "too_many_decimals", _("This amount has more decimals than the currency.")
        )
    digits = match["whole"].replace(",", "") + part[:precision].ljust(precision, "0")
    if len(digits.lstrip("0")) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise AmountRefused("too_large", _("This amount is too large."))
    return int(digits)
