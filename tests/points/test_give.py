"""Points without a sale: by hand within limits, with a second person, as a gift."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from common.errors import DomainError
from common.text import InvisibleText
from coupons.models import Coupon
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.models import Entry
from members import services as members_services
from members.models import Member
from points import services as points_services
from points import tasks as points_tasks
from points.errors import AmountRefused, MemberNotActive, ReasonMissing
from points.models import Accrual
from stores import services as stores_services
from stores.errors import ApprovalNeeded, ApprovalNotUsable, NotAllowed
from stores.models import AuditEvent
from tests.factories.coupons import TemplateFactory, gone
from tests.factories.ledger import NOON, an_act, everything
from tests.factories.members import MemberFactory, two_people
from tests.factories.points import (
    RewardFactory,
    StampProgrammeFactory,
    TaskFactory,
    a_key,
    a_policy,
    debt_of,
    growth_of,
    holding,
    pending_of,
    points_of,
    sale,
)
from tests.factories.stores import NOON as OPENED
from tests.factories.stores import ShiftFactory, UserFactory
from tests.factories.tiers import a_ladder
from tiers import selectors as tiers_selectors

pytestmark = pytest.mark.django_db


def test_within_the_limit_of_a_shift_one_gives_alone_and_above_it_nobody() -> None:
    shift = ShiftFactory.create()
    lead = UserFactory.holding("shift-lead", store=shift.store)
    by = stores_services.act(at=OPENED, staff=lead, shift=shift)
    member = MemberFactory.create()

    def give(points: int) -> Accrual:
        return points_services.grant_points(
            member_id=member.pk,
            points=points,
            reason="sorry for the wait",
            by=by,
            at=OPENED,
            key=a_key("hand"),
        )

    for _time in range(4):
        give(500)
    before = everything()
    for too_much in (501, 1):  # per act, and in the shift
        with pytest.raises(ApprovalNeeded):
            give(too_much)
    assert points_of(member) == 2000
    assert len(everything()) == len(before)
    assert AuditEvent.objects.filter(act="points.grant_points").count() == 4


def test_away_from_a_till_it_always_takes_a_second_person() -> None:
    shift = ShiftFactory.create()
    lead = UserFactory.holding("shift-lead", store=shift.store)
    by = stores_services.act(at=NOON, staff=lead, store=shift.store)
    member = MemberFactory.create()
    with pytest.raises(ApprovalNeeded):
        points_services.grant_points(
            member_id=member.pk, points=1, reason="x", by=by, at=NOON, key="alone"
        )
    assert points_of(member) == 0


def test_an_approval_serves_for_its_member_and_amount_only() -> None:
    shift = ShiftFactory.create()
    lead = UserFactory.holding("shift-lead", store=shift.store)
    manager = UserFactory.holding("store-manager", store=shift.store)
    member, other = MemberFactory.create(), MemberFactory.create()
    approval = stores_services.request_approval(
        act=points_services.GRANT,
        maker=lead,
        store=shift.store,
        amount=900,
        reason="spilt soup",
        at=NOON,
        subject=points_services.subject_of(member.pk),
    )
    stores_services.approve(
        approval=approval, checker=manager, secret="246810", at=NOON
    )
    by = stores_services.act(at=NOON, staff=lead, store=shift.store)

    def give(to: int, points: int) -> Accrual:
        return points_services.grant_points(
            member_id=to,
            points=points,
            reason="spilt soup",
            by=by,
            at=NOON,
            key=a_key("hand"),
            approval=approval,
        )

    for to, points in ((other.pk, 900), (member.pk, 901)):
        with pytest.raises(ApprovalNotUsable):
            give(to, points)
    given = give(member.pk, 900)
    assert given.points == 900
    # Who agreed is named where it counts: in the books, and in the log.
    assert Entry.objects.get(pk=str(given.entry_id)).approver_id == manager.pk
    logged = AuditEvent.objects.get(act=points_services.GRANT)
    assert (logged.staff_id, logged.approver_id) == (lead.pk, manager.pk)
    with pytest.raises(ApprovalNotUsable):
        give(member.pk, 900)
    assert (points_of(member), points_of(other)) == (900, 0)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"points": 0}, AmountRefused),
        ({"points": -5}, AmountRefused),
        ({"points": 10**30}, AmountRefused),
        ({"points": 5, "growth": -5}, AmountRefused),
        ({"points": 5, "reason": "  "}, ReasonMissing),
        ({"points": 5, "reason": "a\x00b"}, ReasonMissing),
        ({"points": 5, "reason": "\u202e=1+1"}, InvisibleText),
        ({"points": 5, "member_id": 2**31 - 1}, MemberNotActive),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_gives_nothing(
    asked: dict[str, object], refusal: type[DomainError]
) -> None:
    member = MemberFactory.create()
    before = everything()
    with pytest.raises(refusal) as told:
        points_services.grant_points(
            **{  # type: ignore[arg-type]  # a test's shorthand
                "member_id": member.pk,
                "reason": "🍜 " + "x" * 300,
                "by": an_act(),
                "at": NOON,
                "key": "bad",
                **asked,
            }
        )
    assert str(told.value)
    assert everything() == before


def test_a_cashier_gives_nothing_by_hand() -> None:
    shift = ShiftFactory.create()
    cashier = UserFactory.holding("cashier", store=shift.store)
    member = MemberFactory.create()
    with pytest.raises(NotAllowed):
        points_services.grant_points(
            member_id=member.pk,
            points=1,
            reason="x",
            by=stores_services.act(at=OPENED, staff=cashier, shift=shift),
            at=OPENED,
            key="no",
        )
    assert points_of(member) == 0


def test_growth_value_raises_the_tier_at_once_and_the_tier_multiplies_points() -> None:
    silver, _gold, _black = a_ladder()
    type(silver).objects.filter(pk=silver.pk).update(points_per_mille=1500)
    member = MemberFactory.create()
    assert sale(member, 100_00).points == 100

    points_services.grant_growth_step(
        member_id=member.pk, amount=900, by=an_act(), at=NOON, key="growth"
    )

    assert growth_of(member) == 1000
    assert tiers_selectors.standing(member.pk, at=NOON).tier == silver
    row = sale(member, 100_00)
    assert (row.points, row.growth) == (150, 100)
    points_services.refund_accrual(
        accrual_id=row.pk, amount=100_00, by=an_act(), at=NOON, key="refund"
    )
    assert tiers_selectors.standing(member.pk, at=NOON).tier == silver


def test_a_top_up_gives_what_its_plan_and_the_policy_say_and_is_clawed_back() -> None:
    a_policy(growth_top_up=1, growth_top_up_per=10_00)
    member = MemberFactory.create()
    for _time in range(2):
        points_services.reward_top_up_step(
            member_id=member.pk,
            paid=305_00,
            points=50,
            by=an_act(),
            at=NOON,
            key="top-up",
        )
    assert (points_of(member), growth_of(member)) == (50, 30)
    points_services.claw_back_step(gift_key="top-up", by=an_act(), at=NOON, key="back")
    assert (points_of(member), growth_of(member)) == (0, 0)


def test_a_gift_may_say_itself_until_when_it_lives() -> None:
    until = NOON + timedelta(days=3)
    member = holding(10, live_until=until)
    assert Accrual.objects.get(member=member).expires_at == until


def test_rewards_cards_and_tasks_give_coupons_in_the_same_transaction() -> None:
    template = TemplateFactory.drawn()
    member = holding(1000)
    points_services.order_reward(
        reward_id=RewardFactory.create(kind="coupon", coupon=template).pk,
        member_id=member.pk,
        quantity=2,
        by=an_act(),
        at=NOON,
        key="order",
    )
    card = StampProgrammeFactory.create(stamps=1, points=0, coupon=template)
    points_services.give_stamps(
        programme_code=card.code,
        member_id=member.pk,
        amount=1,
        by=an_act(),
        at=NOON,
        key="stamp",
    )
    task = TaskFactory.create(points=0, coupon=template)
    points_services.complete_task(
        task_code=task.code, member_id=member.pk, by=an_act(), at=NOON
    )
    sources = Coupon.objects.filter(member=member).values_list(
        "issue__source", flat=True
    )
    assert sorted(sources) == ["campaign", "points", "points", "stamps"]
    assert points_of(member) == 0


def test_a_coupon_that_is_used_up_leaves_the_points_where_they_were() -> None:
    template = TemplateFactory.drawn(quota_total=1)
    reward = RewardFactory.create(kind="coupon", coupon=template, stock=5)
    member = holding(1000)
    with pytest.raises(DomainError):
        points_services.order_reward(
            reward_id=reward.pk,
            member_id=member.pk,
            quantity=2,
            by=an_act(),
            at=NOON,
            key="order",
        )
    reward.refresh_from_db()
    assert (points_of(member), reward.stock) == (1000, 5)
    assert not Coupon.objects.exists()


def test_a_real_merge_brings_points_pending_and_debts_together() -> None:
    source, target = MemberFactory.create(), holding(500)
    row = sale(source, 200_00)
    points_services.redeem(
        member_id=source.pk, points=200, bill=99_00, by=an_act(), at=NOON, key="spend"
    )
    points_services.refund_accrual(
        accrual_id=row.pk, amount=100_00, by=an_act(), at=NOON, key="refund"
    )
    a_policy(pending_days=7)
    sale(source, 300_00)
    assert (debt_of(source), pending_of(source)) == (0, 200)

    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key="m")
    )

    assert (points_of(target), pending_of(target)) == (500, 200)
    due = NOON + timedelta(days=7)
    points_services.release_due(at=due, by=an_act())
    assert (points_of(target), pending_of(target)) == (700, 0)


def test_the_tasks_of_the_clock_run() -> None:
    assert points_tasks.release_due_points() == 0
    assert points_tasks.cancel_overdue_rewards() == 0


def test_gifts_to_many_are_what_each_would_have_got_alone() -> None:
    one, two = MemberFactory.create_batch(2)
    owing = owing_thirty()
    facts: dict[str, Any] = {
        "points": 50,
        "by": an_act(),
        "at": NOON,
        "reference": "campaign:1",
    }

    points_services.grant_points_to_many_step(
        keys={one.pk: "many:1", owing.pk: "many:2"}, **facts
    )
    points_services.grant_points_step(member_id=two.pk, key="alone", **facts)

    told = Accrual.objects.filter(reference="campaign:1")
    same = ["source", "points", "points_kept", "expires_at", "business_date", "policy"]
    assert told.values(*same).distinct().count() == 1
    by_member = {row.member_id: row for row in told}
    assert [by_member[m.pk].debt_paid for m in (one, two, owing)] == [0, 0, 30]
    assert debt_of(owing) == 0
    assert (points_of(one), points_of(two)) == (50, 50)
    lots = [row.lot_posting for row in by_member.values()]
    assert None not in lots
    assert ledger_services.prove_books().is_proven
    for row in by_member.values():
        assert_taken_back(row)


def owing_thirty() -> Member:
    """Bought, spent the points, and brought a part back."""
    member = MemberFactory.create()
    row = sale(member, 100_00)
    facts: dict[str, Any] = {"by": an_act(), "at": NOON}
    points_services.redeem(
        member_id=member.pk, points=100, bill=10**6, key=a_key("spend"), **facts
    )
    points_services.refund_accrual(
        accrual_id=row.pk, amount=30_00, key=a_key("refund"), **facts
    )
    return member


def assert_taken_back(row: Accrual) -> None:
    back = points_services.claw_back_step(
        gift_key=row.key, by=an_act(), at=NOON, key=f"{row.key}:back"
    )
    assert back.points == 50


def test_gifts_to_many_under_the_same_keys_are_given_once() -> None:
    members = MemberFactory.create_batch(3)
    keys = {member.pk: f"many:{member.pk}" for member in members}
    facts: dict[str, Any] = {"by": an_act(), "at": NOON}
    for _time in range(2):
        points_services.grant_points_to_many_step(keys=keys, points=50, **facts)
    assert [points_of(member) for member in members] == [50, 50, 50]
    before = everything()
    with pytest.raises(IdempotencyConflict), transaction.atomic():
        points_services.grant_points_to_many_step(keys=keys, points=60, **facts)
    assert everything() == before


def test_of_many_one_who_is_gone_is_named_and_nobody_gets_anything() -> None:
    here, left = MemberFactory.create(), gone()
    before = everything()
    with pytest.raises(MemberNotActive), transaction.atomic():
        points_services.grant_points_to_many_step(
            keys={here.pk: "a", left.pk: "b"}, points=50, by=an_act(), at=NOON
        )
    assert everything() == before


def test_gifts_to_many_take_as_many_statements_as_to_few() -> None:
    def statements(count: int) -> int:
        members = MemberFactory.create_batch(count)
        keys = {member.pk: a_key("many") for member in members}
        with CaptureQueriesContext(connection) as asked:
            points_services.grant_points_to_many_step(
                keys=keys, points=50, by=an_act(), at=NOON
            )
        return len(asked)

    statements(1)
    assert statements(3) == statements(30)
