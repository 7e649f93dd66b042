"""How a file is to be read: what a person chose, checked before a row is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from common import money
from imports.errors import OptionRefused
from imports.reading.text import named_codec, named_delimiter
from imports.values import MOST_DECIMALS, date_formats

SOURCE: Final = re.compile(r"[a-z][a-z0-9_-]{0,19}")
ROWS: Final = ("", "bills", "lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """`source` names the system that the file comes from: references are its own.

    `mapping` leads from the file's columns to ours; `decimals` is how many an amount
    may have (None: those of the currency), `minor` that amounts are written in the
    smallest unit. `points`: sales earn points by the rules of the house; `rows`: each
    row of sales is one of `bills`, or of the `lines` of a bill (empty: as it is found).
    `time_zone` is where the clock of the file hangs (empty: at each store), `complete`
    that nothing is missing although the last line has no end.
    """

    source: str = "import"
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    store: str = ""
    date_format: str = ""
    decimals: int | None = None
    minor: bool = False
    decimal_comma: bool = False
    points: bool = False
    rows: str = ""
    time_zone: str = ""
    complete: bool = False

    def __post_init__(self) -> None:
        if not SOURCE.fullmatch(self.source):
            raise OptionRefused(
                "unknown_source",
                _("A source is called by up to 20 small letters, digits, - or _."),
            )
        if self.encoding:
            named_codec(self.encoding)
        if self.delimiter:
            named_delimiter(self.delimiter)
        if self.rows not in ROWS:
            raise OptionRefused("unknown_rows", _("A row is one of: bills, lines."))
        if self.time_zone and self.time_zone not in available_timezones():
            raise OptionRefused(
                "unknown_time_zone",
                _("A time zone is called by its city, such as Asia/Shanghai."),
            )
        date_formats(self.date_format)
        if self.decimals is not None and not 0 <= self.decimals <= MOST_DECIMALS:
            raise OptionRefused(
                "unknown_decimals", _("Amounts have from 0 to 6 decimals.")
            )

    @property
    def precision(self) -> int:
        """The decimals of the brand's currency."""
        return money.decimals()

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {**asdict(self), "mapping": dict(self.mapping)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As a job kept it. Raises OptionRefused."""
        known = {name: kept[name] for name in cls.__slots__ if name in kept}
        return cls(**known)


def mapping_from(pairs: Sequence[str]) -> dict[str, str]:
    """`their column=our column`, once for each. Raises OptionRefused."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs.strip() or not ours.strip():
            raise OptionRefused(
                "unknown_mapping",
                _("Write a mapping as: column of the file=our column."),
            )
        mapping[theirs.strip()] = ours.strip().lower()
    return mapping
