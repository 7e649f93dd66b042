"""Days of the year that come round."""

from calendar import isleap
from datetime import date


def next_on(*, month: int, day: int, today: date) -> date:
    """The next time that a day of the year comes, today included.

    29 February is kept on the 28th where the year has none.
    """
    coming = _in_year(today.year, month, day)
    return coming if coming >= today else _in_year(today.year + 1, month, day)


def _in_year(year: int, month: int, day: int) -> date:
    is_missing = (month, day) == (2, 29) and not isleap(year)
    return date(year, month, 28 if is_missing else day)
