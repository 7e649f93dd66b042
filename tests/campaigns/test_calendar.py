"""The calendar of campaigns: what runs, begins, goes out and ends in a month."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from campaigns.calendar_month import CampaignMonth, campaign_month, month_named
from campaigns.models import Campaign
from tests.factories.automations import a_campaign, points, running
from tests.factories.stores import NOON, StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FIRST = TODAY.replace(day=1)


def shown(begins: date = FIRST, *, at: datetime = NOON) -> CampaignMonth:
    return campaign_month(Campaign.objects.all(), begins, at=at)


def marks(month: CampaignMonth) -> dict[date, list[str]]:
    return {
        day.day: [f"{mark.what} {mark.campaign}" for mark in day.marks]
        for day in month.days
        if day.marks
    }


def test_an_automation_is_a_band_from_its_first_day_on() -> None:
    campaign = running(points(5), kind="welcome", name="Hello")

    month, later = shown(), shown(FIRST.replace(year=FIRST.year + 1))

    assert marks(month) == {TODAY: ["Begins Hello"]}
    (band,) = month.bands
    assert (band.campaign, band.first, band.last) == (
        campaign,
        TODAY,
        month.days[-1].day,
    )
    assert (band.begins, band.ends) == (TODAY, None)
    assert later.bands[0].first == later.begins
    earlier = shown((FIRST - timedelta(days=1)).replace(day=1))
    assert earlier.is_empty
    assert [day.day for day in month.days if day.is_today] == [TODAY]


def test_the_last_day_is_the_one_before_the_moment_of_the_end() -> None:
    ends = NOON.replace(hour=16, minute=0) + timedelta(days=2)  # midnight in Shanghai
    running(points(5), kind="welcome", name="Hello", ends_at=ends)

    month = shown()

    last = TODAY + timedelta(days=2)
    assert marks(month)[last] == ["Ends Hello"]
    assert (month.bands[0].last, month.bands[0].ends) == (last, last)


def test_a_one_off_goes_out_on_its_day() -> None:
    a_campaign(points(5), name="Soon", starts_at=NOON + timedelta(days=1))

    month = shown()

    assert marks(month) == {TODAY + timedelta(days=1): ["Goes out Soon"]}
    assert month.bands == []  # it is planned, and nobody is on the way


def test_a_repeating_one_is_on_each_of_its_days_until_it_ends() -> None:
    day = TODAY.isoweekday()
    running(
        points(5), kind="repeating", name="Weekly", repeat_day=day, entry="period",
        ends_at=NOON + timedelta(days=8),
    )  # fmt: skip

    found = marks(shown())

    assert found[TODAY] == ["Goes out Weekly"]
    assert found[TODAY + timedelta(days=7)] == ["Goes out Weekly"]
    assert found[TODAY + timedelta(days=8)] == ["Ends Weekly"]
    assert TODAY + timedelta(days=14) not in found


def test_what_was_stopped_ends_there_and_what_never_ran_is_not_there() -> None:
    stopped = running(points(5), kind="welcome", name="Hello")
    Campaign.objects.filter(pk=stopped.pk).update(
        state="stopped", ended_at=NOON + timedelta(days=1)
    )
    never = a_campaign(points(5), kind="welcome", name="Never")
    Campaign.objects.filter(pk=never.pk).update(state="stopped", ended_at=NOON)
    draft = a_campaign(points(5), kind="welcome", name="Draft")

    month = shown()

    assert [band.campaign for band in month.bands] == [stopped]
    assert marks(month)[TODAY + timedelta(days=1)] == ["Ends Hello"]
    assert month.undated == [draft]


@pytest.mark.parametrize(
    "name", ["", "x", "2026", "2026-13", "2026-00", "0001-01", "9999-12", "²026-01"]
)
def test_what_names_no_month_is_the_month_it_is(name: str) -> None:
    assert month_named(name, at=NOON) == FIRST


def test_the_ends_of_the_calendar_lead_no_further() -> None:
    assert month_named("2027-02", at=NOON) == date(2027, 2, 1)
    first, last = shown(date(1900, 1, 1)), shown(date(2999, 12, 1))
    assert (first.before, last.after) == (None, None)
    assert (first.after, last.before) == (date(1900, 2, 1), date(2999, 11, 1))


def test_whoever_manages_a_store_sees_its_own() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    running(points(5), kind="welcome", name="Ours", store=here)
    running(points(5), kind="welcome", name="Theirs", store=there)
    a_campaign(points(5), kind="welcome", name="Their draft", store=there)
    calendar = reverse("admin:campaigns_campaign_calendar")
    manager = signed_in(UserFactory.holding("store-manager", store=here))

    page = manager.get(calendar, {"month": f"{TODAY:%Y-%m}"}).content.decode()
    empty = manager.get(calendar, {"month": "2001-01"}).content.decode()

    assert "Ours" in page
    assert "Their" not in page
    assert "No campaign runs, begins or ends in this month." in empty
    cashier = signed_in(UserFactory.holding("cashier", store=here))
    assert cashier.get(calendar).status_code == 403
