"""What was paid before a merge comes back after it: value follows to who is left."""

from datetime import timedelta

import pytest
from django.db import transaction

from coupons import services as coupons_services
from coupons.kinds import CouponKind, CouponStatus
from coupons.models import Coupon
from coupons.services import Redemption
from gift_cards import services as gift_cards_services
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from members import services as members_services
from members.models import Member
from points import services as points_services
from points.models import RewardOrder
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.errors import BeneficiaryRefused
from tests.factories import gift_cards, points, stored_value
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.ledger import an_act, balance, everything
from tests.factories.members import MemberFactory, account_of, own_card, two_people
from tests.factories.points import RewardFactory, a_policy, holding, points_of, sale
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def merge(source: Member, target: Member) -> None:
    members_services.merge(
        source_id=source.pk, target_id=target.pk, by=two_people(key=f"m{source.pk}")
    )
    assert ledger_services.prove_books().failing == {}


def redeemed(member: Member) -> int:
    row = points_services.redeem(
        member_id=member.pk,
        points=300,
        bill=99_00,
        by=an_act(),
        at=NOON,
        key=f"spend {member.pk}",
    )
    return row.pk


def test_spent_points_come_back_to_the_survivor_in_parts() -> None:
    source, target = holding(500, at=NOON), holding(40, at=NOON)
    row_id = redeemed(source)
    points_services.return_redeemed(
        redemption_id=row_id, points=100, by=an_act(), at=NOON, key="before"
    )
    merge(source, target)
    assert points_of(target) == 340

    for number, part in enumerate((50, 150)):
        points_services.return_redeemed(
            redemption_id=row_id, points=part, by=an_act(), at=NOON, key=f"{number}"
        )

    assert points_of(target) == 540
    assert ledger_services.prove_books().failing == {}


def test_points_that_come_back_pay_the_survivors_debt_first() -> None:
    source, target = holding(300, at=NOON), MemberFactory.create()
    row_id = redeemed(source)
    owed = sale(target, 200_00, at=NOON)
    points_services.redeem(
        member_id=target.pk, points=200, bill=99_00, by=an_act(), at=NOON, key="all"
    )
    points_services.refund_accrual(
        accrual_id=owed.pk, amount=200_00, by=an_act(), at=NOON, key="owed"
    )
    merge(source, target)
    points_services.return_redeemed(
        redemption_id=row_id, points=300, by=an_act(), at=NOON, key="back"
    )
    assert (points_of(target), points.debt_of(target)) == (100, 0)


def test_earned_points_pending_and_not_are_taken_from_the_survivor() -> None:
    source, target = MemberFactory.create(), holding(10, at=NOON)
    plain = sale(source, 100_00, at=NOON)
    a_policy(pending_days=7)
    pending = sale(source, 100_00, at=NOON)
    merge(source, target)

    for row in (plain, pending):
        points_services.refund_accrual(
            accrual_id=row.pk, amount=50_00, by=an_act(), at=NOON, key=f"r{row.pk}"
        )

    assert (points_of(target), points.pending_of(target)) == (60, 50)
    assert ledger_services.prove_books().failing == {}


def test_a_reward_that_nobody_fetched_gives_its_points_to_the_survivor() -> None:
    source, target = holding(500, at=NOON), MemberFactory.create()
    reward = RewardFactory.create(stock=3, most_per_member=1)
    ordered = points_services.order_reward(
        reward_id=reward.pk, member_id=source.pk, by=an_act(), at=NOON, key="mug"
    )
    merge(source, target)

    points_services.cancel_reward_order(
        order_id=ordered.order.pk, reason="broken", by=an_act(), at=NOON
    )

    assert points_of(target) == 500
    assert RewardOrder.objects.get().status == RewardOrder.Status.CANCELLED
    assert ledger_services.prove_books().failing == {}


def wallet(member: Member) -> tuple[int, int]:
    found = ledger_selectors.accounts_held(holder_kind="member", holder_id=member.pk)
    held = {account.kind: account.balance for account in found if not account.slot}
    return held.get("principal", 0), held.get("bonus", 0)


def test_a_payment_from_the_wallet_comes_back_to_the_survivor() -> None:
    holder, _top_up = stored_value.holding(300_00, 50_00)
    source, target = Member.objects.get(pk=holder.id), MemberFactory.create()
    paid = stored_value.spend(holder, 140_00)
    merge(source, target)

    for number, amount in enumerate((40_00, None)):
        stored_value_services.refund_spend(
            entry_id=paid.entry_id,
            amount=amount,
            reason="cold",
            by=stored_value.at_store(),
            at=NOON,
            key=f"back {number}",
        )

    assert wallet(target) == (300_00, 50_00)
    assert wallet(source) == (0, 0)
    assert ledger_services.prove_books().failing == {}


