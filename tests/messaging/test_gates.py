"""Whether a message may leave now: quiet hours, caps, and what comes first."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.gates import (
    Caps,
    Decision,
    MessageFacts,
    QuietHours,
    decide,
    next_free_day,
)
from messaging.models import MessageState

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
NIGHT = QuietHours(begins=time(21), ends=time(9))
CAPS = Caps(most_a_day=1, most_a_week=3, most_a_month=8)
TODAY = date(2026, 11, 20)
DAYS = st.lists(
    st.integers(0, 45).map(lambda days: TODAY - timedelta(days=days)), max_size=20
)


def local(hour: int, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.combine(TODAY, time(hour, minute), tzinfo=zone)


@pytest.mark.parametrize(
    ("at", "quiet", "end"),
    [
        (local(20, 59), NIGHT, None),
        (local(21), NIGHT, local(9) + timedelta(days=1)),
        (local(0), NIGHT, local(9)),
        (local(8, 59), NIGHT, local(9)),
        (local(9), NIGHT, None),
        (local(13), QuietHours(begins=time(12), ends=time(14)), local(14)),
        (local(14), QuietHours(begins=time(12), ends=time(14)), None),
        (local(3), QuietHours(begins=time(9), ends=time(9)), None),
    ],
)
def test_the_quiet_hours_end_in_the_morning(
    at: datetime, quiet: QuietHours, end: datetime | None
) -> None:
    assert quiet.end_after(at.astimezone(UTC), SHANGHAI) == end


def test_the_night_when_the_clock_changes_ends_at_the_same_hour() -> None:
    # In New York the clock went back on 1 November 2026.
    at = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)  # half past eleven in the evening
    end = NIGHT.end_after(at, NEW_YORK)
    assert end == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)


def facts(**options: Any) -> MessageFacts:
    return MessageFacts(
        **{
            "purpose": "marketing",
            "expires_at": None,
            "waits_at_night": False,
            "is_counted": True,
            "is_reachable": True,
            "has_address": True,
            "has_consent": True,
            "is_suppressed": False,
            "is_set_up": True,
            "rests_until": None,
            "zone": SHANGHAI,
            **options,
        }
    )


def decided(at: datetime, **options: Any) -> Decision:
    return decide(facts(**options), at=at, quiet=NIGHT, caps=CAPS)


def test_a_cap_holds_until_the_quiet_hours_of_the_first_free_day_are_over() -> None:
    found = decided(local(12), counted=[TODAY])
    assert found.state == MessageState.HELD
    assert found.due_at == local(9) + timedelta(days=1)
    assert decided(local(12), counted=[TODAY], is_counted=False).state == "sending"


def test_what_is_too_late_is_dropped_before_anything_else_is_asked() -> None:
    found = decided(local(23), expires_at=local(23), counted=[TODAY])
    assert (found.state, found.reason) == ("dropped", "expired")


def test_a_provider_that_rests_is_waited_for() -> None:
    until = local(12, 5)
    assert decided(local(12), rests_until=until) == Decision(
        MessageState.WAITING, "", until
    )
    assert decided(until, rests_until=until).state == "sending"


@given(counted=DAYS)
def test_the_first_free_day_is_free_and_no_day_before_it(counted: list[date]) -> None:
    def is_free(day: date) -> bool:
        return all(
            len([one for one in counted if 0 <= (day - one).days < length]) < most
            for length, most in ((1, 1), (7, 3), (30, 8))
        )

    found = next_free_day(counted, TODAY, CAPS) or TODAY

    assert is_free(found)
    days = (found - TODAY).days
    assert not any(is_free(TODAY + timedelta(days=day)) for day in range(days))
