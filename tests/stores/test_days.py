"""Which business day an instant belongs to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores import selectors as stores_selectors
from stores.models import Store

SHANGHAI = Store(code="SH", time_zone="Asia/Shanghai", day_starts_at=time(4))
# Europe's clocks: 29 March 2026 has no 02:30, 25 October 2026 has it twice.
BERLIN = Store(code="BE", time_zone="Europe/Berlin", day_starts_at=time(2, 30))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, …


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (utc(2026, 11, 19, 19, 59, 59), date(2026, 11, 19)),  # 03:59:59 there
        (utc(2026, 11, 19, 20, 0), date(2026, 11, 20)),
        (utc(2026, 11, 20, 19, 59, 59, 999_999), date(2026, 11, 20)),
    ],
)
def test_the_day_begins_at_the_cut_off(at: datetime, day: date) -> None:
    assert stores_selectors.business_date(SHANGHAI, at) == day


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (utc(2026, 3, 29, 0, 59, 59), date(2026, 3, 28)),  # 01:59:59, then 03:00
        (utc(2026, 3, 29, 1, 0), date(2026, 3, 29)),
    ],
)
def test_a_cut_off_that_the_clock_skips_is_the_skip(at: datetime, day: date) -> None:
    assert stores_selectors.business_date(BERLIN, at) == day


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (utc(2026, 10, 25, 0, 29), date(2026, 10, 24)),  # 02:29, the first time
        (utc(2026, 10, 25, 0, 30), date(2026, 10, 25)),  # 02:30, the first time
        (utc(2026, 10, 25, 1, 10), date(2026, 10, 25)),  # 02:10 again: still begun
        (utc(2026, 10, 25, 1, 30), date(2026, 10, 25)),  # 02:30 again
    ],
)
def test_an_hour_that_comes_twice_begins_the_day_once(at: datetime, day: date) -> None:
    assert stores_selectors.business_date(BERLIN, at) == day


def test_the_same_instant_is_another_day_in_another_zone() -> None:
    at = utc(2026, 11, 20, 21, 0)

    assert stores_selectors.business_date(SHANGHAI, at) == date(2026, 11, 21)
    assert stores_selectors.business_date(BERLIN, at) == date(2026, 11, 20)


ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",
    "America/Havana",  # at midnight
    "Pacific/Chatham",
]


@given(
    zone=st.sampled_from(ZONES),
    cut_off=st.times(max_value=time(12)).map(lambda t: t.replace(microsecond=0)),
    at=st.datetimes(datetime(2024, 1, 2), datetime(2027, 12, 30)),  # noqa: DTZ001
    step=st.integers(0, 7200),
)
def test_every_instant_lies_within_the_bounds_of_its_day(
    zone: str, cut_off: time, at: datetime, step: int
) -> None:
    store = Store(code="X", time_zone=zone, day_starts_at=cut_off)
    instant = at.replace(tzinfo=UTC)
    day = stores_selectors.business_date(store, instant)
    later = instant + timedelta(seconds=step)

    begins, ends = stores_selectors.business_day_bounds(store, day)

    assert begins <= instant < ends
    assert stores_selectors.business_date(store, later) >= day


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 23.5), (date(2026, 10, 24), 24), (date(2026, 10, 25), 25)],
)
def test_days_around_a_change_of_the_clock_are_as_long_as_they_are(
    day: date, hours: float
) -> None:
    begins, ends = stores_selectors.business_day_bounds(BERLIN, day)

    assert (ends - begins) == timedelta(hours=hours)
    assert begins.astimezone(ZoneInfo("Europe/Berlin")).date() == day
