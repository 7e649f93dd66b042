"""What members are told: balances to the second, reasons, what expires before long."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import services as ledger_services
from points import selectors as points_selectors
from points import services as points_services
from points.selectors import PointsBalance
from tests.factories.ledger import NOON, TODAY, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RewardFactory,
    RuleFactory,
    StampProgrammeFactory,
    a_policy,
    holding,
    sale,
)

pytestmark = pytest.mark.django_db


def test_somebody_new_has_nothing() -> None:
    member = MemberFactory.create()
    assert points_selectors.balance(member.pk, NOON) == PointsBalance()
    assert points_selectors.explain(member.pk, NOON) == []
    assert points_selectors.statement(member.pk) == []
    assert points_selectors.expiring(member.pk, NOON) == {30: 0, 7: 0, 1: 0}


def test_the_balance_is_right_at_the_very_second_swept_or_not() -> None:
    a_policy(pending_days=7, expiry_months=1)
    member = MemberFactory.create()
    row = sale(member, 250_00)
    due = NOON + timedelta(days=7)
    assert row.expires_at is not None
    a_moment = timedelta(microseconds=1)

    def told(at: Any) -> tuple[int, int, int]:
        found = points_selectors.balance(member.pk, at)
        return found.usable, found.pending, found.worth

    assert told(due - a_moment) == (0, 250, 0)
    assert told(due) == (250, 0, 200)
    assert told(row.expires_at - a_moment) == (250, 0, 200)
    assert told(row.expires_at) == (0, 0, 0)
    points_services.release_due(at=due, by=an_act())
    assert told(due) == (250, 0, 200)
    assert told(row.expires_at) == (0, 0, 0)
    assert ledger_services.prove_books().is_proven


def test_pending_points_that_are_due_pay_the_debt_in_what_is_told_too() -> None:
    member = MemberFactory.create()
    row = sale(member, 300_00)
    points_services.redeem(
        member_id=member.pk, points=300, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    a_policy(pending_days=7)
    sale(member, 100_00)
    points_services.refund_accrual(
        accrual_id=row.pk, amount=150_00, by=an_act(), at=NOON, key="refund"
    )
    found = points_selectors.balance(member.pk, NOON)
    assert (found.usable, found.pending, found.debt) == (0, 100, 150)
    due = NOON + timedelta(days=7)
    found = points_selectors.balance(member.pk, due)
    assert (found.usable, found.pending, found.debt) == (0, 0, 50)
    points_services.release_due(at=due, by=an_act())
    assert points_selectors.balance(member.pk, due) == found


def test_every_lot_says_where_it_came_from_and_until_when() -> None:
    member = MemberFactory.create()
    RuleFactory.create(name="Double")
    row = sale(member, 100_00)
    [lot] = points_selectors.explain(member.pk, NOON)
    assert (lot.points, lot.expires_at, lot.source) == (200, row.expires_at, "sale")
    assert "Double: times 2." in lot.why


def test_warnings_are_given_for_thirty_seven_and_one_days() -> None:
    member = MemberFactory.create()
    for days in (1, 5, 20, 60):
        points_services.grant_points_step(
            member_id=member.pk,
            points=100,
            by=an_act(),
            at=NOON,
            key=f"gift {days}",
            live_until=NOON + timedelta(days=days),
        )
    assert points_selectors.expiring(member.pk, NOON) == {30: 300, 7: 200, 1: 100}


def test_everyone_to_be_warned_is_found_in_a_statement_for_each_chunk() -> None:
    soon = NOON + timedelta(days=3)
    warned = [holding(100, live_until=soon) for _ in range(5)]
    holding(100)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = list(
            points_selectors.members_with_points_expiring(at=NOON, days=7, chunk=2)
        )
    assert [one.member_id for one in found] == [member.pk for member in warned]
    assert {(one.points, one.first_at) for one in found} == {(100, soon)}
    assert len(queries) == 3


def test_what_can_be_spent_on_a_bill_is_in_whole_steps_and_never_too_much() -> None:
    member = holding(1250)

    def most(bill: int) -> int:
        return points_selectors.most_spendable(member.pk, bill=bill, at=NOON)

    assert most(1000_00) == 1200
    assert most(9_99) == 400  # half of it is 4.99
    assert most(1_99) == 0


def test_a_statement_shows_each_movement_with_the_balance_after_it() -> None:
    member = MemberFactory.create()
    sale(member, 300_00)
    points_services.redeem(
        member_id=member.pk, points=100, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    movements = points_selectors.statement(member.pk)
    assert [(m.change, m.balance_after) for m in movements] == [(-100, 200), (300, 300)]


def test_rewards_and_stamp_cards_are_those_this_member_can_have() -> None:
    member = holding(5000)
    dear, cheap = RewardFactory.create(points=900), RewardFactory.create(points=100)
    RewardFactory.create(stock=0)
    RewardFactory.create(is_active=False)
    had = RewardFactory.create(most_per_member=1)
    points_services.order_reward(
        reward_id=had.pk, member_id=member.pk, by=an_act(), at=NOON, key="order"
    )
    offered = list(points_selectors.rewards_for(member.pk, NOON))
    assert offered == [cheap, dear]
    card = StampProgrammeFactory.create()
    points_services.give_stamps(
        programme_code=card.code,
        member_id=member.pk,
        amount=1,
        by=an_act(),
        at=NOON,
        key="stamp",
    )
    [found] = points_selectors.stamp_cards(member.pk, NOON)
    assert (found.programme, found.stamps, found.missing) == (card, 1, 4)


def test_what_expired_is_not_told_before_the_sweep_either() -> None:
    member = holding(100, live_until=NOON)
    assert points_selectors.balance(member.pk, NOON).usable == 0
    assert points_selectors.explain(member.pk, NOON) == []
    ledger_services.expire_lots(at=NOON, business_date=TODAY, request_id="sweep")
    assert points_selectors.balance(member.pk, NOON).usable == 0
