"""What the database refuses by itself, attacked from outside, then without it."""

import pytest
from django.db import DatabaseError, connection, transaction

from points import services as points_services
from points.earning import Bought, Tender
from tests.factories.ledger import NOON, an_act
from tests.factories.points import (
    RewardFactory,
    RuleFactory,
    TaskFactory,
    holding,
    sale,
)

pytestmark = pytest.mark.django_db

# The guard, how it is taken out, and the attack that it stops.
TRIGGERS = {
    "points_accrual_only_shrinks": (
        "points_accrual",
        "UPDATE points_accrual SET points_kept = points WHERE points_kept < points",
        "UPDATE points_accrual SET refunded = 0 WHERE refunded > 0",
        "UPDATE points_accrual SET points = points + 100",
        "DELETE FROM points_accrual",
    ),
    "points_redemption_returns_once": (
        "points_redemption",
        "UPDATE points_redemption SET returned = 0 WHERE returned > 0",
        "UPDATE points_redemption SET points = points + 100",
        "DELETE FROM points_redemption",
    ),
    "points_rewardorder_ends_once": (
        "points_rewardorder",
        "UPDATE points_rewardorder SET status = 'ordered', ended_at = NULL",
        "UPDATE points_rewardorder SET status = 'handed'",
        "DELETE FROM points_rewardorder",
    ),
    "points_receiptcode_claimed_once": (
        "points_receiptcode",
        "UPDATE points_receiptcode SET amount = amount + 1",
        "UPDATE points_receiptcode SET voided_at = NULL",
        "UPDATE points_receiptcode SET expires_at = expires_at + interval '1 year'",
    ),
    "points_accrualrefund_never_changed": (
        "points_accrualrefund",
        "UPDATE points_accrualrefund SET growth = 0",
        "DELETE FROM points_accrualrefund",
    ),
    "points_pointspolicy_never_changed": (
        "points_pointspolicy",
        "UPDATE points_pointspolicy SET earn_points = 100",
    ),
}
CONSTRAINTS = {
    "points_reward_stock_never_negative": "UPDATE points_reward SET stock = -1",
    "points_reward_costs_points": "UPDATE points_reward SET points = 0",
    "points_rewardorder_price_times_quantity": (
        "UPDATE points_rewardorder SET points_each = 1"
    ),
    "points_accrual_refunds_within_the_sale": (
        "UPDATE points_accrual SET refunded = amount + 1"
    ),
    "points_accrual_keeps_within_the_earned": (
        "UPDATE points_accrual SET points_kept = -1"
    ),
    "points_redemption_returns_within_the_spent": (
        "UPDATE points_redemption SET returned = points + 1"
    ),
    "points_earningrule_less_bought_earns_no_more": (
        "UPDATE points_earningrule SET factor = 500, least_amount = 100"
    ),
    "points_earningrule_adds_or_multiplies": (
        "UPDATE points_earningrule SET kind = 'base'"
    ),
    "points_taskdone_once": (
        "INSERT INTO points_taskdone (task_id, member_id, period, at, points, growth)"
        " SELECT task_id, member_id, period, at, points, growth FROM points_taskdone"
    ),
    "points_checkin_once_a_day": (
        "INSERT INTO points_checkin (member_id, day, streak)"
        " SELECT member_id, day, streak FROM points_checkin"
    ),
}


@pytest.fixture
def _something_of_everything() -> None:
    member = holding(1000)
    row = sale(member, 100_00)
    points_services.refund_accrual(
        accrual_id=row.pk, amount=50_00, by=an_act(), at=NOON, key="refund"
    )
    used = points_services.redeem(
        member_id=member.pk, points=200, bill=20_00, by=an_act(), at=NOON, key="spend"
    )
    points_services.return_redeemed(
        redemption_id=used.pk, points=100, by=an_act(), at=NOON, key="return"
    )
    ordered = points_services.order_reward(
        reward_id=RewardFactory.create(stock=1).pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key="order",
    )
    points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="test", by=an_act(), at=NOON
    )
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=100)],
        paid={Tender.MONEY: 100},
        by=an_act(),
        at=NOON,
        key="receipt",
    )
    points_services.void_receipt_code(receipt_id=receipt.row.pk, by=an_act(), at=NOON)
    points_services.complete_task(
        task_code=TaskFactory.create().code, member_id=member.pk, by=an_act(), at=NOON
    )
    points_services.check_in(member_id=member.pk, by=an_act(), at=NOON)
    RuleFactory.create()


def run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


@pytest.mark.usefixtures("_something_of_everything")
@pytest.mark.parametrize("guard", TRIGGERS)
def test_what_never_turns_back_is_refused_until_its_trigger_is_gone(guard: str) -> None:
    table, *attacks = TRIGGERS[guard]
    for attack in attacks:
        with pytest.raises(DatabaseError), transaction.atomic():
            run(attack)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
    assert run(attacks[0]) > 0


@pytest.mark.usefixtures("_something_of_everything")
@pytest.mark.parametrize("guard", CONSTRAINTS)
def test_what_is_never_true_is_refused_until_its_constraint_is_gone(guard: str) -> None:
    attack = CONSTRAINTS[guard]
    table = "_".join(guard.split("_")[:2])
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for trigger, (of, *_attacks) in TRIGGERS.items():
        if of == table:  # to see the constraint by itself
            run(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    for name in also_checked(table):
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        run(attack)
    run(f"ALTER TABLE {table} DROP CONSTRAINT {guard}")
    assert run(attack) > 0


def also_checked(table: str) -> list[str]:
    """Django's own checks of positive columns stand behind some of ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
            " AND contype = 'c' AND conname LIKE '%%\\_check'",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]
