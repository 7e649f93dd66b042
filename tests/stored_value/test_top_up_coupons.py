"""A top-up coupon: its bonus beside the plan’s, used up with it, and back with it."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common.errors import DomainError
from coupons import services as coupons_services
from coupons.errors import CouponNotHere, CouponNotUsable
from coupons.kinds import CouponAct, CouponKind, CouponStatus
from coupons.models import Coupon, CouponTemplate, CouponUse
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from ledger.models import Posting
from members.models import Member
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.errors import PlanRefused, TopUpTooLarge
from stored_value.holders import Holder
from stored_value.models import TopUp
from stores.errors import ApprovalNeeded
from stores.models import AuditEvent
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory
from tests.factories.stored_value import (
    a_key,
    a_plan,
    at_store,
    at_till,
    is_proven,
    new_rules,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory
from tests.tampering import tamper

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def extra(amount: int = 20_00, **terms: Any) -> CouponTemplate:
    """So much more bonus on a top-up of 100 or more."""
    return TemplateFactory.drawn(
        **{
            "kind": CouponKind.TOP_UP,
            "amount": amount,
            "min_spend": 100_00,
            **terms,
        }
    )


def given(**terms: Any) -> tuple[Holder, Coupon]:
    """Somebody with one of them in hand."""
    member = MemberFactory.create()
    return Holder.member(member.pk), issued(extra(**terms), member)


def held(holder: Holder, at: datetime = NOON) -> tuple[int, int]:
    found = stored_value_selectors.wallet(holder=holder, at=at)
    return found.principal, found.bonus


def status_of(coupon: Coupon) -> tuple[str, int]:
    coupon.refresh_from_db()
    return coupon.status, coupon.uses_left


ISSUED = (CouponStatus.ISSUED, 1)
USED = (CouponStatus.REDEEMED, 0)


def refused(
    kind: type[DomainError], holder: Holder, coupon: int, **facts: Any
) -> DomainError:
    """It is refused so, and nothing has moved: no value, no coupon, no row."""
    stored_value_selectors.wallet(holder=holder, at=NOON)  # its accounts are open

    def stood() -> list[object]:
        coupons = Coupon.objects.order_by("pk").values_list("pk", "status", "uses_left")
        return [
            everything(),
            TopUp.objects.count(),
            CouponUse.objects.count(),
            list(coupons),
        ]

    before = stood()
    with pytest.raises(kind) as refusal, transaction.atomic():
        top_up(holder, coupon_id=coupon, **facts)
    assert stood() == before
    assert str(refusal.value).endswith(".")
    return refusal.value


def test_its_bonus_comes_beside_the_plans_in_one_entry() -> None:
    a_plan()
    holder, coupon = given()

    row = top_up(holder, 300_00, coupon_id=coupon.pk)

    assert held(holder) == (300_00, 70_00)
    assert (row.bonus, row.plan_bonus, row.coupon_bonus) == (70_00, 50_00, 20_00)
    assert row.coupon == coupon
    assert Posting.objects.filter(entry_id=row.entry_id).count() == 2
    assert status_of(coupon) == USED
    use = CouponUse.objects.get(act=CouponAct.REDEEMED)
    assert (use.reference, use.saving) == (f"top_up:{row.pk}", 20_00)
    assert use.store_id == row.store_id
    done = AuditEvent.objects.get(act="stored_value.top_up_wallet")
    assert done.facts["coupon"] == coupon.pk
    assert is_proven()


def test_it_gives_its_bonus_where_no_plan_does() -> None:
    holder, coupon = given(amount=0, off_bp=1_000, cap=25_00)
    new_rules(bonus_valid_days=30)

    row = top_up(holder, 300_00, coupon_id=coupon.pk)

    assert held(holder) == (300_00, 25_00)
    assert row.plan_version is None
    assert row.bonus_expires_at == NOON + 30 * DAY


def test_the_plan_says_how_long_the_bonus_of_both_lives() -> None:
    a_plan(bonus_valid_days=10)
    holder, coupon = given()

    row = top_up(holder, coupon_id=coupon.pk)

    assert row.bonus_expires_at == NOON + 10 * DAY
    assert held(holder, NOON + 10 * DAY) == (300_00, 0)


def test_one_that_stands_alone_takes_the_place_of_a_plan() -> None:
    plan = a_plan({"amount": 300_00, "bonus": 50_00, "points": 100})
    holder, coupon = given(is_exclusive=True)

    told = refused(CouponNotHere, holder, coupon.pk, plan_id=plan.pk)
    assert str(told) == "This coupon is not used together with a plan."

    row = top_up(holder, coupon_id=coupon.pk)
    assert (row.bonus, row.plan_version, row.points) == (20_00, None, 0)


def test_the_same_slip_again_is_answered_and_uses_nothing_more() -> None:
    holder, coupon = given()
    by = at_store()

    first, second = (
        top_up(holder, by=by, key="slip", coupon_id=coupon.pk) for _twice in range(2)
    )

    assert first == second
    assert held(holder) == (300_00, 20_00)
    assert CouponUse.objects.filter(act=CouponAct.REDEEMED).count() == 1


def test_under_one_key_another_coupon_or_none_is_another_request() -> None:
    holder, coupon = given()
    other = issued(extra(), Member.objects.get(pk=holder.id))
    by = at_store()
    top_up(holder, by=by, key="slip", coupon_id=coupon.pk)

    for coupon_id in (other.pk, None):
        with pytest.raises(IdempotencyConflict), transaction.atomic():
            top_up(holder, by=by, key="slip", coupon_id=coupon_id)

    assert status_of(other) == ISSUED
    assert held(holder) == (300_00, 20_00)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"stores": 1}, "This coupon is not for this store."),
        ({"channels": ["delivery"]}, "This coupon is not for orders of this kind."),
        ({"tiers": 1}, "This coupon is for another tier."),
        ({"weekdays": [0]}, "This coupon is not for this day of the week."),
        (
            {"blackouts": ((date(2000, 1, 1), date(2100, 1, 1)),)},
            "This coupon is not for this day.",
        ),
        (
            {"hours": ((None, time(3), time(3, 30)),)},
            "This coupon is not for this time of day.",
        ),
        ({"min_spend": 301_00}, "¥1.00 more to use this coupon."),
        (
            {"amount": 0, "off_bp": 1, "min_spend": 0, "paid": 49_99},
            "This coupon gives nothing on this amount.",
        ),
        (
            {"kind": CouponKind.AMOUNT_OFF},
            "This coupon is not for topping up.",
        ),
    ],
)
def test_where_it_is_not_for_it_says_why_and_keeps_all(
    terms: dict[str, Any], why: str
) -> None:
    new_rules(least_top_up=1)
    told = dict(terms)
    paid = told.pop("paid", 300_00)
    if told.pop("stores", 0):
        told["store_ids"] = [StoreFactory.create().pk]
    if told.pop("tiers", 0):
        told["tier_ids"] = [TierFactory.create().pk]
    holder, coupon = given(**told)

    refusal = refused(CouponNotHere, holder, coupon.pk, amount=paid)

    assert (refusal.code, str(refusal)) == ("coupon_not_here", why)


def test_what_cannot_be_used_is_refused_in_its_own_words() -> None:
    holder, mine = given()
    _other, theirs = given()
    void, used = (issued(extra(), Member.objects.get(pk=holder.id)) for _ in range(2))
    coupons_services.void_coupon(coupon_id=void.pk, reason="x", by=by_task(), at=NOON)
    top_up(holder, coupon_id=used.pk)
    batch = coupons_services.make_batch(
        template_id=extra().pk,
        quantity=1,
        reason="for the door",
        by=by_task(),
        at=NOON,
        key="printed",
    )
    coupons_services.export_batch(issue_id=batch, by=by_task(), at=NOON)
    printed = Coupon.objects.get(issue_id=batch)
    later = issued(extra(starts_after_days=2), Member.objects.get(pk=holder.id))

    for coupon_id, code in (
        (theirs.pk, "coupon_other_member"),
        (void.pk, "coupon_void"),
        (used.pk, "coupon_redeemed"),
        (printed.pk, "coupon_unknown"),
        (later.pk, "coupon_not_yet"),
        (-1, "coupon_unknown"),
        (2**62, "coupon_unknown"),
    ):
        assert refused(CouponNotUsable, holder, coupon_id).code == code
    late = refused(CouponNotUsable, holder, mine.pk, at=mine.valid_until)
    assert late.code == "coupon_expired"
    assert status_of(mine) == ISSUED


def test_a_card_that_is_nobodys_lays_no_coupon() -> None:
    """Not even where the number of the card is that of the coupon’s member."""
    bearer = Holder.card(CardFactory.bearer().pk)
    known = Member.objects.filter(pk=bearer.id).first()
    coupon = issued(extra(), known or MemberFactory.create(pk=bearer.id))
    assert refused(CouponNotUsable, bearer, coupon.pk).code == "coupon_other_member"


def test_outside_a_store_no_coupon_is_used() -> None:
    holder, coupon = given()
    by = by_task()
    told = refused(CouponNotHere, holder, coupon.pk, by=by)
    assert str(told) == "A top-up coupon is used at a store."


def test_what_refuses_the_top_up_keeps_the_coupon() -> None:
    holder, coupon = given()
    plan = a_plan({"amount": 500_00, "bonus": 1_00})
    refused(PlanRefused, holder, coupon.pk, plan_id=plan.pk)
    refused(TopUpTooLarge, holder, coupon.pk, amount=10**9)
    refused(ApprovalNeeded, holder, coupon.pk, amount=3_000_00, by=at_till())
    assert status_of(coupon) == ISSUED


def test_what_fails_after_it_keeps_the_coupon() -> None:
    """A coupon of the plan that has run out stops the whole: also what came before."""
    scarce = TemplateFactory.drawn(quota_total=1)
    a_plan({"amount": 300_00, "coupon_template": scarce, "coupons": 2})
    holder, coupon = given()
    refused(DomainError, holder, coupon.pk)
    assert status_of(coupon) == ISSUED


def test_a_whole_refund_ends_its_bonus_and_gives_it_back() -> None:
    a_plan()
    holder, coupon = given()
    row = top_up(holder, coupon_id=coupon.pk)

    back = refund_top_up(row, key="back")

    assert (back.paid_out, back.bonus_voided) == (300_00, 70_00)
    assert back.coupon_returned
    assert held(holder) == (0, 0)
    assert status_of(coupon) == ISSUED
    assert refund_top_up(row, key="back") == back
    assert CouponUse.objects.filter(act=CouponAct.RETURNED).count() == 1
    assert is_proven()

    again = top_up(holder, coupon_id=coupon.pk)
    assert again.coupon_bonus == 20_00
    assert is_proven()


def test_what_lasts_too_short_lasts_the_days_of_grace() -> None:
    holder, coupon = given(lasts_days=10)
    row = top_up(holder, coupon_id=coupon.pk)
    at = coupon.valid_until - timedelta(minutes=1)

    assert refund_top_up(row, at=at).coupon_returned

    coupon.refresh_from_db()
    assert coupon.valid_until == at + 7 * DAY


@pytest.mark.parametrize(
    ("terms", "after", "why"),
    [({"lasts_days": 2}, 3 * DAY, "expired"), ({"is_returnable": False}, DAY, "")],
)
def test_what_has_expired_or_says_so_never_comes_back(
    terms: dict[str, Any], after: timedelta, why: str
) -> None:
    holder, coupon = given(**terms)
    row = top_up(holder, coupon_id=coupon.pk)

    back = refund_top_up(row, at=NOON + after)

    assert (back.paid_out, back.bonus_voided) == (300_00, 20_00)
    assert not back.coupon_returned
    assert status_of(coupon) == USED
    kept = CouponUse.objects.get(act=CouponAct.KEPT)
    assert kept.reason == (why or "not_returnable")
    assert is_proven()


def test_of_a_top_up_that_was_spent_it_comes_back_only_with_the_last_of_it() -> None:
    holder, coupon = given()
    row = top_up(holder, coupon_id=coupon.pk)
    paid = spend(holder, 160_00)

    first = refund_top_up(row)
    assert not first.coupon_returned
    assert status_of(coupon) == USED

    stored_value_services.refund_spend(
        entry_id=paid.entry_id, by=at_store(), at=NOON, key=a_key(), reason="cold"
    )
    last = refund_top_up(row)
    assert first.paid_out + last.paid_out == 300_00
    assert last.coupon_returned
    assert status_of(coupon) == ISSUED
    assert held(holder) == (0, 0)
    assert is_proven()


def test_whose_bonus_was_spent_has_had_the_coupon() -> None:
    """All principal is left and is paid out, but the gift is gone: no second one."""
    new_rules(spending_order="bonus_first")
    holder, coupon = given()
    row = top_up(holder, coupon_id=coupon.pk)
    spend(holder, 20_00, order="bonus_first")
    assert held(holder) == (300_00, 0)

    back = refund_top_up(row)

    assert back.principal_left == 300_00
    assert not back.coupon_returned
    assert status_of(coupon) == USED
    assert is_proven()


def test_the_table_keeps_what_the_coupon_gave() -> None:
    holder, coupon = given()
    row = top_up(holder, coupon_id=coupon.pk)
    plain = top_up(holder)
    for pk, sql in (
        (plain.pk, "coupon_bonus = 1"),
        (plain.pk, f"coupon_id = {coupon.pk}"),
        (row.pk, "coupon_bonus = 0"),
        (row.pk, "coupon_bonus = bonus + 1"),
        (row.pk, "coupon_id = NULL"),
    ):
        with (
            pytest.raises(IntegrityError, match="gave_its_bonus"),
            transaction.atomic(),
        ):
            tamper(
                f"UPDATE stored_value_topup SET {sql} WHERE id = {pk}",
                tables=("stored_value_topup",),
            )
    with (
        pytest.raises(Exception, match="stays as it was promised"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE stored_value_topup SET coupon_bonus = 1")


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        (
            "stored_value_topup",
            "UPDATE stored_value_topup SET coupon_bonus = coupon_bonus - 1",
        ),
        (
            "stored_value_topup",
            "UPDATE stored_value_topup SET coupon_id = NULL, coupon_bonus = 0",
        ),
        (
            "coupons_couponuse",
            "UPDATE coupons_couponuse SET reference = 'top_up:0'"
            " WHERE act = 'redeemed'",
        ),
        (
            "coupons_couponuse",
            "UPDATE coupons_couponuse SET saving = 1 WHERE act = 'redeemed'",
        ),
    ],
)
def test_the_nightly_proof_names_a_use_that_is_not_its_top_ups(
    table: str, sql: str
) -> None:
    holder, coupon = given()
    top_up(holder, coupon_id=coupon.pk)
    assert ledger_services.prove_books().failing == {}

    tamper(sql, tables=(table,))

    failing = ledger_services.prove_books().failing
    assert failing["a coupon on a top-up was used for it, once"] >= 1


def test_only_what_may_be_used_here_and_now_is_offered() -> None:
    holder, soon = given(lasts_days=3)
    member = Member.objects.get(pk=holder.id)
    later = issued(extra(), member)
    for template in (
        TemplateFactory.drawn(),
        extra(store_ids=[StoreFactory.create().pk]),
        extra(starts_after_days=1),
    ):
        issued(template, member)
    used = issued(extra(), member)
    top_up(holder, coupon_id=used.pk)
    given()  # somebody else’s
    by = at_store(StoreFactory.create())

    offered = stored_value_services.usable_coupons(holder=holder, by=by, at=NOON)

    assert offered == [soon, later]
    bearer = Holder.card(CardFactory.bearer().pk)
    assert stored_value_services.usable_coupons(holder=bearer, by=by, at=NOON) == []
