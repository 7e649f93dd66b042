"""What a dry run saw in a file, in words: whoever brought it knows whether it is so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from common.money import format_count, format_money
from common.tables import clock
from imports.errors import LastRowMayBeCut


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
    if preview.get("open_end"):
        said.append(str(LastRowMayBeCut(line=preview["open_end"])))
    return said


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


def _at_its_store(written: str) -> str:
    at = datetime.fromisoformat(written)
    return clock(at, at.tzinfo)
