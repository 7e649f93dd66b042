"""What a settled bill gives soon after: once, quietly, and never for what is undone."""

from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.models import NextVisitGift, Sale
from checkout.services.keys import next_visit_key, stamps_key
from checkout.tasks import follow_up_sales
from coupons.models import Coupon
from members.models import Member
from points.models import StampGrant
from tests.checkout.giving_back import refund, void
from tests.factories import bills
from tests.factories.checkout import a_sale, at_store
from tests.factories.coupons import TemplateFactory
from tests.factories.members import MemberFactory
from tests.factories.points import StampProgrammeFactory
from tests.factories.stored_value import is_proven

pytestmark = pytest.mark.django_db


def waiting(*amounts: int, **facts: Any) -> Sale:
    facts.setdefault("member", MemberFactory.create())
    return a_sale(*amounts, is_followed_up=False, **facts)


def a_gift(**facts: Any) -> NextVisitGift:
    template = facts.pop("template", None) or TemplateFactory.drawn()
    gift: NextVisitGift = NextVisitGift.objects.create(
        **{"name_en": "See you", "template": template, "min_spend": 0, **facts}
    )
    return gift


def stamps_of(sale: Sale) -> list[int]:
    grants = StampGrant.objects.filter(member=sale.member).order_by("pk")
    return [grant.stamps - grant.taken_back for grant in grants]


def coupons_of(member: Member | None) -> list[str]:
    return list(
        Coupon.objects.filter(member=member)
        .order_by("pk")
        .values_list("status", flat=True)
    )


def test_a_sale_gives_stamps_and_a_coupon_once() -> None:
    programme, gift = StampProgrammeFactory.create(), a_gift()
    sale = waiting(80_00)
    assert follow_up_sales() == 1
    assert follow_up_sales() == 0
    assert not checkout_services.follow_up(sale_id=sale.pk)
    assert stamps_of(sale) == [1]
    assert coupons_of(sale.member) == ["issued"]
    assert StampGrant.objects.get().key == stamps_key(sale.pk, programme.code)
    assert Coupon.objects.get().issue.key == next_visit_key(sale.pk, gift.pk)
    sale.refresh_from_db()
    assert sale.is_followed_up
    assert is_proven()


@pytest.mark.parametrize("undo", [void, refund])
def test_what_it_gave_goes_when_nothing_of_the_sale_is_left(undo: Any) -> None:
    StampProgrammeFactory.create()
    a_gift()
    sale = waiting()
    follow_up_sales()
    undo(sale)
    assert stamps_of(sale) == [0]
    assert coupons_of(sale.member) == ["void"]
    assert is_proven()


@pytest.mark.parametrize("undo", [void, refund])
def test_what_was_undone_first_gives_nothing(undo: Any) -> None:
    StampProgrammeFactory.create()
    a_gift()
    sale = waiting()
    undo(sale)
    assert follow_up_sales() == 0
    assert (stamps_of(sale), coupons_of(sale.member)) == ([], [])


def test_a_part_refunded_keeps_its_gifts_and_a_used_coupon_is_not_taken() -> None:
    StampProgrammeFactory.create()
    a_gift()
    sale = waiting()
    follow_up_sales()
    refund(sale, 99_99)
    assert (stamps_of(sale), coupons_of(sale.member)) == ([1], ["issued"])
    coupon = Coupon.objects.get()
    a_sale(member=sale.member, coupons=[coupon], discount=10_00)
    refund(sale)
    assert coupons_of(sale.member) == ["redeemed"]


@pytest.mark.parametrize(
    ("condition", "given"),
    [
        ({"min_spend": 100_00}, True),
        ({"min_spend": 100_01}, False),
        ({"store_ids": [0]}, False),
        ({"tier_ids": [0]}, False),
        ({"weekdays": [5]}, True),
        ({"weekdays": [6, 7]}, False),
        ({"is_active": False}, False),
        ({"ends_at": "2026-11-20T04:00:00Z"}, False),
        ({"starts_at": "2026-11-20T04:00:00Z"}, True),
        ({"starts_at": "2026-11-20T04:00:01Z"}, False),
    ],
)
def test_a_coupon_is_given_where_its_conditions_are_met(
    condition: dict[str, Any], *, given: bool
) -> None:
    a_gift(**condition)
    sale = waiting()
    follow_up_sales()
    assert bool(coupons_of(sale.member)) is given


def test_a_quota_that_is_used_up_gives_nothing_and_stops_nobody() -> None:
    used_up = TemplateFactory.drawn(quota_total=1)
    a_gift(template=used_up)
    a_gift()
    first, second = waiting(), waiting()
    assert follow_up_sales() == 2
    assert len(coupons_of(first.member)) + len(coupons_of(second.member)) == 3


def test_one_bill_that_fails_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_gift()
    broken, fine = waiting(by=at_store()), waiting(by=at_store())
    real = checkout_services.follow_up

    def fails(*, sale_id: Any, request_id: str = "") -> bool:
        if sale_id == broken.pk:
            raise RuntimeError("by way of trial")
        return real(sale_id=sale_id, request_id=request_id)

    monkeypatch.setattr("checkout.services.following.follow_up", fails)
    assert follow_up_sales() == 1
    assert coupons_of(fine.member) == ["issued"]
    monkeypatch.undo()
    assert follow_up_sales() == 1
    assert coupons_of(broken.member) == ["issued"]


def test_a_members_bill_waits_for_what_it_gives_and_a_strangers_does_not() -> None:
    StampProgrammeFactory.create()
    found = [
        bills.sale_of(bills.settle(80_00, member=member, tenders=[bills.cash(80_00)]))
        for member in (MemberFactory.create(), None)
    ]
    assert [sale.is_followed_up for sale in found] == [False, True]
