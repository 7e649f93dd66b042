"""Merging, exporting and erasing reach what points keep about a member."""

import pytest

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Line
from members.models import Member
from points import services as points_services
from points.models import CheckIn, RewardTaken, TaskDone
from points.parts import PointsPart
from tests.factories.ledger import NOON, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import (
    RewardFactory,
    TaskFactory,
    debt_of,
    growth_of,
    holding,
    points_of,
    sale,
)

pytestmark = pytest.mark.django_db


def move(source: Member, target: Member) -> None:
    """As a merge does: the value by an entry, then each app's part."""
    from points.services.holding import holding_of

    theirs, ours = holding_of(source.pk), holding_of(target.pk)
    lines = []
    for lot in ledger_selectors.open_lots(account_id=theirs.points):
        lines.append(
            Line(
                debit_id=theirs.points,
                credit_id=ours.points,
                amount=lot.remaining,
                expires_at=lot.expires_at,
                lot_id=lot.lot_id,
            )
        )
    for lot in ledger_selectors.open_lots(account_id=theirs.growth):
        lines.append(
            Line(
                debit_id=theirs.growth,
                credit_id=ours.growth,
                amount=lot.remaining,
                expires_at=lot.expires_at,
                lot_id=lot.lot_id,
            )
        )
    owed = debt_of(source)
    if owed:
        lines.append(Line(debit_id=ours.debt, credit_id=theirs.debt, amount=owed))
    if lines:
        ledger_services.post_entry(
            kind=EntryKind.TRANSFER, key="merge", at=NOON, act=an_act(), lines=lines
        )
    PointsPart().move(
        source_id=source.pk, target_id=target.pk, by=an_act(), at=NOON, key="merge:p"
    )


def test_a_sale_of_the_merged_is_refunded_from_the_one_who_is_left() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    row = sale(source, 100_00)
    move(source, target)

    back = points_services.refund_accrual(
        accrual_id=row.pk, amount=60_00, by=an_act(), at=NOON, key="refund"
    )

    assert (back.from_others, back.debt) == (60, 0)
    assert (points_of(target), growth_of(target)) == (40, 40)


def test_the_debt_of_one_is_paid_with_the_points_of_the_other() -> None:
    source, target = MemberFactory.create(), holding(500)
    row = sale(source, 200_00)
    points_services.redeem(
        member_id=source.pk, points=200, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    points_services.refund_accrual(
        accrual_id=row.pk, amount=200_00, by=an_act(), at=NOON, key="refund"
    )
    move(source, target)
    assert (points_of(target), debt_of(target)) == (300, 0)
    assert ledger_services.prove_books().is_proven


def test_what_both_have_done_counts_once_and_limits_add_up() -> None:
    source, target = holding(500), holding(500)
    task, reward = TaskFactory.create(), RewardFactory.create(most_per_member=2)
    for member in (source, target):
        points_services.complete_task(
            task_code=task.code, member_id=member.pk, by=an_act(), at=NOON
        )
        points_services.check_in(member_id=member.pk, by=an_act(), at=NOON)
        points_services.order_reward(
            reward_id=reward.pk,
            member_id=member.pk,
            by=an_act(),
            at=NOON,
            key=f"order {member.pk}",
        )
    move(source, target)

    assert TaskDone.objects.filter(member=target).count() == 1
    assert CheckIn.objects.filter(member=target).count() == 1
    taken = RewardTaken.objects.filter(reward=reward, member=target).get().taken
    assert taken == 2
    again = points_services.complete_task(
        task_code=task.code, member_id=target.pk, by=an_act(), at=NOON
    )
    assert not again.is_new


def test_everything_is_exported_and_a_waiting_reward_holds_up_erasing() -> None:
    member = holding(700)
    sale(member, 100_00)
    points_services.order_reward(
        reward_id=RewardFactory.create().pk,
        member_id=member.pk,
        by=an_act(),
        at=NOON,
        key="order",
    )
    part = PointsPart()
    exported = part.export(member_id=member.pk)
    assert [row["points"] for row in exported["points_earned"]] == [700, 100]
    assert exported["rewards"][0]["points"] == 500
    assert "code" not in str(exported)
    assert len(part.held(member_id=member.pk, at=NOON)) == 1
    assert part.held(member_id=MemberFactory.create().pk, at=NOON) == []
