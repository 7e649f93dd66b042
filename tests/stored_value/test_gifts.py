"""Points, growth value and coupons with a top-up: given with it, taken back with it."""

import pytest
from django.db import transaction

from common.errors import DomainError
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from stored_value import services as stored_value_services
from stored_value.errors import PlanRefused
from stored_value.holders import Holder
from stored_value.models import TopUp
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory
from tests.factories.ledger import everything
from tests.factories.stored_value import (
    a_key,
    a_member,
    a_plan,
    at_store,
    is_proven,
    refund_top_up,
    spend,
    top_up,
)
from tests.factories.stores import NOON
from tests.factories.tiers import TierFactory

pytestmark = pytest.mark.django_db


def held(holder: Holder, kind: AccountKind) -> int:
    unit = ledger_services.open_unit(
        code="growth" if kind == AccountKind.GROWTH else "points",
        kind="points",
        exponent=0,
    )
    account_id = ledger_services.open_account(
        HolderAccount(
            kind=kind, unit_id=unit, holder_kind="member", holder_id=holder.id
        )
    )
    return ledger_selectors.usable_balance(account_id=account_id, at=NOON)


def test_points_and_growth_value_come_with_the_money_once() -> None:
    a_plan({"amount": 300_00, "bonus": 50_00, "points": 120, "growth": 30})
    holder, by = a_member(), at_store()
    for _twice in range(2):
        row = top_up(holder, by=by, key="slip")
    assert (row.points, row.growth) == (120, 30)
    assert held(holder, AccountKind.POINTS) == 120
    assert held(holder, AccountKind.GROWTH) >= 30
    assert is_proven()


def test_an_untouched_top_up_takes_them_all_back() -> None:
    a_plan({"amount": 300_00, "bonus": 50_00, "points": 120, "growth": 30})
    holder = a_member()
    row = top_up(holder)
    given = refund_top_up(row)
    assert given.points_taken == 120
    assert held(holder, AccountKind.POINTS) == 0
    assert held(holder, AccountKind.GROWTH) == 0
    assert is_proven()


def test_what_was_spent_of_the_money_keeps_its_share_of_the_points() -> None:
    """120 of 300 was spent: 48 of 120 points stay, and a second refund ends at none."""
    a_plan({"amount": 300_00, "points": 120})
    holder = a_member()
    row = top_up(holder)
    paid = spend(holder, 120_00)
    assert refund_top_up(row).points_taken == 72
    assert held(holder, AccountKind.POINTS) == 48
    stored_value_services.refund_spend(
        entry_id=paid.entry_id, by=at_store(), at=NOON, key=a_key(), reason="cold"
    )
    assert refund_top_up(row).points_taken == 48
    assert held(holder, AccountKind.POINTS) == 0


def test_coupons_come_with_it_and_the_unused_ones_end_with_it() -> None:
    template = TemplateFactory.drawn()
    a_plan({"amount": 300_00, "coupon_template": template, "coupons": 3})
    holder = a_member()
    row = top_up(holder)
    assert Coupon.objects.filter(member_id=holder.id).count() == row.coupons == 3
    given = refund_top_up(row)
    assert given.coupons_revoked == 3
    usable = Coupon.objects.filter(status=CouponStatus.ISSUED)
    assert not usable.exists()


def test_for_each_full_step_everything_is_given_again() -> None:
    template = TemplateFactory.drawn()
    step = {
        "amount": 100_00,
        "bonus": 10_00,
        "points": 7,
        "coupon_template": template,
        "coupons": 1,
    }
    a_plan(step, mode="each")
    row = top_up(a_member(), 350_00)
    assert (row.bonus, row.points, row.coupons) == (30_00, 21, 3)


def test_a_coupon_that_has_run_out_stops_the_whole_top_up() -> None:
    template = TemplateFactory.drawn(quota_total=1)
    a_plan({"amount": 300_00, "coupon_template": template, "coupons": 2})
    holder, by = a_member(), at_store()
    held(holder, AccountKind.POINTS)
    with pytest.raises(DomainError), transaction.atomic():
        top_up(holder, by=by)
    assert not TopUp.objects.exists()
    assert not Coupon.objects.exists()


def test_a_bearer_is_given_money_and_nothing_that_needs_a_name() -> None:
    named = a_plan({"amount": 300_00, "bonus": 60_00, "points": 10})
    plain = a_plan({"amount": 300_00, "bonus": 20_00})
    bearer = Holder.card(CardFactory.bearer().pk)
    row = top_up(bearer)
    assert row.plan_version is not None
    assert row.plan_version.plan == plain
    before = everything()
    with pytest.raises(PlanRefused), transaction.atomic():
        top_up(bearer, plan_id=named.pk)
    assert len(everything()) <= len(before) + 4


def test_a_plan_for_a_tier_is_for_its_members() -> None:
    gold = TierFactory.create()
    plan = a_plan(tiers=[gold])
    holder = a_member()
    with pytest.raises(PlanRefused), transaction.atomic():
        top_up(holder, plan_id=plan.pk)
    assert top_up(holder).bonus == 0
