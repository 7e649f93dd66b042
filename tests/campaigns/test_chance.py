"""The fitted chance of return: as published, and the same in SQL as in Python."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from campaigns import services as campaigns_services
from campaigns.chance import FittedRates, VisitGroup, fit
from campaigns.models import Band, Journey, Method, ReturnFit, WinBackPolicy
from campaigns.services import winback
from campaigns.winback import WEEKS, bands
from members.models import Member
from policies import selectors as policies_selectors
from policies import services as policies_services
from recognition import services as recognition_services
from recognition.models import Visit
from tests.campaigns.world import TODAY
from tests.factories.automations import guests, message, play, running, words
from tests.factories.coupons import by_task
from tests.factories.stores import NOON, StoreFactory

BEGAN = TODAY - timedelta(days=winback.QUARTER + 1)
RATES = FittedRates(0.24, 4.4, 0.8, 2.4, 0.0)


def cdnow() -> list[VisitGroup]:
    """How often 2,357 customers of a record shop bought in the first 39 weeks of 1997:
    public data of Fader and Hardie, grouped.
    """
    with Path(__file__).with_name("cdnow_groups.csv").open() as file:
        return [
            VisitGroup(int(repeats), int(last) / 7, int(age) / 7, int(customers))
            for repeats, last, age, customers in list(csv.reader(file))[1:]
        ]


def test_the_rates_are_those_that_were_published() -> None:
    found = fit(cdnow())
    assert found is not None
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert {
        name: round(getattr(found, name), 3) for name in published
    } == pytest.approx(published, abs=0.0015)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_where_nobody_came_again_nothing_is_fitted() -> None:
    assert fit([VisitGroup(0, 0.0, 10.0, 500)]) is None
    assert fit([]) is None


@pytest.mark.parametrize(
    ("repeats", "last", "age"), [(0, 0, 10), (1, 2, 10), (6, 30, 39), (40, 39, 39)]
)
def test_the_chance_is_what_simulated_guests_do(
    repeats: int, last: float, age: float
) -> None:
    """Of guests with their own rates and their own end, those with this history."""
    dice = random.Random(5)
    came = tried = 0
    for _nth in range(4_000):
        # The rate of whoever is still there follows a gamma distribution of its own.
        rate = dice.gammavariate(RATES.r + repeats, 1 / (RATES.alpha + age))
        came += dice.expovariate(rate) < 12 if rate else 0
        tried += 1
    still = RATES.chance(repeats=repeats, last=age, age=age, weeks=12) / (came / tried)
    alone = 1 / (1 + RATES.a / (RATES.b + repeats - 1)) if repeats else 1
    assert still == pytest.approx(alone, abs=0.06)
    less = RATES.chance(repeats=repeats, last=last, age=age, weeks=12)
    assert 0 <= less <= RATES.chance(repeats=repeats, last=age, age=age, weeks=12) <= 1


def visit(member: Member, store: Any, *days: date) -> None:
    Visit.objects.bulk_create(
        Visit(
            member=member,
            store=store,
            at=NOON - timedelta(days=(TODAY - day).days),
            business_date=day,
            amount=1,
            source="sale",
            reference=f"{member.pk}:{day}",
        )
        for day in days
    )


def shop(count: int, seed: int = 3) -> dict[int, list[date]]:
    """Guests with their own rhythm, of whom some stopped coming."""
    dice, store = random.Random(seed), StoreFactory.create()
    came: dict[int, list[date]] = {}
    for member in guests(count):
        rhythm, first = dice.choice([4, 9, 20]), dice.randint(200, 400)
        stops = dice.choice([0, 0, 100, 180])
        days = [
            TODAY - timedelta(days=ago)
            for ago in range(first, stops, -1)
            if dice.random() < 1 / rhythm or ago == first
        ]
        visit(member, store, *days)
        came[member.pk] = days
    recognition_services.refresh_summaries(
        first_member=min(came), last_member=max(came)
    )
    return came


def in_bands(**facts: Any) -> dict[int, tuple[str, float]]:
    value = winback._Values()
    policy = policies_selectors.in_force(WinBackPolicy, at=NOON)
    table = bands(
        policy,
        Method.CHANCE,
        summary="recognition_visitsummary",
        day=TODAY,
        value=value,
        **facts,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT member_id, band, score FROM {table} t", value.told)
        return {row[0]: (row[1], float(row[2])) for row in cursor.fetchall()}


def expected(days: list[date]) -> tuple[str, float]:
    chance = RATES.chance(
        repeats=len(days) - 1,
        last=(days[-1] - days[0]).days / 7,
        age=(TODAY - days[0]).days / 7,
        weeks=WEEKS,
    )
    away = (TODAY - days[-1]).days
    bounds = [("lost", 0.10), ("dormant", 0.25)]
    late = (band for band, below in bounds if chance < below and away > 30)
    band = (
        "lost" if away > 365 else next(late, "at_risk" if chance < 0.5 else "regular")
    )
    return band, 1 - chance


@pytest.mark.django_db
def test_the_bands_in_sql_are_those_in_python() -> None:
    came = shop(60)
    gone = max(came)
    extreme = [TODAY - timedelta(days=ago) for ago in range(3_000, 1_500, -1)]
    (often,) = guests(1)
    visit(often, StoreFactory.create(), *extreme)
    recognition_services.refresh_summaries(first_member=gone, last_member=often.pk)
    came[often.pk] = extreme

    found = in_bands(rates=RATES)

    assert {pk: band for pk, (band, _score) in found.items()} == {
        pk: expected(days)[0] for pk, days in came.items()
    }
    for pk, days in came.items():
        assert found[pk][1] == pytest.approx(expected(days)[1], abs=1e-9)
    assert len({band for band, _score in found.values()}) == len(Band)
    # Rates that no shop has are no error either.
    assert len(in_bands(rates=FittedRates(1e5, 1.0, 1e5, 1e-5, 0.0))) == len(came)


@pytest.mark.django_db
def test_before_enough_came_often_enough_the_own_rhythm_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(winback, "ENOUGH", 10_000)
    shop(20)
    review = campaigns_services.review_win_back(at=NOON)
    assert review.results["chance"] == {"auc": None, "bands": {}}
    assert not ReturnFit.objects.exists()
    assert review.now["chance"] == review.now["own_rhythm"]


@pytest.mark.django_db
def test_with_enough_it_is_judged_beside_the_others_and_can_be_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(winback, "ENOUGH", 20)
    shop(60)
    policies_services.publish(
        version=WinBackPolicy(method="chance", reason="best", in_force_from=NOON),
        by=by_task(),
        at=NOON,
    )

    review = campaigns_services.review_win_back(at=NOON)

    assert review.results["chance"]["auc"] > 600
    assert ReturnFit.objects.get().day == TODAY
    assert sum(review.now["chance"].values()) == 60
    campaign = running(message(words()), kind="win_back", band="lost")
    play(campaign)
    assert Journey.objects.count() == review.now["chance"]["lost"] > 0


@pytest.mark.django_db
def test_whoever_a_campaign_wrote_to_is_not_judged() -> None:
    store = StoreFactory.create()
    here, written_to, stays = guests(3)
    for member in (here, written_to, stays):
        visit(member, store, BEGAN - timedelta(days=20), BEGAN - timedelta(days=5))
    then = NOON - timedelta(days=50)
    Member.objects.filter(pk=written_to.pk).update(home_store=store)
    letter = message(words(purpose="transactional"))
    play(running(letter, at=then, store=store), at=then)
    visit(here, store, TODAY - timedelta(days=10))
    visit(written_to, store, TODAY - timedelta(days=9))
    assert Journey.objects.get().member_id == written_to.pk

    review = campaigns_services.review_win_back(at=NOON)

    assert review.left_out == 1
    judged = review.results["days_since"]["bands"].values()
    assert [sum(column) for column in zip(*judged, strict=True)] == [2, 1]
