"""When it is tried again, and which ports the house allows."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from outbox.schedule import JITTER, TRIES, next_try, pause_after
from tests.factories.outbox import NOON


def pauses(luck: int) -> list[timedelta]:
    found = [pause_after(tries, luck=luck) for tries in range(1, TRIES)]
    return [pause for pause in found if pause is not None]


def test_the_pauses_grow_and_make_three_days() -> None:
    plain = [int(pause.total_seconds()) for pause in pauses(0)]
    assert plain == [10, 40, 160, 640, 2560, 10240] + [36000] * 7
    assert timedelta(days=3) <= sum(pauses(0), timedelta()) < timedelta(days=3.2)
    assert pause_after(TRIES, luck=0) is None
    assert pause_after(TRIES + 5, luck=0) is None


def test_who_all_waited_do_not_all_come_back_at_once() -> None:
    assert pauses(-JITTER)[0] == timedelta(seconds=8)
    assert pauses(JITTER)[0] == timedelta(seconds=12)
    drawn = {next_try(9, at=NOON) for _ in range(50)}
    assert len(drawn) > 5
    for at in drawn:
        assert at is not None
        assert timedelta(hours=8) <= at - NOON <= timedelta(hours=12)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (timedelta(minutes=30), timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(days=9), timedelta(hours=1), timedelta(hours=1)),
        (timedelta(seconds=1), timedelta(seconds=8), timedelta(seconds=12)),
    ],
)
def test_what_the_receiver_asked_for(
    asked: timedelta, least: timedelta, most: timedelta
) -> None:
    at = next_try(1, at=NOON, retry_after=asked)
    assert at is not None
    assert least <= at - NOON <= most


def test_ports_are_numbers_of_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.ports("WEBHOOK_PORTS", default="443") == {443}
    monkeypatch.setenv("WEBHOOK_PORTS", "443, 8443")
    assert env.ports("WEBHOOK_PORTS", default="443") == {443, 8443}
    for wrong in ("https", "0", "65536", "443;8443", "-1"):
        monkeypatch.setenv("WEBHOOK_PORTS", wrong)
        with pytest.raises(ImproperlyConfigured, match="WEBHOOK_PORTS=443,8443"):
            env.ports("WEBHOOK_PORTS", default="443")
