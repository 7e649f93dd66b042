"""What becomes of a row, and the sentences that say why."""

from typing import Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.columns import BY_WORD


class Fate(TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("same as before")
    DUPLICATE = "duplicate", _("said twice")
    BAD = "bad", _("bad")


# `%(about)s` is the name of a column, or the number of another line.
WHY: Final[dict[str, Promise]] = {
    "nobody": _("Neither a reference nor a phone says whose row this is."),
    "empty": _("%(about)s is empty."),
    "too_long": _("%(about)s is too long, or holds what no name holds."),
    "control_characters": _("%(about)s holds characters that cannot be read."),
    "sheet_error": _("%(about)s holds an error of the spreadsheet."),
    "digits_cut": _(
        "A spreadsheet has cut the digits of %(about)s: format the column as text."
    ),
    "not_an_amount": _("%(about)s is not a number."),
    "decimal_comma": _(
        "%(about)s is written with a comma before the decimals: say so for the file."
    ),
    "decimal_point": _(
        "%(about)s is written with a point, but the file was said to have a comma"
        " before the decimals."
    ),
    "excel_serial": _(
        "%(about)s is a day as Excel counts it: format the column as a date."
    ),
    "negative": _("%(about)s is below zero."),
    "too_large": _("%(about)s is too large."),
    "too_many_decimals": _("%(about)s has more decimals than the currency."),
    "not_whole": _("%(about)s is not a whole number."),
    "not_a_date": _("%(about)s is not a date in the order that was given."),
    "date_out_of_range": _("%(about)s lies too far away."),
    "in_the_future": _("%(about)s lies in the future."),
    "expired": _("%(about)s has passed: leave out what has expired."),
    "not_yes_or_no": _("%(about)s is neither yes nor no."),
    "not_a_phone": _("%(about)s is not the number of a phone."),
    "not_an_email": _("%(about)s is not an e-mail address."),
    "unknown_gender": _("%(about)s is none that is known here."),
    "unknown_language": _("%(about)s is none that is known here."),
    "not_a_birthday": _("%(about)s is not a day of the calendar."),
    "unknown_store": _("There is no store of this code or name."),
    "needs_store": _("No store is named, and none was chosen for the file."),
    "unknown_member": _("There is no such member yet: import the members first."),
    "unknown_kind": _("%(about)s is none that is known here."),
    "unknown_template": _("No coupon template has this code."),
    "erased": _("This member was erased, and is not brought back."),
    "repeated": _("Line %(about)s says the same."),
    "said_otherwise": _("Line %(about)s says something else under this reference."),
    "phone_twice": _("Line %(about)s has the same phone under another reference."),
    "phone_of_another": _(
        "The member with this phone came under another reference of this source."
    ),
    "phone_taken": _("Another member has this phone."),
    "phone_differs": _(
        "The member has another phone: change it on the member’s own page."
    ),
    "birthday_differs": _(
        "The member has another birthday: change it on the member’s own page."
    ),
    "lot_twice": _(
        "Line %(about)s brings the same with the same end: add both up in one row."
    ),
    "balance_differs": _(
        "Brought in before as another amount: adjust the balance by hand instead."
    ),
    "balance_was_brought": _(
        "%(about)s of this member were brought in before: adjust them by hand instead."
    ),
    "store_differs": _(
        "There is a store of this code, and it differs: change it on its own page."
    ),
    "not_a_code": _("%(about)s holds what no code of a store holds."),
    "not_an_hour": _("%(about)s is not an hour of the day, such as 04:00."),
    "bill_of_another": _("Line %(about)s gives this bill to another member."),
    "bill_totals": _("Line %(about)s gives this bill another total."),
    "bill_otherwise": _(
        "Line %(about)s says something else of this bill. If each row is a line of a"
        " bill, say so."
    ),
    "bill_below_zero": _("The lines of this bill add up to less than zero."),
    "bill_differs": _("This bill was brought in before, and differs."),
    "sale_differs": _(
        "A sale of this day was brought in before, and differs: give bill numbers."
    ),
    "card_of_another": _("This card number belongs to another member."),
    "differs": _("Brought in before, and not the same."),
}


def sentence(why: str, about: str) -> str:
    """Why a row met its fate, in the reader's language; empty where it needs none."""
    words = WHY.get(why)
    if words is None:
        return ""
    column = BY_WORD.get(about)
    shown = str(column.label) if column is not None else about
    text = str(words) % {"about": shown}
    return text[:1].upper() + text[1:]
