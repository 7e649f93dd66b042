"""Phones: read however they are typed, kept in one form, shown only as needed."""

import re
import unicodedata
from typing import Final

import phonenumbers

from .errors import PhoneNotRead

LONGEST_TYPED = 40
# What people put between digits, and what a keyboard or a chat slips in unseen.
SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—.·/()_]+")
NATIONAL_AT_MOST = 11  # a longer number without a prefix begins with its country
SHOWN = 4


def digits_of(text: str) -> str:
    """The plain digits of something typed as a number, or nothing if it is not one."""
    plain = _plain(text)
    rest = plain.removeprefix("+")
    return rest if rest.isascii() and rest.isdecimal() else ""


def read_phone(text: str, *, country: str) -> str:
    """A phone in E.164, whatever way it was typed; national ones as in `country`.

    Raises PhoneNotRead.
    """
    plain = _plain(text)
    if not digits_of(plain):
        raise PhoneNotRead
    for attempt in _readings(plain):
        try:
            number = phonenumbers.parse(attempt, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(
                number, phonenumbers.PhoneNumberFormat.E164
            )
    raise PhoneNotRead


def masked(phone: str | None) -> str:
    """Enough of a phone to recognise it by, and no more: `+86 138 **** 5678`."""
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return "*" * (len(phone) - SHOWN) + phone[-SHOWN:]
    national = str(number.national_number)
    head = national[:3] if len(national) > 3 + 2 * SHOWN - 1 else ""
    hidden = "*" * (len(national) - len(head) - SHOWN)
    parts = [f"+{number.country_code}", head, hidden, national[-SHOWN:]]
    return " ".join(part for part in parts if part)


def spelled(phone: str | None) -> str:
    """The whole phone, grouped as its country does."""
    if not phone:
        return ""
    return phonenumbers.format_number(
        phonenumbers.parse(phone, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def masked_email(email: str) -> str:
    """Enough of an e-mail address to recognise it by."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else ""


def _plain(text: str) -> str:
    """Digits, with a plus before them where there was one; nothing if too long."""
    if len(text) > LONGEST_TYPED:
        return ""
    folded = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("tel:")
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return SEPARATORS.sub("", seen)


def _readings(plain: str) -> list[str]:
    """As typed; with 00 for the plus; and with the plus forgotten."""
    readings = [plain]
    if plain.startswith("00"):
        readings.append("+" + plain[2:])
    elif not plain.startswith("+") and len(plain) > NATIONAL_AT_MOST:
        readings.append("+" + plain)
    return readings
