"""Many at once, on real connections: exact counts, and a race seen without its lock."""

from importlib import import_module
from typing import Any
from unittest import mock

import pytest

from ledger import services as ledger_services
from ledger.kinds import AccountKind
from points import services as points_services
from points.errors import CodeRefused, LimitReached, NotEnoughPoints, OutOfStock
from points.models import (
    Accrual,
    CodeTries,
    Reward,
    RewardOrder,
    RewardTaken,
    StampDay,
    TaskDone,
)
from points.services import holding as points_holding
from points.services.facts import facts_of
from tests import rendezvous
from tests.factories.ledger import NOON, an_act, house, points_unit
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RewardFactory,
    StampProgrammeFactory,
    TaskFactory,
    a_policy,
    debt_of,
    holding,
    pending_of,
    points_of,
    sale,
)
from tests.ledger.racing import RUNNERS, answers, one_in_the_other, race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(outcomes: list[Any]) -> set[type[Exception]]:
    return {type(refusal) for refusal in refusals(outcomes)}


def test_twenty_tills_spend_the_same_points_once() -> None:
    """An unlocked read-modify-write of points paid many bills with the same ones."""
    member = holding(500)

    outcomes = race(
        lambda number: points_services.redeem(
            member_id=member.pk,
            points=200,
            bill=99_00,
            by=an_act(),
            at=NOON,
            key=f"spend:{number}",
        )
    )

    assert len(answers(outcomes)) == 2
    assert kinds(outcomes) == {NotEnoughPoints}
    assert points_of(member) == 100
    assert ledger_services.prove_books().is_proven


def test_the_cap_of_a_day_holds_for_sales_of_the_same_moment_only_by_the_lock() -> None:
    a_policy(most_per_day=150)

    def sell(member: Any) -> int:
        outcomes = race(
            lambda number: sale(member, 100_00, key=f"sale:{member.pk}:{number}"),
            runners=8,
        )
        assert len(answers(outcomes)) == 8
        return points_of(member)

    guarded, bare = MemberFactory.create(), MemberFactory.create()
    for member in (guarded, bare):  # what is opened once is there
        points_holding.holding_of(member.pk)
    points_holding.granted(an_act(), "points")
    points_holding.granted(an_act(), "growth")
    assert sell(guarded) == 150

    accrue = import_module("points.services.accrue")
    nothing = points_holding.Held(0, 0, 0, 0)

    def read_by_all(*facts: Any, **more: Any) -> Any:
        found = facts_of(*facts, **more)
        rendezvous.meet()
        return found

    with (
        mock.patch.object(accrue, "lock", return_value=nothing),
        mock.patch.object(accrue, "facts_of", read_by_all),
    ):
        assert sell(bare) == 8 * 100


def test_stock_is_never_sold_twice() -> None:
    reward = RewardFactory.create(stock=3)
    members = [holding(500) for _ in range(RUNNERS)]

    def order(number: int, of: Reward) -> object:
        return points_services.order_reward(
            reward_id=of.pk,
            member_id=members[number].pk,
            by=an_act(),
            at=NOON,
            key=f"order:{of.pk}:{number}",
        )

    outcomes = race(lambda number: order(number, reward))

    assert len(answers(outcomes)) == 3
    assert kinds(outcomes) == {OutOfStock}
    reward.refresh_from_db()
    assert reward.stock == 0
    assert RewardOrder.objects.count() == 3
    left = [points_of(member) for member in members]
    assert sorted(left) == [0] * 3 + [500] * (RUNNERS - 3)


def test_the_limit_of_a_member_holds_for_orders_of_the_same_moment() -> None:
    reward, member = RewardFactory.create(most_per_member=2), holding(50_000)

    outcomes = race(
        lambda number: points_services.order_reward(
            reward_id=reward.pk,
            member_id=member.pk,
            by=an_act(),
            at=NOON,
            key=f"order:{number}",
        )
    )

    assert len(answers(outcomes)) == 2
    assert kinds(outcomes) == {LimitReached}
    assert RewardTaken.objects.get().taken == 2
    assert points_of(member) == 49_000


def test_a_reward_is_handed_over_or_cancelled_never_both() -> None:
    member = holding(500)
    ordered = points_services.order_reward(
        reward_id=RewardFactory.create().pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key="order",
    )

    def end(number: int) -> object:
        if number % 2:
            return points_services.hand_over_reward(
                code=ordered.code, by=an_act(actor=f"key:{number}"), at=NOON
            )
        return points_services.cancel_reward_order(
            order_id=ordered.order.pk, reason="race", by=an_act(), at=NOON
        )

    outcomes = race(end, runners=8)

    assert len(answers(outcomes)) == 1
    order = RewardOrder.objects.get()
    assert points_of(member) == (500 if order.status == "cancelled" else 0)


