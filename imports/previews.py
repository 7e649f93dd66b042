"""What a dry run saw in a file, in words: whoever brought it knows whether it is so."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.money import format_count, format_money
from common.tables import clock
from imports.last_rows import DoubtfulLastRow


def sentences(preview: Mapping[str, Any]) -> list[str]:
    """How many bills and members, and what is unusual about them."""
    said = []
    members = format_count(preview.get("members", 0))
    if "bills" in preview:
        bills = format_count(preview["bills"])
        said.append(
            _("Bills: %(bills)s, of members: %(members)s. Each row is %(row)s.")
            % {
                "bills": bills,
                "members": members,
                "row": _("a line of a bill")
                if preview["is_of_lines"]
                else _("a whole bill"),
            }
        )
    elif "members" in preview:
        said.append(_("Members: %(members)s.") % {"members": members})
    if preview.get("other_sums"):
        said.append(
            _(
                "Bills whose lines add up to something else than the bill total:"
                " %(count)s. The total counts."
            )
            % {"count": format_count(preview["other_sums"])}
        )
    if preview.get("moments"):
        said.append(_zones(preview["moments"]))
    if preview.get("last_row"):
        doubt = DoubtfulLastRow.from_json(preview["last_row"])
        said.append(str(doubt.question))
        said.append(_("Its last row: %(row)s") % {"row": doubt.row})
    return said


def _zones(seen: Mapping[str, Any]) -> str:
    """In which time zone the moments of the file were read."""
    zone = seen["zone"] or _("each store’s own")
    if seen["is_offset"] == "all":
        return _("Its times carry their own offset: no time zone is needed.")
    if seen["is_offset"] == "some":
        return _(
            "Some of its times carry their own offset. Time zone of the others:"
            " %(zone)s."
        ) % {"zone": zone}
    return _("Time zone in which its times are read: %(zone)s.") % {"zone": zone}


def moment_titles() -> list[str]:
    """What stands above the first moments."""
    return [_("In the file"), _("As read"), _("Store"), _("Business date")]


def moments(preview: Mapping[str, Any]) -> list[list[str]]:
    """The first moments as they stand in the file, and as they were read."""
    return [
        [
            one["written"],
            _("%(weekday)s, %(moment)s")
            % {
                "weekday": date_format(datetime.fromisoformat(one["at"]), "l"),
                "moment": _at_its_store(one["at"], one["zone"]),
            },
            one["store"] or "–",
            _day(one["business_date"]),
        ]
        for one in preview.get("moments", {}).get("examples", [])
    ]


def _day(written: str) -> str:
    return (
        date_format(date.fromisoformat(written), "SHORT_DATE_FORMAT")
        if written
        else "–"
    )


def example_titles() -> list[str]:
    """What stands above the examples."""
    return [
        _("Bill"),
        _("When"),
        _("Store"),
        _("Member"),
        _("Lines"),
        _("Amount"),
    ]


def examples(preview: Mapping[str, Any]) -> list[list[str]]:
    """The first bills as they were read, at the hour of their store."""
    return [
        [
            one["bill"] or "–",
            _at_its_store(one["at"]),
            one["store"],
            one["member"] or one["phone"],
            format_count(one["lines"]),
            format_money(one["amount"]),
        ]
        for one in preview.get("examples", [])
    ]


def _at_its_store(written: str, zone: str = "") -> str:
    at = datetime.fromisoformat(written)
    return clock(at, ZoneInfo(zone) if zone else at.tzinfo)
