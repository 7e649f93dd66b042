"""Whose birthday falls due, set by set: each once in each period, over a century."""

from datetime import UTC, date, datetime, timedelta

import pytest
from borax.calendars.lunardate import LunarDate
from django.db import connection

from members import selectors as members_selectors
from members.birthdays import (
    LUNAR,
    SOLAR,
    Birthday,
    BirthdayOccasion,
    BirthdayRule,
    due_birthdays,
    first_due,
    period_of,
)
from members.models import Member
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
EVERY_RULE = [
    BirthdayRule(),
    BirthdayRule(occasion=BirthdayOccasion.DAYS_BEFORE, days_before=7),
    BirthdayRule(occasion=BirthdayOccasion.FIRST_OF_MONTH),
]


def test_over_a_century_each_birthday_falls_due_once_in_each_period() -> None:
    """Every birthday that a row can hold, in both calendars, leap months too."""
    due = due_birthdays(BirthdayRule(), first=date(2000, 1, 1), last=date(2099, 12, 31))
    kept: dict[tuple[str, int, int, bool, int], list[date]] = {}
    for one in due:
        key = (one.calendar, one.month, one.day, one.leap, one.period)
        kept.setdefault(key, []).append(one.kept)

    assert all(len(days) == 1 for days in kept.values())
    solar = {key[1:3] for key in kept if key[0] == SOLAR}
    lunar = {key[1:4] for key in kept if key[0] == LUNAR}
    assert (len(solar), len(lunar)) == (366, 12 * 30 * 2)
    for month, day in solar:
        for year in range(2000, 2100):
            birthday = Birthday(month=month, day=day)
            assert kept[SOLAR, month, day, False, year] == [birthday.in_year(year)]
    for month, day, leap in lunar:
        birthday = Birthday(month=month, day=day, calendar=LUNAR, leap=leap)
        for year in range(2000, 2099):
            assert kept[LUNAR, month, day, leap, year] == [birthday.in_year(year)]


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        (date(1954, 11, 25), (1954, 11, 1)),
        (date(1978, 9, 2), (1978, 7, 30)),
        (date(2057, 9, 28), (2057, 8, 30)),
        (date(2089, 9, 4), (2089, 7, 30)),
        (date(2097, 8, 7), (2097, 6, 30)),
    ],
)
def test_the_days_of_which_calendars_disagree_stay_as_they_are(
    day: date, lunar: tuple[int, int, int]
) -> None:
    """Libraries differ here by a day; a new version of ours that did would be seen."""
    told = LunarDate.from_solar_date(day.year, day.month, day.day)
    assert (told.year, told.month, told.day, told.leap) == (*lunar, 0)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.occasion)
def test_every_rule_finds_each_birthday_once_in_its_period(rule: BirthdayRule) -> None:
    due = due_birthdays(rule, first=date(2026, 1, 1), last=date(2031, 12, 31))
    keys = [(one.calendar, one.month, one.day, one.leap, one.period) for one in due]

    assert len(set(keys)) == len(keys)
    periods = {one.period for one in due if one.calendar == SOLAR}
    assert periods >= set(range(2026, 2032))
    assert all(one.due <= one.kept for one in due)


def test_the_first_of_the_month_and_days_before() -> None:
    month = BirthdayRule(occasion=BirthdayOccasion.FIRST_OF_MONTH)
    assert list(month.kept_for(date(2027, 2, 2))) == []
    assert list(month.kept_for(date(2027, 2, 1)))[-1] == date(2027, 2, 28)
    before = BirthdayRule(occasion=BirthdayOccasion.DAYS_BEFORE, days_before=7)
    (new_year,) = before.kept_for(date(2026, 12, 25))
    assert new_year == date(2027, 1, 1)
    assert period_of(SOLAR, new_year) == 2027
    assert period_of(LUNAR, new_year) == 2026


def test_what_was_missed_is_looked_back_over() -> None:
    today = date(2026, 11, 20)
    silences = {0: 3, 1: 3, 3: 3, 5: 4, 100: 99, 4000: 365}
    for days, back in silences.items():
        found = first_due(today=today, done_until=today - timedelta(days=days))
        assert today - found == timedelta(days=back)
    assert first_due(today=today, done_until=None) == date(2026, 11, 17)


@pytest.mark.django_db
def test_one_statement_finds_whom_each_member_s_own_birthday_says() -> None:
    """Against the calendar of each member, on days that try every rule."""
    birthdays = [
        Birthday(month=2, day=29),
        Birthday(month=2, day=28),
        Birthday(month=6, day=1, calendar=LUNAR, leap=True),
        Birthday(month=6, day=1, calendar=LUNAR),
        Birthday(month=12, day=30, calendar=LUNAR),
        Birthday(month=12, day=29, calendar=LUNAR),
        Birthday(month=1, day=1, calendar=LUNAR),
    ]
    members = [MemberFactory.born(one) for one in birthdays]
    gone = MemberFactory.born(birthdays[0])
    Member.objects.update(birthday_set_at=LONG_AGO)
    Member.objects.filter(pk=gone.pk).update(
        status="merged", merged_into=members[0], ended_at=NOON
    )
    for first, last in [
        (date(2025, 6, 1), date(2026, 3, 1)),
        (date(2027, 2, 1), date(2028, 3, 1)),
    ]:
        due = due_birthdays(BirthdayRule(), first=first, last=last)
        with connection.cursor() as cursor:
            cursor.execute(*members_selectors.celebrants(due))
            found = sorted(cursor.fetchall())
        expected = sorted(
            (member.pk, kept, kept, year)
            for member, birthday in zip(members, birthdays, strict=True)
            for year in range(2024, 2029)
            if first <= (kept := birthday.in_year(year)) <= last
        )
        assert found == expected


@pytest.mark.django_db
def test_nobody_is_due_on_no_day() -> None:
    MemberFactory.born(Birthday(month=1, day=1))
    with connection.cursor() as cursor:
        cursor.execute(*members_selectors.celebrants([]))
        assert cursor.fetchall() == []