def test_a_receipt_code_is_claimed_once() -> None:
    from points.earning import Bought, Tender

    members = [MemberFactory.create() for _ in range(RUNNERS)]
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=100_00)],
        paid={Tender.MONEY: 100_00},
        by=an_act(),
        at=NOON,
        key="bill",
    )

    outcomes = race(
        lambda number: points_services.claim_receipt(
            code=receipt.code,
            member_id=members[number].pk,
            by=an_act(actor=f"member:{members[number].pk}"),
            at=NOON,
        )
    )

    assert len(answers(outcomes)) == 1
    assert kinds(outcomes) == {CodeRefused}
    assert sorted(points_of(member) for member in members)[-2:] == [0, 100]
    assert Accrual.objects.count() == 1


def test_guesses_sent_at_once_are_counted_one_by_one() -> None:
    member = MemberFactory.create()
    outcomes = race(
        lambda number: points_services.claim_receipt(
            code=f"{number:010}", member_id=member.pk, by=an_act(), at=NOON
        ),
        runners=12,
    )
    assert not answers(outcomes)
    codes = sorted(getattr(refusal, "code", "?") for refusal in refusals(outcomes))
    assert codes == ["points_code_refused"] * 5 + ["points_codes_locked"] * 7
    assert CodeTries.objects.get().failures == 5


@pytest.mark.parametrize("is_spent_first", [True, False], ids=["spend", "refund"])
def test_a_refund_and_a_spend_of_the_same_moment_leave_nobody_richer(
    *, is_spent_first: bool
) -> None:
    member = MemberFactory.create()
    row = sale(member, 500_00)

    def pay() -> object:
        return points_services.redeem(
            member_id=member.pk,
            points=500,
            bill=990_00,
            by=an_act(),
            at=NOON,
            key="spend",
        )

    def refund() -> object:
        return points_services.refund_accrual(
            accrual_id=row.pk, amount=500_00, by=an_act(), at=NOON, key="back"
        )

    acts = (pay, refund) if is_spent_first else (refund, pay)
    outcomes = one_in_the_other(*acts)

    refused = {type(outcome) for outcome in outcomes} & {NotEnoughPoints}
    assert refused == (set() if is_spent_first else {NotEnoughPoints})
    row.refresh_from_db()
    assert (row.refunded, row.points_kept) == (500_00, 0)
    assert points_of(member) - debt_of(member) == (-500 if is_spent_first else 0)
    assert ledger_services.prove_books().is_proven


def test_refunds_of_the_same_moment_never_pass_the_sale() -> None:
    member = MemberFactory.create()
    row = sale(member, 100_00)
    outcomes = race(
        lambda number: points_services.refund_accrual(
            accrual_id=row.pk, amount=30_00, by=an_act(), at=NOON, key=f"back:{number}"
        )
    )
    assert len(answers(outcomes)) == 3
    assert points_of(member) == 10


def test_a_task_is_given_once_and_a_day_s_stamps_are_capped() -> None:
    member = MemberFactory.create()
    task, card = TaskFactory.create(), StampProgrammeFactory.create(most_per_day=3)
    house(AccountKind.GRANTED, unit_id=points_unit(), slot="")

    def act(number: int) -> object:
        if number % 2:
            return points_services.complete_task(
                task_code=task.code, member_id=member.pk, by=an_act(), at=NOON
            )
        return points_services.give_stamps(
            programme_code=card.code,
            member_id=member.pk,
            amount=1,
            by=an_act(),
            at=NOON,
            key=f"stamp:{number}",
        )

    outcomes = race(act)

    assert not refusals(outcomes)
    assert (points_of(member), TaskDone.objects.count()) == (50, 1)
    assert StampDay.objects.get().stamps == 3


def test_the_sweep_and_a_spend_release_the_same_points_once() -> None:
    a_policy(pending_days=1)
    member = MemberFactory.create()
    for _time in range(3):
        sale(member, 100_00)
    due = NOON.replace(day=NOON.day + 1)

    def act(number: int) -> object:
        if number % 2:
            return points_services.release_due(at=due, by=an_act())
        return points_services.redeem(
            member_id=member.pk,
            points=100,
            bill=99_00,
            by=an_act(),
            at=due,
            key=f"spend:{number}",
        )

    outcomes = race(act, runners=10)

    spent = [one for one in answers(outcomes) if type(one).__name__ == "Redemption"]
    assert len(spent) == 3
    assert kinds(outcomes) == {NotEnoughPoints}
    assert (points_of(member), pending_of(member)) == (0, 0)
    assert ledger_services.prove_books().is_proven
