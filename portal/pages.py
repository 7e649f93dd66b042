"""From where on a list is read."""

from typing import Final

from django.http import HttpRequest

MOST_DIGITS: Final = 18


def page_before(request: HttpRequest) -> int | None:
    """The number that the address asks to go on from; None: the first page."""
    typed = request.GET.get("before", "")
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    return int(typed) if is_number else None
