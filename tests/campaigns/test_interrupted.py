"""Whoever dies at any statement: the next does it; everybody gets one, nobody two."""

import importlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns import services as campaigns_services
from campaigns import tasks
from campaigns.models import Campaign, Grant, Journey, JourneyMessage
from coupons.errors import MemberNotActive
from coupons.models import Coupon
from members.birthdays import Birthday
from members.models import Member
from messaging.models import Message
from points import services as points_services
from points.models import Accrual
from stores.models import AuditEvent
from tests import rendezvous
from tests.factories.automations import (
    a_campaign,
    by_test,
    coupon,
    guests,
    message,
    play,
    points,
    running,
    started,
    words,
)
from tests.factories.coupons import TemplateFactory
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.ledger.racing import race, refusals


class Killed(Exception):
    """Nobody catches it: as if the process were gone."""


class DiesAt:
    """Lets so many statements through, and no more."""

    def __init__(self, nth: int) -> None:
        self.left = nth
        self.died = False

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: Any,
        context: Any,
    ) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.left -= 1
        if self.left < 0:
            self.died = True
            raise Killed
        return execute(sql, params, many, context)


@pytest.mark.django_db
def test_killed_at_each_statement_everybody_has_exactly_one() -> None:
    here = guests(4)
    told = words("email", coupon="text", until="date")
    campaign = running(
        coupon(TemplateFactory.drawn(per_member=5)), points(30), message(told)
    )
    killed = 0

    for nth in range(1, 400):
        death = DiesAt(nth)
        try:
            with connection.execute_wrapper(death):
                campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON, chunk=3)
                campaigns_services.advance_due(
                    campaign_id=campaign.pk, at=NOON, chunk=4
                )
        except Killed:
            killed += 1
            assert Grant.objects.count() in {0, 8}  # of a chunk all or nothing
        if not death.died:
            break

    assert killed > 20
    ids = {one.pk for one in here}
    assert set(Journey.objects.values_list("member", "outcome")) == {
        (pk, "done") for pk in ids
    }
    for model in (Coupon, Accrual, Message):
        given = list(model._default_manager.values_list("member", flat=True))
        assert sorted(given) == sorted(ids)
    assert JourneyMessage.objects.count() == 4
    assert Grant.objects.count() == 8


@pytest.mark.django_db
def test_tasks_told_twice_do_it_once() -> None:
    guests(3)
    running(points(30), message(words()))

    for _again in range(2):
        tasks.enter_campaigns()
        tasks.advance_campaigns()
        tasks.watch_campaigns()

    assert Accrual.objects.count() == Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_eight_workers_give_once() -> None:
    here = guests(12)
    campaign = running(points(30), message(words()))

    def work(_number: int) -> int:
        campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)
        return campaigns_services.advance_due(campaign_id=campaign.pk, at=NOON, chunk=2)

    outcomes = race(work)
    play(campaign)

    assert refusals(outcomes) == []
    given = sorted(Accrual.objects.values_list("member", flat=True))
    assert given == sorted(one.pk for one in here)
    assert Message.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_eight_workers_never_give_more_than_the_budget() -> None:
    guests(12)
    template = TemplateFactory.drawn(amount=10_00)
    campaign = running(coupon(template), budget=75_00)
    campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)

    race(
        lambda _number: campaigns_services.advance_due(
            campaign_id=campaign.pk, at=NOON, chunk=2
        )
    )
    play(campaign)

    assert Coupon.objects.count() == 7
    assert (campaign.spent, campaign.spent_pieces) == (70_00, 7)
    assert campaign.state == "paused"
    assert campaign.paused_because == "The budget is used up."
    assert Journey.objects.filter(due_at__isnull=False).count() == 5


@pytest.mark.django_db
def test_a_larger_budget_goes_on_where_it_ended() -> None:
    guests(5)
    campaign = running(points(100), budget_pieces=2)
    play(campaign)
    assert Accrual.objects.count() == 2

    campaign.budget_pieces = 10
    campaigns_services.save_campaign(
        campaign=campaign, steps=[points(100)], by=by_test(), at=NOON
    )
    started(campaign)
    play(campaign)

    assert Accrual.objects.count() == 5


@pytest.mark.django_db
def test_one_who_cannot_be_helped_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, *rest = guests(4)
    campaign = running(points(30))
    give = points_services.grant_points_to_many_step

    def refused(*, keys: Mapping[int, str], **facts: Any) -> None:
        if first.pk in keys:
            raise MemberNotActive
        give(keys=keys, **facts)

    monkeypatch.setattr(points_services, "grant_points_to_many_step", refused)
    play(campaign)

    assert Journey.objects.get(member=first).outcome == "failed"
    told = AuditEvent.objects.get(act="campaigns.journey_failed")
    assert told.facts == {"member": first.pk, "code": MemberNotActive().code}
    assert sorted(Accrual.objects.values_list("member", flat=True)) == sorted(
        one.pk for one in rest
    )


@pytest.mark.django_db
def test_the_clock_a_day_off_gives_nobody_two() -> None:
    MemberFactory.born(Birthday(month=11, day=20))
    MemberFactory.born(Birthday(month=11, day=21))
    Member.objects.update(birthday_set_at=NOON - timedelta(days=90))
    campaign = started(a_campaign(points(10), kind="birthday"))

    for day in (0, 1, 0, -1, 1, 2, 0):
        play(campaign, days=day)

    assert Accrual.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_its_lock_workers_read_a_budget_that_another_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guard off: all read what is left before one takes from it; the books of the
    budget refuse the rest, and their workers die of it.
    """
    guests(12)
    campaign = running(coupon(TemplateFactory.drawn(amount=10_00)), budget=75_00)
    campaigns_services.enter_due(campaign_id=campaign.pk, at=NOON)

    def read_by_all(campaign_id: int) -> Campaign:
        found = Campaign.objects.get(pk=campaign_id)
        rendezvous.meet()
        return found

    advance = importlib.import_module("campaigns.services.advance")
    monkeypatch.setattr(advance, "lock_steps", read_by_all)
    outcomes = race(
        lambda _number: campaigns_services.advance_due(
            campaign_id=campaign.pk, at=NOON, chunk=2
        )
    )

    told = " ".join(str(refusal) for refusal in refusals(outcomes))
    assert "campaigns_campaign_within_budget" in told
    assert Coupon.objects.count() <= 7
