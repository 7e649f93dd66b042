"""The values that stand in a message: checked when it is decided, written when sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.money import format_money
from common.tables import clock

from .errors import MessageRefused
from .models import ValueKind

type Value = str | int | date | datetime

PLACE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST: Final = 500
LARGEST: Final = 10**15
# What every message may say without being told.
ALWAYS: Final = ("member", "brand", "store")
LINK: Final = re.compile(r"https?://[!-~]{1,480}")


@dataclass(frozen=True, slots=True)
class CheckedValues:
    """Values as they are kept: the plain ones, and those that are encrypted."""

    plain: dict[str, str | int]
    secret: dict[str, str]


def check_values(
    declared: Mapping[str, str], given: Mapping[str, Value]
) -> CheckedValues:
    """Exactly the values that the template asks for. Raises MessageRefused."""
    missing = sorted(set(declared) - set(given))
    unknown = sorted(set(given) - set(declared))
    if missing or unknown:
        raise MessageRefused(
            _("The values do not fit the template: %(names)s.")
            % {"names": ", ".join(missing or unknown)}
        )
    plain: dict[str, str | int] = {}
    secret: dict[str, str] = {}
    for name, kind in declared.items():
        kept = _kept(name, kind, given[name])
        if kind == ValueKind.SECRET:
            secret[name] = str(kept)
        else:
            plain[name] = kept
    return CheckedValues(plain, secret)


def _kept(name: str, kind: str, value: Value) -> str | int:
    """A value as JSON keeps it. Raises MessageRefused."""
    if kind in {ValueKind.NUMBER, ValueKind.MONEY}:
        fits = isinstance(value, int) and not isinstance(value, bool)
        if fits and abs(int(str(value))) <= LARGEST:
            return int(str(value))
    elif kind == ValueKind.MOMENT:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.isoformat()
    elif kind == ValueKind.DATE:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
    elif isinstance(value, str) and _is_text(kind, value):
        return value
    raise MessageRefused(
        _("This value is not of the kind that the template asks for: %(name)s.")
        % {"name": name}
    )


def _is_text(kind: str, value: str) -> bool:
    if "\x00" in value or len(value) > LONGEST:
        return False
    return kind != ValueKind.LINK or LINK.fullmatch(value) is not None


def written(kind: str, value: Any, *, zone: tzinfo | None) -> str:
    """A kept value as the reader of the active language reads it."""
    if kind == ValueKind.MONEY:
        return format_money(int(value))
    if kind == ValueKind.DATE:
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if kind == ValueKind.MOMENT:
        return clock(datetime.fromisoformat(value), zone)
    return str(value)


def places_in(*texts: str) -> set[str]:
    """The names of the values that texts ask for."""
    return {name for text in texts for name in PLACE.findall(text)}


def sample(kind: str, *, at: datetime) -> str | int:
    """A value to look at a template with."""
    samples: dict[ValueKind, str | int] = {
        ValueKind.TEXT: _("an example"),
        ValueKind.NUMBER: 3,
        ValueKind.MONEY: 120_00,
        ValueKind.DATE: at.date().isoformat(),
        ValueKind.MOMENT: at.isoformat(),
        ValueKind.LINK: "https://example.com/",
        ValueKind.SECRET: "482913",
    }
    return samples[ValueKind(kind)]
