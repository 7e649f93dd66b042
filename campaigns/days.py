"""Days and moments of occasions, by the clock of the house."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from common.months import midnight

NAMED: Final = re.compile(r"%\((\w+)\)s")

type Sql = tuple[str, list[Any]]
NOBODY: Final[Sql] = ("SELECT NULL::bigint AS member_id, '' AS period WHERE false", [])


@dataclass(frozen=True, slots=True)
class Days:
    """The days whose occasions are looked for, and the moment at which that is."""

    at: datetime
    days: Sequence[date]


def house_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def today(at: datetime) -> date:
    """By the clock of the house."""
    return at.astimezone(house_zone()).date()


def window(when: Days) -> dict[str, datetime]:
    """From the first moment of the first of these days until now."""
    return {"since": midnight(min(when.days), house_zone()), "at": when.at}


def in_order(text: str, values: Mapping[str, Any]) -> Sql:
    """A statement with its values in the order of their places."""
    return NAMED.sub("%s", text), [values[name] for name in NAMED.findall(text)]
