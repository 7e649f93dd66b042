"""What a member holds and what it is worth on a bill, in one query."""

from datetime import timedelta
from typing import Any

import pytest

from coupons import services as coupons_services
from coupons.models import Coupon
from coupons.rules import Refusal, Saving
from coupons.selectors import expiring, held, usable_for
from tests.factories.coupons import (
    TemplateFactory,
    a_bill,
    by_task,
    issued,
    percent_off,
)
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def test_everything_a_quote_needs_comes_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    member = MemberFactory.create()
    for _time in range(3):
        issued(TemplateFactory.drawn(), member)

    with django_assert_num_queries(1):
        found = usable_for(member.pk, a_bill(member_id=member.pk), at=NOON)
        assert [row.saves for row in found] == [10_00] * 3


def test_the_best_first_and_of_equals_what_expires_sooner() -> None:
    member = MemberFactory.create()
    later = issued(TemplateFactory.drawn(lasts_days=20), member)
    sooner = issued(TemplateFactory.drawn(lasts_days=10), member)
    best = issued(percent_off(20), member)
    useless = issued(TemplateFactory.drawn(min_spend=500_00), member)

    found = usable_for(member.pk, a_bill(member_id=member.pk), at=NOON)

    assert [row.coupon for row in found] == [best, sooner, later, useless]
    assert isinstance(found[0].outcome, Saving)
    refusal = found[-1].outcome
    assert isinstance(refusal, Refusal)
    assert refusal.sentence == "¥400.00 more to use this coupon."


def test_what_is_used_void_expired_or_anothers_is_not_there() -> None:
    member = MemberFactory.create()
    short = issued(TemplateFactory.drawn(lasts_days=1), member)
    dead, mine = issued(None, member), issued(None, member)
    issued()
    coupons_services.void_coupon(coupon_id=dead.pk, reason="x", by=by_task(), at=NOON)

    found = usable_for(member.pk, a_bill(member_id=member.pk), at=short.valid_until)

    assert [row.coupon for row in found] == [mine]
    assert list(held(member.pk, at=short.valid_until)) == [mine]


def test_a_guest_without_a_card_brings_a_printed_one() -> None:
    batch = coupons_services.make_batch(
        template_id=TemplateFactory.drawn().pk,
        quantity=2,
        reason="flyers",
        by=by_task(),
        at=NOON,
        key="batch:1",
    )
    coupons_services.export_batch(issue_id=batch, by=by_task(), at=NOON)
    printed = Coupon.objects.order_by("pk")[0]

    assert usable_for(None, a_bill(), at=NOON) == []
    [row] = usable_for(None, a_bill(), at=NOON, printed=(printed.pk,))
    assert (row.coupon, row.saves) == (printed, 10_00)


def test_what_expires_soon_is_told_by_the_clock() -> None:
    member = MemberFactory.create()
    soon = issued(TemplateFactory.drawn(lasts_days=3), member)
    issued(TemplateFactory.drawn(lasts_days=30), member)

    assert list(expiring(at=NOON, days=7)) == [soon]
    assert list(expiring(at=NOON, days=7, member_id=member.pk)) == [soon]
    assert list(expiring(at=soon.valid_until, days=7)) == []
    assert list(expiring(at=NOON - timedelta(days=30), days=7)) == []
