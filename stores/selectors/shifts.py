"""Shifts as they stand, and the slip of one."""

from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from common.money import format_money
from stores.models import HandOver, Shift, ShiftCount, Till

from .tenders import tender_name

WIDTH = 42  # characters on 80 mm paper


def open_shift_on(till: Till) -> Shift | None:
    """The shift that is open on a till, if one is."""
    return (
        Shift.objects.filter(till=till, closed_at=None)
        .select_related("store", "till", "holder", "opened_by")
        .first()
    )


def shift_summary(shift: Shift) -> str:
    """A slip of the shift, line by line; before the close it shows no total, so that
    the count stays blind.
    """
    lines = [
        f"{shift.store.code} {shift.store.name}",
        _pair(_("Till"), shift.till.code),
        _pair(_("Shift"), f"#{shift.pk}"),
        _pair(_("Business date"), shift.business_date.isoformat()),
        _pair(_("Opened"), f"{_clock(shift, 'opened_at')} {shift.opened_by}"),
        _pair(_("Opening float"), format_money(shift.opening_float)),
    ]
    hand_overs = HandOver.objects.filter(shift=shift).select_related(
        "given_by", "taken_by"
    )
    for passed in hand_overs.order_by("pk"):
        at = passed.at.astimezone(shift.store.zone)
        lines.append(_pair(_("Handed over"), f"{at:%H:%M} {passed}"))
    if shift.closed_at is None:
        return "\n".join([*lines, _("The shift is open.")])
    lines.append(_pair(_("Closed"), f"{_clock(shift, 'closed_at')} {shift.closed_by}"))
    for count in ShiftCount.objects.filter(shift=shift).order_by("pk"):
        lines += [
            tender_name(count.tender),
            _pair("  " + _("Counted"), format_money(count.counted)),
            _pair("  " + _("Expected"), format_money(count.expected)),
            _pair("  " + _("Difference"), format_money(count.difference)),
        ]
    if shift.difference_reason:
        lines += [_("Why"), f"  {shift.difference_reason}"]
    return "\n".join(lines)


def _clock(shift: Shift, moment: str) -> str:
    return f"{getattr(shift, moment).astimezone(shift.store.zone):%Y-%m-%d %H:%M}"


def _pair(left: str, right: str) -> str:
    return f"{left}{' ' * max(1, WIDTH - _columns(left) - _columns(right))}{right}"


def _columns(text: str) -> int:
    """How wide it prints: Chinese characters take two columns."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
