"""The arithmetic of periods: whole days, leap days, any clock; the database agrees."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common.months import A_DAY, add_months, lasts_until, midnight
from tiers.models import Window
from tiers.periods import growth_expires_at, kept_on_until, kept_until

# Clocks that skip or repeat an hour, at midnight too, and one half an hour off.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Havana",
        "Asia/Beirut",
        "America/New_York",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "UTC",
    )
]
MOMENTS = st.integers(946_684_800, 4_000_000_000).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)
WINDOWS = st.sampled_from(Window.values)
SHANGHAI = ZONES[0]


@dataclass(frozen=True)
class Rules:
    window: str
    rolling_months: int = 12


@given(window=WINDOWS, joined=MOMENTS, at=MOMENTS, zone=st.sampled_from(ZONES))
def test_growth_value_counts_for_a_day_at_least_and_a_year_and_a_day_at_most(
    window: str, joined: datetime, at: datetime, zone: ZoneInfo
) -> None:
    ends = growth_expires_at(Rules(window), joined, at, zone=zone)

    # Every period ends as a day begins: what was granted in it ends with it.
    assert ends > at
    assert ends == midnight(ends.astimezone(zone).date(), zone)
    assert ends - at <= timedelta(days=368)
    if window == Window.ROLLING:
        assert ends - at >= timedelta(days=364)


@given(
    window=WINDOWS,
    joined=MOMENTS,
    at=MOMENTS,
    later=st.integers(0, 10**8),
    zone=st.sampled_from(ZONES),
)
def test_what_is_granted_later_never_ends_earlier(
    window: str, joined: datetime, at: datetime, later: int, zone: ZoneInfo
) -> None:
    rules, then = Rules(window), at + timedelta(seconds=later)

    assert growth_expires_at(rules, joined, at, zone=zone) <= growth_expires_at(
        rules, joined, then, zone=zone
    )
    assert kept_until(rules, joined, at, zone=zone) <= kept_until(
        rules, joined, then, zone=zone
    )


@given(window=WINDOWS, joined=MOMENTS, at=MOMENTS, zone=st.sampled_from(ZONES))
def test_a_tier_is_kept_through_a_whole_period_that_follows(
    window: str, joined: datetime, at: datetime, zone: ZoneInfo
) -> None:
    rules = Rules(window)
    kept = kept_until(rules, joined, at, zone=zone)
    again = kept_on_until(rules, joined, kept, kept, zone=zone)

    assert kept - at >= timedelta(days=364)
    assert timedelta(days=363) <= again - kept <= timedelta(days=368)
    long_after = again + timedelta(days=500)
    assert kept_on_until(rules, joined, kept, long_after, zone=zone) > long_after
    # At its very end another one is begun.
    assert kept_on_until(rules, joined, kept, again, zone=zone) > again


@pytest.mark.parametrize(
    ("day", "months", "lands_on"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 2, 28), 12, date(2028, 2, 28)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_month_that_is_too_short_ends_on_its_last_day(
    day: date, months: int, lands_on: date
) -> None:
    assert add_months(day, months) == lands_on


@pytest.mark.parametrize(
    ("window", "joined", "day", "ends", "kept"),
    [
        ("rolling", (2020, 1, 1), (2028, 2, 29), (2029, 3, 1), (2029, 3, 1)),
        ("rolling", (2020, 1, 1), (2026, 11, 20), (2027, 11, 21), (2027, 11, 21)),
        ("calendar_year", (2020, 5, 5), (2026, 1, 1), (2027, 1, 1), (2028, 1, 1)),
        ("calendar_year", (2020, 5, 5), (2026, 12, 31), (2027, 1, 1), (2028, 1, 1)),
        ("anniversary", (2024, 2, 29), (2027, 2, 27), (2027, 2, 28), (2028, 2, 29)),
        ("anniversary", (2024, 2, 29), (2027, 2, 28), (2028, 2, 29), (2029, 2, 28)),
        ("anniversary", (2026, 11, 20), (2026, 11, 20), (2027, 11, 20), (2028, 11, 20)),
    ],
)
def test_periods_end_where_a_calendar_says(
    window: str,
    joined: tuple[int, int, int],
    day: tuple[int, int, int],
    ends: tuple[int, int, int],
    kept: tuple[int, int, int],
) -> None:
    """Begun at noon of a day in Shanghai; ended as another begins there."""
    rules, since = Rules(window), datetime(*joined, 12, tzinfo=SHANGHAI)
    at = datetime(*day, 12, tzinfo=SHANGHAI)

    until = growth_expires_at(rules, since, at, zone=SHANGHAI)

    assert until == datetime(*ends, tzinfo=SHANGHAI)
    assert kept_until(rules, since, at, zone=SHANGHAI) == datetime(
        *kept, tzinfo=SHANGHAI
    )


def test_the_same_instant_is_another_day_elsewhere() -> None:
    new_years_eve = datetime(2026, 12, 31, 18, tzinfo=UTC)  # next year in Shanghai
    rules = Rules(Window.CALENDAR_YEAR)

    here = growth_expires_at(rules, new_years_eve, new_years_eve, zone=SHANGHAI)
    there = growth_expires_at(rules, new_years_eve, new_years_eve, zone=UTC)

    assert here == datetime(2028, 1, 1, tzinfo=SHANGHAI)
    assert there == datetime(2027, 1, 1, tzinfo=UTC)


@given(starts=MOMENTS, months=st.integers(1, 120), zone=st.sampled_from(ZONES))
def test_what_is_bought_for_months_lasts_them_and_not_two_days_more(
    starts: datetime, months: int, zone: ZoneInfo
) -> None:
    until = lasts_until(starts, months, zone=zone)
    first = starts.astimezone(zone).date()

    assert add_months(first, months) <= until.astimezone(zone).date()
    assert until.astimezone(zone).date() <= add_months(first + A_DAY, months) + A_DAY
    assert lasts_until(until, months, zone=zone) > until


@pytest.mark.django_db
@given(
    window=WINDOWS,
    months=st.integers(1, 60),
    joined=MOMENTS,
    at=MOMENTS,
    since=st.integers(-(10**8), 10**8),
    zone=st.sampled_from(ZONES),
)
def test_the_database_counts_as_we_do(
    window: str,
    months: int,
    joined: datetime,
    at: datetime,
    since: int,
    zone: ZoneInfo,
) -> None:
    rules = Rules(window, months)
    ended = midnight((at + timedelta(seconds=since)).astimezone(zone).date(), zone)
    asked: list[Any] = [window, months, joined, at, zone.key]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tiers_period_end(%s, %s, %s, %s, %s),"
            " tiers_kept_until(%s, %s, %s, %s, %s),"
            " tiers_kept_on_until(%s, %s, %s, %s, %s, %s)",
            [*asked, *asked, window, months, joined, ended, at, zone.key],
        )
        theirs = cursor.fetchone()

    assert theirs == (
        growth_expires_at(rules, joined, at, zone=zone),
        kept_until(rules, joined, at, zone=zone),
        kept_on_until(rules, joined, ended, at, zone=zone),
    )
