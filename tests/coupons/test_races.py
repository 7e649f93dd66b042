"""Many at once, on real connections; and each guard taken out, seen to be missed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from coupons import services as coupons_services
from coupons.errors import (
    BatchAlreadyExported,
    CouponNotUsable,
    GiftGone,
    MemberLimitReached,
    QuotaUsedUp,
)
from coupons.models import (
    Coupon,
    CouponIssue,
    CouponUse,
    TemplateCount,
    TemplateMember,
)
from coupons.services import Redemption
from ledger import services as ledger_services
from tests.factories.coupons import TemplateFactory, by_task, issued, visit_pass
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.ledger.racing import (
    answers,
    execute,
    race,
    refusals,
    without_constraints,
)
from tests.rendezvous import MEET, prepare

pytestmark = pytest.mark.django_db(transaction=True)
REDEEM_LOCK = " FOR NO KEY UPDATE;  -- guard: coupons"
COMPARE = "IF v_known <> (SELECT count(DISTINCT g) FROM unnest(p_coupons) g) THEN"


@contextmanager
def altered(file: str, *changes: tuple[str, str]) -> Iterator[None]:
    """The functions of one file of `coupons/sql/` with some of their text replaced."""
    original = (Path(settings.BASE_DIR) / "coupons" / "sql" / file).read_text()
    text = original
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    prepare()
    execute(text)
    try:
        yield
    finally:
        execute(original)


def redeem(coupon: Coupon, number: int) -> list[int]:
    with transaction.atomic():
        return coupons_services.redeem_step(
            redemptions=[Redemption(coupon.pk, 1)],
            member_id=coupon.member_id,
            reference=f"sale:{number}",
            by=by_task(),
            at=NOON,
            key=f"sale:{number}",
        )


def test_one_coupon_at_twenty_tills_is_used_once() -> None:
    coupon = issued()

    outcomes = race(lambda number: redeem(coupon, number))

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {CouponNotUsable}
    assert CouponUse.objects.filter(act="redeemed").count() == 1


def test_one_sale_sent_twenty_times_at_once_uses_it_once() -> None:
    coupon = issued(visit_pass(5))

    outcomes = race(lambda _number: redeem(coupon, 1))

    assert len({tuple(found) for found in answers(outcomes)}) == 1
    assert refusals(outcomes) == []
    coupon.refresh_from_db()
    assert coupon.uses_left == 4


def test_a_pass_of_five_serves_five_of_twenty() -> None:
    coupon = issued(visit_pass(5))

    outcomes = race(lambda number: redeem(coupon, number))

    assert len(answers(outcomes)) == 5
    coupon.refresh_from_db()
    assert (coupon.status, coupon.uses_left) == ("redeemed", 0)


def test_without_lock_and_comparison_one_coupon_pays_many_sales() -> None:
    coupon = issued(visit_pass(5))
    pause = "  UPDATE coupons_coupon c\n     SET uses_left"
    slow = (pause, f"  {MEET}\n{pause}")
    no_lock = (REDEEM_LOCK, ";")
    lost = ("SET uses_left = c.uses_left - w.times", "SET uses_left = 4")

    with altered("redeem.sql", slow, no_lock):
        # The comparison behind the lock still counts each use.
        outcomes = race(lambda number: redeem(coupon, number), runners=8)
        assert len(answers(outcomes)) == 5
    coupon = issued(visit_pass(1))
    compare = ("AND c.status = 'issued' AND c.uses_left >= w.times;", ";")
    status = (
        "CASE WHEN c.uses_left = w.times THEN 'redeemed' ELSE c.status END",
        "c.status",
    )
    left = (lost[0], "SET uses_left = c.uses_left")
    with altered("redeem.sql", slow, no_lock, compare, status, left):
        outcomes = race(lambda number: redeem(coupon, 100 + number), runners=8)
        assert len(answers(outcomes)) == 8
        assert CouponUse.objects.filter(coupon=coupon).count() == 8


def test_two_sales_with_the_same_two_coupons_never_wait_in_a_circle() -> None:
    one = issued(visit_pass(40))
    two = issued(visit_pass(40))
    Coupon.objects.filter(pk=two.pk).update(member_id=one.member_id)

    def use(number: int) -> list[int]:
        both = [one.pk, two.pk] if number % 2 else [two.pk, one.pk]
        with transaction.atomic():
            return coupons_services.redeem_step(
                redemptions=[Redemption(pk) for pk in both],
                member_id=one.member_id,
                reference=f"sale:{number}",
                by=by_task(),
                at=NOON,
                key=f"sale:{number}",
            )

    assert refusals(race(use)) == []


@pytest.mark.long
def test_a_quota_of_a_hundred_by_five_hundred_claims() -> None:
    template = TemplateFactory.drawn(is_claimable=True, quota_total=100)
    members = [member.pk for member in MemberFactory.create_batch(500)]

    def claims(runner: int) -> int:
        won = 0
        for member in members[runner::20]:
            try:
                coupons_services.claim(
                    template_id=template.pk,
                    member_id=member,
                    by=by_task(),
                    at=NOON,
                    key=f"claim:{member}",
                )
            except QuotaUsedUp:
                continue
            won += 1
        return won

    outcomes = race(claims)

    assert sum(answers(outcomes)) == 100
    assert refusals(outcomes) == []
    assert TemplateCount.objects.get().issued == 100 == Coupon.objects.count()
    assert CouponIssue.objects.count() == 100
    assert ledger_services.prove_books().is_proven


def test_a_member_at_twenty_devices_claims_up_to_the_limit() -> None:
    template = TemplateFactory.drawn(is_claimable=True, per_member=3)
    member = MemberFactory.create()

    def claim(number: int) -> int:
        return coupons_services.claim(
            template_id=template.pk,
            member_id=member.pk,
            by=by_task(),
            at=NOON,
            key=f"claim:{number}",
        )

    outcomes = race(claim)

    assert len(answers(outcomes)) == 3 == Coupon.objects.count()
    assert {type(refusal) for refusal in refusals(outcomes)} == {MemberLimitReached}
    assert TemplateMember.objects.get().issued == 3


def test_without_the_counters_lock_the_table_itself_refuses_and_then_nothing_does() -> (
    None
):
    template = TemplateFactory.drawn(is_claimable=True, quota_total=2)
    members = [member.pk for member in MemberFactory.create_batch(8)]
    slow = (
        "  v_take := v_take - v_take % p_each;",
        f"  {MEET}\n  v_take := v_take - v_take % p_each;",
    )
    no_lock = (" FOR NO KEY UPDATE;  -- guard: quota", ";")

    def claim(number: int) -> int:
        return coupons_services.claim(
            template_id=template.pk,
            member_id=members[number],
            by=by_task(),
            at=NOON,
            key=f"claim:{number}",
        )

    with altered("issue.sql", slow, no_lock):
        outcomes = race(claim, runners=8)
        assert len(answers(outcomes)) == 2  # the CHECK is the last word
        with without_constraints(
            "coupons_templatecount", "coupons_templatecount_within_quota"
        ):
            TemplateCount.objects.update(issued=0)
            outcomes = race(lambda number: claim(number), runners=8)
            assert len(answers(outcomes)) > 2


def test_the_same_gift_sent_at_once_is_given_once() -> None:
    template, member = TemplateFactory.drawn(), MemberFactory.create()

    outcomes = race(
        lambda _number: (
            coupons_services.issue(
                template_id=template.pk,
                member_id=member.pk,
                by=by_task(),
                at=NOON,
                key="campaign:7",
                source="campaign",
            ).coupon_ids
        )
    )

    assert len(set(answers(outcomes))) == 1
    assert refusals(outcomes) == []
    assert Coupon.objects.count() == 1


def test_a_gift_is_taken_by_one_of_twenty_friends() -> None:
    coupon = issued(TemplateFactory.drawn(is_transferable=True))
    friends = [friend.pk for friend in MemberFactory.create_batch(20)]
    offer = coupons_services.offer(
        coupon_id=coupon.pk, member_id=coupon.member_id or 0, by=by_task(), at=NOON
    )

    outcomes = race(
        lambda number: coupons_services.accept(
            token=offer.token, member_id=friends[number], by=by_task(), at=NOON
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {GiftGone}


def test_a_batch_is_exported_to_one_of_many() -> None:
    batch = coupons_services.make_batch(
        template_id=TemplateFactory.drawn().pk,
        quantity=5,
        reason="flyers",
        by=by_task(),
        at=NOON,
        key="batch:1",
    )

    outcomes = race(
        lambda _number: coupons_services.export_batch(
            issue_id=batch, by=by_task(), at=NOON
        ),
        runners=6,
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {BatchAlreadyExported}
    assert Coupon.objects.count() == 5


def test_void_and_refund_at_once_give_a_use_back_once() -> None:
    coupon = issued(visit_pass(9))
    redeem(coupon, 1)

    def undo(number: int) -> int:
        step = (
            coupons_services.release_step
            if number % 2
            else lambda **facts: coupons_services.return_step(whole=True, **facts)
        )
        with transaction.atomic():
            return len(
                step(
                    reference="sale:1",
                    by=by_task(),
                    at=NOON + timedelta(hours=1),
                    key=f"undo:{number}",
                )
            )

    outcomes = race(undo)

    assert sum(answers(outcomes)) == 1
    assert refusals(outcomes) == []
    coupon.refresh_from_db()
    assert coupon.uses_left == 9


def test_many_workers_on_one_segment_share_it() -> None:
    members = MemberFactory.create_batch(40)
    template = TemplateFactory.drawn()

    outcomes = race(
        lambda _number: (
            coupons_services.issue_to_members(
                template_id=template.pk,
                audience=None,
                by=by_task(),
                at=NOON,
                key="segment:1",
                chunk=3,
            ).issued
        ),
        runners=6,
    )

    assert answers(outcomes) == [40] * 6
    holders = Coupon.objects.values_list("member_id", flat=True)
    assert sorted(pk for pk in holders if pk) == sorted(one.pk for one in members)
