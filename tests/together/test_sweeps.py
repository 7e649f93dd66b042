"""What is only kept for a while is swept away, and beat knows each sweep."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from coupons import services as coupons_services
from coupons.models import ClaimTries
from points import services as points_services
from points.models import CodeTries
from tests.factories.ledger import NOON

pytestmark = pytest.mark.django_db

HOURS = [timedelta(hours=hours) for hours in (1, 23, 25, 100)]


def test_wrong_codes_of_coupons_are_forgotten_after_a_day() -> None:
    for number, age in enumerate(HOURS):
        ClaimTries.objects.create(subject=f"d{number}", failures=3, since=NOON - age)
    held_up = ClaimTries.objects.create(
        subject="held up", since=NOON - HOURS[-1], locked_until=NOON + HOURS[0]
    )

    assert coupons_services.forget_tries(at=NOON) == 2

    left = set(ClaimTries.objects.values_list("subject", flat=True))
    assert left == {"d0", "d1", held_up.subject}


def test_wrong_codes_of_points_are_forgotten_after_a_day() -> None:
    for number, age in enumerate(HOURS):
        CodeTries.objects.create(who=f"key:{number}", failures=3, first_at=NOON - age)
    CodeTries.objects.create(
        who="key:held", first_at=NOON - HOURS[-1], locked_until=NOON + HOURS[0]
    )

    assert points_services.forget_tries(at=NOON) == 2

    left = set(CodeTries.objects.values_list("who", flat=True))
    assert left == {"key:0", "key:1", "key:held"}


def test_every_task_that_beat_calls_is_there_and_runs() -> None:
    current_app.loader.import_default_modules()
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called <= set(current_app.tasks)
    swept = {name for name in current_app.tasks if name.endswith(".forget_tries")}
    assert swept == {
        "coupons.tasks.forget_tries",
        "gift_cards.tasks.forget_tries",
        "points.tasks.forget_tries",
    }
    assert swept <= called
    for name in swept:
        assert current_app.tasks[name].apply().get() == 0
