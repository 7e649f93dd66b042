"""What rows about coupons refer to, besides sales."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from stores.references import Referred


def gifts_called(numbers: Collection[str]) -> dict[str, Referred]:
    """Gifts by their numbers, which is also what they are called."""
    return {
        number: Referred(
            text=_("gift %(number)s") % {"number": number},
            model="coupons.coupongift",
            number=number,
        )
        for number in numbers
        if number.isdecimal()
    }


def entries_called(ids: Collection[str]) -> dict[str, Referred]:
    """Entries have no name but their page."""
    return {
        number: Referred(text=_("entry"), model="ledger.entry", number=number)
        for number in ids
    }
