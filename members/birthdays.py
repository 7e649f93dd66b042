"""Birthdays in two calendars: which exist, and on which day each is kept."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from borax.calendars.lunardate import LCalendars, LunarDate

from .errors import BirthdayRefused

SOLAR, LUNAR = "solar", "lunar"
FIRST_YEAR, LAST_YEAR = 1900, 2100
SOLAR_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LONGEST_LUNAR_MONTH = 30
CATCH_UP_DAYS = 3
LONGEST_SILENCE = 365
# Who tells or changes a birthday so shortly before it has none in that period.
SETTLED_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday:
    """A month and a day, in one of the calendars; the year where it was told."""

    month: int
    day: int
    year: int | None = None
    calendar: str = SOLAR
    leap: bool = False

    def checked(self, *, today: date) -> "Birthday":
        """The same, if there is such a day and it has been. Raises BirthdayRefused."""
        if not (1 <= self.month <= 12 and 1 <= self.day <= self._longest()):
            raise BirthdayRefused
        if self.leap and self.calendar != LUNAR:
            raise BirthdayRefused
        if self.year is not None:
            self._check_year(today)
        return self

    def _longest(self) -> int:
        if self.calendar == LUNAR:
            return LONGEST_LUNAR_MONTH
        return SOLAR_DAYS[self.month - 1] if self.calendar == SOLAR else 0

    def _check_year(self, today: date) -> None:
        year = self.year or 0
        if not FIRST_YEAR <= year < LAST_YEAR:
            raise BirthdayRefused
        try:
            if self.calendar == SOLAR:
                born = date(year, self.month, self.day)
            else:
                born = LunarDate(
                    year, self.month, self.day, int(self.leap)
                ).to_solar_date()
        except ValueError as impossible:
            raise BirthdayRefused from impossible
        if born > today:
            raise BirthdayRefused

    def in_year(self, year: int) -> date:
        """The day on which it is kept in a year of its own calendar.

        29 February is kept on the 28th in common years; a leap month's birthday in the
        regular month of years without that leap month; a 30th on the 29th of a month
        that has no more.
        """
        if self.calendar == SOLAR:
            last = calendar.monthrange(year, self.month)[1]
            return date(year, self.month, min(self.day, last))
        leap = self.leap and LCalendars.leap_month(year) == self.month
        last = LCalendars.ndays(year, self.month, int(leap))
        kept: date = LunarDate(
            year, self.month, min(self.day, last), int(leap)
        ).to_solar_date()
        return kept

    def is_on(self, day: date) -> bool:
        """Whether it is kept on this day."""
        return self.next_on(day) == day

    def is_in_month_of(self, day: date) -> bool:
        """Whether it is kept in this day's month."""
        kept = self.next_on(day.replace(day=1))
        return (kept.year, kept.month) == (day.year, day.month)

    def next_on(self, day: date) -> date:
        """The first day, from this one on, on which it is kept."""
        # A lunar year begins in January or February: the one before may still run.
        return next(
            kept
            for year in range(day.year - 1, day.year + 3)
            if (kept := self.in_year(year)) >= day
        )

    def is_near(self, day: date, *, days: int) -> bool:
        """Whether it is kept within so many days from this one on."""
        return self.next_on(day) - day <= timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Kept:
    """Birthdays that are kept on one day, as they are written in the rows."""

    calendar: str
    month: int
    days: tuple[int, ...]
    leaps: tuple[bool, ...]


def kept_on(day: date) -> Iterator[Kept]:
    """Every birthday that is kept on a day: the reverse of `Birthday.in_year`."""
    days = [day.day]
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        days.append(29)
    yield Kept(SOLAR, day.month, tuple(days), (False,))

    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    days = [lunar.day]
    last = LCalendars.ndays(lunar.year, lunar.month, lunar.leap)
    if lunar.day == last < LONGEST_LUNAR_MONTH:
        days.append(LONGEST_LUNAR_MONTH)
    if lunar.leap:
        leaps: tuple[bool, ...] = (True,)
    elif LCalendars.leap_month(lunar.year) == lunar.month:
        leaps = (False,)
    else:
        leaps = (False, True)
    yield Kept(LUNAR, lunar.month, tuple(days), leaps)


def period_of(calendar: str, kept: date) -> int:
    """The period that a birthday belongs to, kept on a day: its own calendar's year.

    A lunar birthday may be kept twice in one solar year, and not at all in the next.
    """
    if calendar == SOLAR:
        return kept.year
    return int(LunarDate.from_solar_date(kept.year, kept.month, kept.day).year)


class BirthdayOccasion(StrEnum):
    """When something is given for a birthday."""

    ON_THE_DAY = "on_the_day"
    DAYS_BEFORE = "days_before"
    FIRST_OF_MONTH = "first_of_month"


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthdayRule:
    """On the day, some days before it, or on the first of its month."""

    occasion: BirthdayOccasion = BirthdayOccasion.ON_THE_DAY
    days_before: int = 0

    def kept_for(self, due: date) -> Iterator[date]:
        """The days whose birthdays are due on a day."""
        if self.occasion == BirthdayOccasion.FIRST_OF_MONTH:
            days = calendar.monthrange(due.year, due.month)[1] if due.day == 1 else 0
            yield from (due.replace(day=day) for day in range(1, days + 1))
        else:
            before = (
                self.days_before if self.occasion == BirthdayOccasion.DAYS_BEFORE else 0
            )
            yield due + timedelta(days=before)


@dataclass(frozen=True, slots=True)
class DueBirthday:
    """Birthdays as they are written in the rows: due on a day, for a period."""

    calendar: str
    month: int
    day: int
    leap: bool
    kept: date
    due: date
    period: int


def due_birthdays(rule: BirthdayRule, *, first: date, last: date) -> list[DueBirthday]:
    """Every birthday that falls due from one day until another."""
    return [
        DueBirthday(
            each.calendar,
            each.month,
            day,
            leap,
            kept,
            due,
            period_of(each.calendar, kept),
        )
        for due in (first + timedelta(days=n) for n in range((last - first).days + 1))
        for kept in rule.kept_for(due)
        for each in kept_on(kept)
        for day in each.days
        for leap in each.leaps
    ]


def first_due(*, today: date, done_until: date | None) -> date:
    """From which due day on something is given today.

    Three days are always looked back over; after a longer silence, all that it missed,
    but no further than a year. Whoever gives leaves out what would be over by now.
    """
    usual = today - timedelta(days=CATCH_UP_DAYS)
    if done_until is None:
        return usual
    missed = max(
        done_until + timedelta(days=1), today - timedelta(days=LONGEST_SILENCE)
    )
    return min(usual, missed)
