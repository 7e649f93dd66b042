"""Win-back: three touches, each only if the one before failed, by the own rhythm."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from campaigns.models import Campaign, Journey
from coupons.models import Coupon
from members.models import Member
from messaging.models import Message
from points.models import Accrual
from recognition import services as recognition_services
from tests.factories.automations import (
    by_test,
    coupon,
    guests,
    message,
    play,
    points,
    running,
    wait,
    words,
)
from tests.factories.coupons import TemplateFactory
from tests.factories.recognition import VisitFactory
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def visited(member: Member, *days_ago: int) -> None:
    """Visits so many days before, with the summary that is kept of them."""
    store = StoreFactory.create()
    for ago in days_ago:
        at = NOON - timedelta(days=ago)
        VisitFactory.create(
            member=member, store=store, at=at, business_date=_day(at), amount=50_00
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT recognition_summarise(%s)", [[member.pk]])


def _day(at: datetime) -> date:
    return at.date()


def three_touches() -> Campaign:
    """A reminder, a small gift, a larger one."""
    return running(
        message(words()),
        wait(14, visit=True),
        points(50),
        wait(14, visit=True),
        coupon(TemplateFactory.drawn()),
        kind="win_back",
    )


def touches() -> tuple[int, int, int]:
    return Message.objects.count(), Accrual.objects.count(), Coupon.objects.count()


def test_each_touch_comes_only_if_the_one_before_failed() -> None:
    away, back, regular = guests(3)
    visited(away, 105, 85, 65, 45)
    visited(back, 105, 85, 65, 45)
    visited(regular, 30, 20, 10, 1)
    campaign = three_touches()

    play(campaign)
    assert touches() == (2, 0, 0)
    visited(back, -3)
    play(campaign, days=14)
    assert touches() == (2, 1, 0)
    play(campaign, days=28)
    assert touches() == (2, 1, 1)

    assert dict(Journey.objects.values_list("member", "outcome")) == {
        away.pk: "done",
        back.pk: "returned",
    }
    assert Accrual.objects.get().member_id == away.pk


def test_an_absence_is_written_about_once_and_then_rested() -> None:
    (away,) = guests(1)
    visited(away, 105, 85, 65, 45)
    campaign = three_touches()
    for day in (0, 14, 28, 40, 80, 120):
        play(campaign, days=day)
    assert Journey.objects.count() == 1

    visited(away, -130)
    play(campaign, days=131)
    play(campaign, days=180)

    assert Journey.objects.count() == 2


def test_a_complaint_ends_it_and_keeps_out() -> None:
    angry, later = guests(2)
    visited(angry, 105, 85, 65, 45)
    visited(later, 105, 85, 65, 45)
    complain(angry)
    campaign = three_touches()

    play(campaign)
    complain(later)
    play(campaign, days=14)

    assert touches() == (1, 0, 0)
    assert Journey.objects.get().outcome == "complaint"


def complain(member: Member) -> None:
    recognition_services.record_feedback(
        member_id=member.pk,
        store_id=StoreFactory.create().pk,
        channel="counter",
        words="cold soup",
        is_complaint=True,
        by=by_test(),
        at=NOON,
    )


@pytest.mark.parametrize(
    ("days", "band"),
    [
        ((40, 30, 20), "at_risk"),  # away 20 of a rhythm of 10: beyond 1.5, below 30
        ((70, 60, 50, 40), "dormant"),
        ((600, 590, 580), "lost"),
        ((25, 15, 5), None),
    ],
)
def test_the_bands_follow_the_own_rhythm(
    days: tuple[int, ...], band: str | None
) -> None:
    (one,) = guests(1)
    visited(one, *days)
    campaigns = {
        each: running(message(words()), kind="win_back", band=each)
        for each in ("at_risk", "dormant", "lost")
    }
    for campaign in campaigns.values():
        play(campaign)

    found = Journey.objects.values_list("campaign__band", flat=True)
    assert list(found) == ([band] if band else [])