def test_what_was_captured_from_a_hold_comes_back_to_the_survivors_wallet() -> None:
    holder, _top_up = stored_value.holding(300_00, 50_00)
    source = Member.objects.get(pk=holder.id)
    target_holder, _theirs = stored_value.holding(100_00)
    target = Member.objects.get(pk=target_holder.id)
    by = stored_value.at_store()
    held = stored_value_services.hold(
        holder=holder, amount=140_00, by=by, at=NOON, key="hold"
    )
    captured = stored_value_services.capture_hold(
        hold_id=held.pk, by=by, at=NOON, key="take", amount=70_00
    )
    # The survivor has a booking of their own, which is left alone.
    theirs = stored_value_services.hold(
        holder=target_holder, amount=60_00, by=by, at=NOON, key="theirs"
    )
    merge(source, target)

    assert captured.resolved_by_id is not None
    stored_value_services.refund_spend(
        entry_id=captured.resolved_by_id, reason="cold", by=by, at=NOON, key="back"
    )

    assert wallet(target) == (340_00, 50_00)
    assert ledger_services.prove_books().failing == {}
    stored_value_services.release_hold(hold_id=theirs.pk, by=by, at=NOON, key="free")
    assert wallet(target) == (400_00, 50_00)


def test_whoever_is_left_gives_nothing_back_to_themselves() -> None:
    holder, _top_up = stored_value.holding(300_00)
    source, target = Member.objects.get(pk=holder.id), MemberFactory.create()
    paid = stored_value.spend(holder, 100_00)
    merge(source, target)
    by = stored_value.at_till("store-manager")
    own_card(by.staff_id, target)
    before = everything()

    with pytest.raises(BeneficiaryRefused), transaction.atomic():
        stored_value_services.refund_spend(
            entry_id=paid.entry_id, reason="mine", by=by, at=NOON, key="mine"
        )

    assert everything() == before


def test_a_top_up_of_the_merged_is_refunded_from_the_survivor() -> None:
    holder, top_up = stored_value.holding(300_00, 50_00)
    source, target = Member.objects.get(pk=holder.id), MemberFactory.create()
    stored_value.spend(holder, 140_00)
    merge(source, target)

    row = stored_value_services.refund_top_up(
        top_up_id=top_up.pk,
        tender="wechat",
        reason="moved away",
        by=stored_value.at_store(),
        at=NOON,
        key="back",
    )

    assert (row.principal_left, row.bonus_voided) == (180_00, 30_00)
    assert wallet(target) == (0, 0)
    assert ledger_services.prove_books().failing == {}


def test_a_gift_card_is_paid_back_whoever_keeps_it_now() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    by = gift_cards.at_store()
    card = gift_cards.a_card(100_00, by=by, buyer_id=source.pk)
    paid = gift_cards.pay(card, 30_00, by=by)
    merge(source, target)

    gift_cards_services.refund_redemption(
        entry_id=paid.entry_id,
        card_id=card.card_id,
        amount=30_00,
        by=by,
        at=NOON + timedelta(days=3),
        key="back",
    )

    assert gift_cards.left(card) == 100_00
    assert gift_cards.row(card).buyer_id == target.pk


def test_a_coupon_comes_back_to_the_survivor() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    coupon = issued(TemplateFactory.drawn(), source)
    coupons_services.redeem_step(
        redemptions=[Redemption(coupon.pk)],
        member_id=source.pk,
        reference="sale:1",
        by=by_task(),
        at=NOON,
        key="sale:1",
    )
    merge(source, target)

    [back] = coupons_services.return_step(
        reference="sale:1", whole=True, by=by_task(), at=NOON, key="refund"
    )

    assert back.is_back
    coupon = Coupon.objects.get(pk=coupon.pk)
    assert (coupon.member_id, coupon.status) == (target.pk, "issued")
    assert ledger_services.prove_books().failing == {}


def test_merging_into_a_wallet_that_was_closed_moves_what_is_there() -> None:
    """A paid-out wallet inherits nothing; what is given back later is refused."""
    source, target = MemberFactory.create(), MemberFactory.create()
    account = account_of(target)
    ledger_services.set_account_status(account_id=account, status="closed")
    account_of(source)
    merge(source, target)
    assert balance(account) == 0


def test_a_top_up_coupon_comes_back_to_the_survivor() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    coupon = issued(TemplateFactory.drawn(kind=CouponKind.TOP_UP), source)
    holder = Holder.member(source.pk)
    row = stored_value.top_up(holder, coupon_id=coupon.pk)
    merge(source, target)

    assert stored_value.refund_top_up(row).coupon_returned

    coupon.refresh_from_db()
    assert (coupon.member, coupon.status) == (target, CouponStatus.ISSUED)
    assert ledger_services.prove_books().failing == {}
