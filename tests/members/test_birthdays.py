"""Birthdays in two calendars, over every day of a century and more."""

from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import LCalendars, LunarDate
from hypothesis import given
from hypothesis import strategies as st

from members.birthdays import LUNAR, SOLAR, Birthday, kept_on
from members.errors import BirthdayRefused

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "facts",
    [
        {"month": 2, "day": 30},
        {"month": 2, "day": 29, "year": 2001},
        {"month": 2, "day": 29, "year": 1900},
        {"month": 4, "day": 31},
        {"month": 0, "day": 1},
        {"month": 13, "day": 1},
        {"month": 1, "day": 0},
        {"month": 1, "day": -1},
        {"month": 1, "day": 1, "year": 1899},
        {"month": 1, "day": 1, "year": 0},
        {"month": 11, "day": 23, "year": 2026},
        {"month": 1, "day": 1, "leap": True},
        {"month": 1, "day": 1, "calendar": "mayan"},
        {"month": 1, "day": 31, "calendar": LUNAR},
        # 1990 had a leap fifth month, and no leap sixth.
        {"month": 6, "day": 1, "year": 1990, "calendar": LUNAR, "leap": True},
    ],
)
def test_a_day_that_is_in_no_calendar_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(BirthdayRefused):
        Birthday(**facts).checked(today=TODAY)  # type: ignore[arg-type]  # from a table


@pytest.mark.parametrize(
    "facts",
    [
        {"month": 2, "day": 29},
        {"month": 2, "day": 29, "year": 2000},
        {"month": 11, "day": 22, "year": 2026},
        {"month": 12, "day": 30, "calendar": LUNAR},
        {"month": 5, "day": 29, "year": 1990, "calendar": LUNAR, "leap": True},
    ],
)
def test_a_day_that_was_is_taken(facts: dict[str, object]) -> None:
    birthday = Birthday(**facts)  # type: ignore[arg-type]  # from a table
    assert birthday.checked(today=TODAY) == birthday


@pytest.mark.parametrize(
    ("year", "kept"),
    [
        (2024, date(2024, 2, 29)),
        (2027, date(2027, 2, 28)),
        (2028, date(2028, 2, 29)),
        (2100, date(2100, 2, 28)),
    ],
)
def test_a_leap_day_is_kept_on_the_28th_in_common_years(year: int, kept: date) -> None:
    assert Birthday(month=2, day=29).in_year(year) == kept


def test_a_leap_month_is_kept_where_the_year_has_it() -> None:
    # 2025 had the sixth month twice; 2026 has no leap month.
    born = Birthday(month=6, day=1, calendar=LUNAR, leap=True)
    plain = Birthday(month=6, day=1, calendar=LUNAR)
    assert born.in_year(2025) == date(2025, 7, 25)
    assert plain.in_year(2025) == date(2025, 6, 25)
    assert born.in_year(2026) == plain.in_year(2026) == date(2026, 7, 14)


def test_a_thirtieth_is_kept_on_the_last_day_of_a_shorter_month() -> None:
    born = Birthday(month=12, day=30, calendar=LUNAR)
    assert LCalendars.ndays(2025, 12) == 29  # there was no 30th before new year 2026
    assert born.in_year(2025) == date(2026, 2, 16)
    assert born.in_year(2023) == date(2024, 2, 9)


def test_new_years_eve_comes_once_for_each_lunar_year() -> None:
    born = Birthday(month=12, day=8, calendar=LUNAR)
    assert born.next_on(date(2026, 1, 1)) == date(2026, 1, 26)
    assert born.next_on(date(2026, 1, 27)) == date(2027, 1, 15)


def every_birthday() -> list[Birthday]:
    solar = [
        Birthday(month=month, day=day)
        for month in range(1, 13)
        for day in range(1, 32)
        if day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)
    ]
    lunar = [
        Birthday(month=month, day=day, calendar=LUNAR, leap=leap)
        for month in range(1, 13)
        for day in range(1, 31)
        for leap in (False, True)
    ]
    return solar + lunar


@pytest.mark.parametrize("year", [2000, *range(2023, 2034), 2060, 2097, 2098])
def test_who_keeps_which_day_is_said_alike_both_ways(year: int) -> None:
    """Every birthday that exists, on every day of the year."""
    by_day: dict[date, set[Birthday]] = {}
    for birthday in every_birthday():
        for in_year in (year - 1, year):
            by_day.setdefault(birthday.in_year(in_year), set()).add(birthday)
    day = date(year, 1, 1)
    while day.year == year:
        told = {
            Birthday(month=kept.month, day=number, calendar=kept.calendar, leap=leap)
            for kept in kept_on(day)
            for number in kept.days
            for leap in kept.leaps
        }
        expected = {
            birthday
            for birthday in by_day.get(day, set())
            if birthday.calendar == LUNAR or birthday.in_year(year) == day
        }
        assert told == expected, day
        day += timedelta(days=1)


@given(
    st.dates(date(1950, 1, 1), date(2096, 1, 1)),
    st.sampled_from(every_birthday()),
)
def test_the_next_one_is_never_missed(day: date, birthday: Birthday) -> None:
    upcoming = birthday.next_on(day)
    assert day <= upcoming <= day + timedelta(days=385)
    asked = [
        kept
        for kept in kept_on(upcoming)
        if kept.calendar == birthday.calendar
        and kept.month == birthday.month
        and birthday.day in kept.days
        and birthday.leap in kept.leaps
    ]
    assert len(asked) == 1


def test_the_solar_calendar_is_the_usual_one() -> None:
    born = Birthday(month=11, day=22, year=1990, calendar=SOLAR)
    assert born.next_on(TODAY) == TODAY
    assert born.is_near(date(2026, 10, 23), days=30)
    assert not born.is_near(date(2026, 10, 22), days=30)
    assert not born.is_near(date(2026, 11, 23), days=30)


def test_a_lunar_year_is_checked_against_its_months() -> None:
    days = LCalendars.ndays(2024, 1)
    Birthday(month=1, day=days, year=2024, calendar=LUNAR).checked(today=TODAY)
    assert LunarDate(2024, 1, 1).to_solar_date() == date(2024, 2, 10)
    if days == 29:
        with pytest.raises(BirthdayRefused):
            Birthday(month=1, day=30, year=2024, calendar=LUNAR).checked(today=TODAY)
