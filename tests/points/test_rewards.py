"""Rewards: ordered at their price, picked up with their code, or cancelled."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from common.errors import DomainError
from ledger import services as ledger_services
from points import services as points_services
from points.errors import (
    AmountRefused,
    CodeRefused,
    CodesLocked,
    LimitReached,
    NotEnoughPoints,
    NotOffered,
    OrderEnded,
    OrderTooLate,
    OutOfStock,
    RuleRefused,
    TenderMissing,
)
from points.models import CodeTries, Reward, RewardOrder, RewardTaken
from stores.errors import NotAllowed
from tests.factories.ledger import NOON, an_act, everything
from tests.factories.points import (
    RewardFactory,
    a_key,
    debt_of,
    holding,
    points_of,
    sale,
    usable_of,
)
from tests.factories.stores import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def order(member: object, reward: Reward, **facts: object) -> points_services.Ordered:
    return points_services.order_reward(
        **{
            "reward_id": reward.pk,
            "member_id": member.pk,  # type: ignore[attr-defined]  # a member
            "by": an_act(),
            "at": NOON,
            "key": a_key("order"),
            **facts,
        }
    )


def hand_over(code: str, **facts: object) -> RewardOrder:
    return points_services.hand_over_reward(
        **{"code": code, "by": an_act(), "at": NOON, **facts}  # type: ignore[arg-type]
    )


def test_a_reward_costs_its_points_and_is_handed_over_once() -> None:
    member = holding(600)
    ordered = order(member, RewardFactory.create(stock=3))

    assert (points_of(member), ordered.order.status) == (100, "ordered")
    assert ordered.code.replace("-", "") not in str(RewardOrder.objects.values())
    typed = f" {ordered.code.lower()} "
    assert hand_over(typed).status == "handed"
    with pytest.raises(CodeRefused):
        hand_over(ordered.code)
    assert Reward.objects.get().stock == 2


def test_the_price_is_times_the_quantity_whatever_a_client_chooses() -> None:
    """A quantity that was charged once gave nine mugs away."""
    member = holding(5000)
    reward = RewardFactory.create(stock=10)

    ordered = order(member, reward, quantity=9)

    assert (ordered.order.points, points_of(member)) == (4500, 500)
    reward.refresh_from_db()
    assert reward.stock == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        RewardOrder.objects.filter(pk=ordered.order.pk).update(points=500)


@pytest.mark.parametrize(
    ("changes", "quantity", "refusal"),
    [
        ({"is_active": False}, 1, NotOffered),
        ({"starts_at": NOON + timedelta(seconds=1)}, 1, NotOffered),
        ({"ends_at": NOON}, 1, NotOffered),
        ({"stock": 1}, 2, OutOfStock),
        ({"most_per_member": 1}, 2, LimitReached),
        ({"points": 1001}, 1, NotEnoughPoints),
        ({"money": 5_00}, 1, TenderMissing),
        ({}, 0, AmountRefused),
        ({}, -1, AmountRefused),
        ({}, 10**9, AmountRefused),
    ],
)
def test_what_is_refused_changes_nothing(
    changes: dict[str, object], quantity: int, refusal: type[DomainError]
) -> None:
    member = holding(1000)
    reward = RewardFactory.create(**changes)
    before = everything()

    with pytest.raises(refusal), transaction.atomic():
        order(member, reward, quantity=quantity)

    assert points_of(member) == 1000
    assert [row for row in everything() if row[0] == "entry"] == [
        row for row in before if row[0] == "entry"
    ]
    assert not RewardOrder.objects.exists()
    reward.refresh_from_db()
    assert reward.stock == changes.get("stock")


def test_points_and_money_are_paid_together_and_come_back_together() -> None:
    member, store = holding(600), StoreFactory.create()
    by = an_act(store_id=store.pk)
    reward = RewardFactory.create(money=9_90, most_per_member=1)
    ordered = order(member, reward, tender="wechat", by=by)
    assert (ordered.order.money, points_of(member)) == (9_90, 100)

    points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="broken", by=by, at=NOON
    )

    assert points_of(member) == 600
    assert RewardTaken.objects.get().taken == 0
    with pytest.raises(OrderEnded):
        points_services.cancel_reward_order(
            order_id=ordered.order.pk, reason="again", by=by, at=NOON
        )
    with pytest.raises(CodeRefused):
        hand_over(ordered.code)
    assert points_of(member) == 600
    assert ledger_services.prove_books().is_proven


def test_a_slip_sent_twice_is_one_order_and_the_same_code() -> None:
    member, reward = holding(600), RewardFactory.create()
    first = order(member, reward, key="slip")
    again = order(member, reward, key="slip")
    assert again == first
    assert points_of(member) == 100
    with pytest.raises(DomainError, match="other contents"):
        order(member, reward, key="slip", quantity=2)


def test_a_donation_is_done_at_once_and_not_cancelled() -> None:
    member = holding(600)
    ordered = order(member, RewardFactory.create(kind="donation"))
    assert (ordered.code, ordered.order.status) == ("", "handed")
    with pytest.raises(OrderEnded):
        points_services.cancel_reward_order(
            order_id=ordered.order.pk, reason="regret", by=an_act(), at=NOON
        )
    assert points_of(member) == 100


def test_five_wrong_codes_make_one_wait_even_with_the_right_one() -> None:
    member = holding(600)
    ordered = order(member, RewardFactory.create())
    wrong = "00000-00000"
    for _try in range(5):
        with pytest.raises(CodeRefused):
            hand_over(wrong)
    with pytest.raises(CodesLocked):
        hand_over(ordered.code, at=NOON + timedelta(minutes=14))
    assert CodeTries.objects.get().failures == 5
    assert hand_over(ordered.code, at=NOON + timedelta(minutes=15)).ended_at


@pytest.mark.parametrize("code", ["", "\x00", "🍜" * 90, "‮12345", "O" * 200, "١٢٣٤٥"])
def test_a_code_of_nonsense_is_refused_in_a_sentence(code: str) -> None:
    with pytest.raises(CodeRefused):
        hand_over(code)


def test_what_is_not_picked_up_in_time_is_cancelled_and_its_points_return() -> None:
    member = holding(600)
    ordered = order(member, RewardFactory.create(stock=1, pick_up_days=3))
    late = NOON + timedelta(days=3)
    with pytest.raises(OrderTooLate):
        hand_over(ordered.code, at=late)

    cancelled = points_services.cancel_overdue(at=late, by=an_act(), reason="overdue")

    assert (cancelled, points_of(member)) == (1, 600)
    assert Reward.objects.get().stock == 1


def test_points_of_a_cancelled_order_live_seven_days_and_pay_debts() -> None:
    member = holding(500)
    ordered = order(member, RewardFactory.create())
    row = sale(member, 200_00)
    points_services.redeem(
        member_id=member.pk, points=200, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    points_services.refund_accrual(
        accrual_id=row.pk, amount=200_00, by=an_act(), at=NOON, key="refund"
    )
    assert debt_of(member) == 200
    late = NOON + timedelta(days=800)

    points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="gone", by=an_act(), at=late
    )

    assert (debt_of(member), usable_of(member, late)) == (0, 300)
    assert usable_of(member, late + timedelta(days=7)) == 0


def test_an_order_ends_once_whoever_writes() -> None:
    ordered = order(holding(600), RewardFactory.create())
    hand_over(ordered.code)
    for change in ({"status": "ordered", "ended_at": None}, {"status": "cancelled"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RewardOrder.objects.filter(pk=ordered.order.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RewardOrder.objects.filter(pk=ordered.order.pk)._raw_delete("default")


def test_saving_a_reward_does_not_write_over_what_was_ordered_meanwhile() -> None:
    office = UserFactory.holding("marketing")
    reward = RewardFactory.create(stock=10)
    on_screen = Reward.objects.get(pk=reward.pk)
    order(holding(500), reward)

    on_screen.name = "A better mug"
    points_services.save_setting(row=on_screen, by=office, at=NOON)
    reward.refresh_from_db()
    assert (reward.stock, reward.name) == (9, "A better mug")

    points_services.restock(reward_id=reward.pk, change=-4, by=office, at=NOON)
    with pytest.raises(OutOfStock):
        points_services.restock(reward_id=reward.pk, change=-6, by=office, at=NOON)
    reward.refresh_from_db()
    assert reward.stock == 5
    on_screen.code = "another"
    with pytest.raises(RuleRefused):
        points_services.save_setting(row=on_screen, by=office, at=NOON)
    with pytest.raises(NotAllowed):
        points_services.save_setting(
            row=on_screen, by=UserFactory.holding("cashier"), at=NOON
        )
    assert reward.history.count() == 2
