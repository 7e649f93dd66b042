"""What may stand in a member's fields, the shop's own among them."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from stores.models import Store

from .errors import EmailRefused, NameRefused, ValueRefused
from .models import CustomField, Member
from .names import tidy

LONGEST_TEXT = 200
LARGEST_NUMBER: Final = Decimal(10) ** 15
SALUTATION_LENGTH = 20

type Answer = str | int


def read_email(text: str) -> str:
    """An e-mail address in one spelling; empty stays empty. Raises EmailRefused."""
    address = unicodedata.normalize("NFKC", text).strip()
    if not address:
        return ""
    name, at, domain = address.rpartition("@")
    address = f"{name}{at}{domain.lower()}"
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise EmailRefused from wrong
    if len(address) > 254 or not address.isprintable():
        raise EmailRefused
    return address


def read_salutation(text: str) -> str:
    """How a member is addressed. Raises ValueRefused."""
    try:
        return tidy(text, longest=SALUTATION_LENGTH)
    except NameRefused as wrong:
        raise ValueRefused(
            field="salutation", message=_("This salutation is too long.")
        ) from wrong


def read_choice(field: str, value: str) -> str:
    """One of the words that a field knows, or nothing. Raises ValueRefused."""
    known = {
        "gender": Member.Gender.values,
        "language": [code for code, _name in settings.LANGUAGES],
    }[field]
    if value and value not in known:
        raise ValueRefused(field=field, message=_("Choose one of what is offered."))
    return value


def read_store(store_id: int | None) -> int | None:
    """A store that there is, or none. Raises ValueRefused."""
    if store_id is not None and not Store.objects.filter(pk=store_id).exists():
        raise ValueRefused(
            field="home_store", message=_("Choose one of what is offered.")
        )
    return store_id


def read_custom(
    given: Mapping[str, object], *, fields: Sequence[CustomField]
) -> dict[str, Answer]:
    """The answers to the shop's own questions, as they are kept; empty ones go.

    Numbers are kept as text or whole numbers, dates as ISO text, so that nothing is
    rounded. Raises ValueRefused.
    """
    known = {field.code: field for field in fields}
    answers: dict[str, Answer] = {}
    for code, value in given.items():
        field = known.get(code)
        if field is None:
            raise ValueRefused(field=code, message=_("There is no such field."))
        if value is None or value == "":
            continue
        answers[code] = _read(field, value)
    return answers


def _read(field: CustomField, value: object) -> Answer:
    reader = {
        CustomField.Kind.TEXT.value: _text,
        CustomField.Kind.NUMBER.value: _number,
        CustomField.Kind.DATE.value: _day,
        CustomField.Kind.CHOICE.value: _choice,
    }[field.kind]
    return reader(field, value)


def _text(field: CustomField, value: object) -> str:
    try:
        return tidy(str(value), longest=LONGEST_TEXT)
    except NameRefused as wrong:
        raise ValueRefused(
            field=field.code,
            message=_("%(field)s: at most 200 signs, on one line.")
            % {"field": field.name},
        ) from wrong


def _number(field: CustomField, value: object) -> Answer:
    refused = ValueRefused(
        field=field.code,
        message=_("%(field)s: please type a number.") % {"field": field.name},
    )
    if isinstance(value, bool | float):
        raise refused
    try:
        number = Decimal(unicodedata.normalize("NFKC", str(value)).strip())
    except InvalidOperation as wrong:
        raise refused from wrong
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        raise refused
    if number == number.to_integral_value():
        return int(number)
    if int(number.as_tuple().exponent) < -6:
        raise refused
    return format(number.normalize(), "f")


def _day(field: CustomField, value: object) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as wrong:
        raise ValueRefused(
            field=field.code,
            message=_("%(field)s: please type a date such as 2026-12-31.")
            % {"field": field.name},
        ) from wrong
    return day.isoformat()


def _choice(field: CustomField, value: object) -> str:
    if value not in field.choices:
        raise ValueRefused(
            field=field.code,
            message=_("%(field)s: choose one of what is offered.")
            % {"field": field.name},
        )
    return str(value)
