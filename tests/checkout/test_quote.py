"""The quote as pure arithmetic: it adds up, whatever is on the bill and in the hand."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout import rules
from checkout.bill import (
    Bill,
    GiftCardShown,
    Guest,
    Line,
    Programme,
    Quote,
    Wishes,
)
from checkout.models import BillOffer, CheckoutPolicy, DiscountKind
from coupons.kinds import CouponKind, CouponStatus
from coupons.models import Coupon, TemplateVersion
from points.earning import Facts
from points.errors import NotInSteps, TooMuchOfTheBill
from points.models import PointsPolicy
from tiers.models import Benefits

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def a_programme(**facts: Any) -> Programme:
    policy = CheckoutPolicy(**facts.pop("policy", {}))
    return Programme(
        **{
            "store_id": 1,
            "day": NOON.date(),
            "local_time": time(12),
            "policy": policy,
            "points_policy": PointsPolicy(),
            "spending_order": "pro_rata",
            "coupons_per_bill": 3,
            "facts": Facts(at=NOON, day=NOON.date()),
            **facts,
        }
    )


def a_coupon(pk: int = 1, **terms: Any) -> Coupon:
    version = TemplateVersion(
        **{
            "id": pk,
            "template_id": pk,
            "kind": CouponKind.AMOUNT_OFF,
            "amount": 10_00,
            "per_bill": 1,
            "name_en": f"Coupon {pk}",
            **terms,
        }
    )
    return Coupon(
        id=pk,
        version=version,
        member_id=1,
        status=CouponStatus.ISSUED,
        uses=1,
        uses_left=1,
        valid_from=NOON - timedelta(days=1),
        valid_until=NOON + timedelta(days=pk),
    )


def told(
    bill: Bill | int,
    *,
    guest: Guest | None = None,
    programme: Programme | None = None,
    wishes: Wishes | None = None,
) -> Quote:
    if isinstance(bill, int):
        bill = Bill(lines=(Line(name="", unit_price=bill),))
    return rules.quote(
        bill=bill,
        guest=guest or Guest(),
        programme=programme or a_programme(),
        wishes=wishes or Wishes(),
        at=NOON,
    )


def kinds(quote: Quote) -> dict[str, int]:
    return {str(discount.kind): discount.amount for discount in quote.discounts}


def test_each_line_gets_the_better_of_tier_and_member_price() -> None:
    guest = Guest(
        member_id=1,
        tier_id=2,
        benefits=Benefits(discount_per_mille=100, has_member_price=True),
    )
    bill = Bill(
        lines=(
            Line(name="duck", unit_price=100_00, member_price=80_00),
            Line(name="tea", unit_price=20_00, thousandths=2_000, member_price=19_00),
            Line(name="deposit", unit_price=50_00, excluded=True, member_price=1_00),
        )
    )

    quote = told(bill, guest=guest)

    assert kinds(quote) == {"tier": 4_00, "member_price": 20_00}
    assert quote.net_lines == (80_00, 36_00, 50_00)


def test_of_bill_offers_the_best_counts_and_the_others_say_why() -> None:
    offers = (
        BillOffer(id=1, name_en="A", min_spend=100_00, amount_off=10_00),
        BillOffer(
            id=2, name_en="B", min_spend=100_00, amount_off=8_00, is_repeated=True
        ),
        BillOffer(id=3, name_en="C", min_spend=300_00, amount_off=90_00),
        BillOffer(id=4, name_en="D", min_spend=0, amount_off=0 + 99, weekdays=[1]),
    )

    quote = told(250_00, guest=Guest(member_id=1), programme=a_programme(offers=offers))

    assert kinds(quote) == {"offer": 16_00}
    assert {one.subject: one.code for one in quote.rejected} == {
        1: "better_offer",
        3: "min_spend",
        4: "weekday",
    }
    assert "50.00" in str(quote.rejected[0].message) + str(quote.rejected[1].message)


def test_a_coupon_says_how_much_is_missing() -> None:
    guest = Guest(member_id=1, coupons=(a_coupon(min_spend=100_00),))

    quote = told(88_00, guest=guest)

    assert [(one.code, str(one.message)) for one in quote.rejected] == [
        ("min_spend", "¥12.00 more to use this coupon.")
    ]


def test_a_coupon_for_topping_up_is_for_no_bill() -> None:
    """Asked for by name too it is refused in a sentence, and takes nothing off."""
    guest = Guest(member_id=1, coupons=(a_coupon(kind=CouponKind.TOP_UP),))

    for wishes in (Wishes(), Wishes(coupons=(1,))):
        quote = told(88_00, guest=guest, wishes=wishes)

        assert kinds(quote) == {}
        assert [(one.code, str(one.message)) for one in quote.rejected] == [
            ("for_top_up", "This coupon is for topping up.")
        ]


def test_points_pay_half_a_bill_in_whole_steps_and_no_more() -> None:
    guest = Guest(member_id=1, points=10_000)

    assert told(99_99, guest=guest, wishes=Wishes(points=None)).points_spent == 4_900
    with pytest.raises(TooMuchOfTheBill):
        told(99_99, guest=guest, wishes=Wishes(points=5_000))
    with pytest.raises(NotInSteps):
        told(99_99, guest=guest, wishes=Wishes(points=150))
    short = told(99_99, guest=Guest(member_id=1), wishes=Wishes(points=100))
    assert [one.code for one in short.rejected] == ["insufficient_points"]


def test_what_is_excluded_is_not_discounted_earns_nothing_and_takes_no_points() -> None:
    guest = Guest(
        member_id=1,
        points=100_000,
        coupons=(a_coupon(kind=CouponKind.PERCENT_OFF, amount=0, off_bp=5_000),),
    )
    bill = Bill(
        lines=(
            Line(name="food", unit_price=100_00),
            Line(name="wine", unit_price=100_00, excluded=True),
        )
    )

    quote = told(bill, guest=guest, wishes=Wishes(points=None))

    assert quote.net_lines == (50_00, 100_00)
    assert quote.points_spent == 2_500
    # 125 of 150 are paid in money; 50 of 150 may earn: 50 × 125 / 150.
    assert quote.points_earned == 41


def test_rounding_drops_what_the_shop_lets_go() -> None:
    programme = a_programme(policy={"rounding": 1_00, "most_rounded": 50})

    assert kinds(told(88_40, programme=programme)) == {"rounding": 40}
    assert kinds(told(88_60, programme=programme)) == {}


def test_payments_come_in_one_order() -> None:
    card = GiftCardShown(card_id=7, account_id=9, last4="ABCD", usable=30_00)
    guest = Guest(member_id=1, points=1_000, principal=20_00, bonus=10_00)

    quote = told(100_00, guest=guest, wishes=Wishes(points=1_000, gift_cards=(card,)))

    assert [(str(p.kind), p.amount) for p in quote.payments] == [
        ("points", 10_00),
        ("gift_card", 30_00),
        ("stored_value", 30_00),
    ]
    assert quote.due == 30_00


def test_a_card_laid_down_twice_pays_once_and_an_empty_one_says_so() -> None:
    card = GiftCardShown(card_id=7, account_id=9, last4="ABCD", usable=30_00)
    empty = GiftCardShown(card_id=8, account_id=10, last4="EFGH", usable=0)

    quote = told(100_00, wishes=Wishes(gift_cards=(card, card, empty)))

    assert [p.amount for p in quote.payments] == [30_00]
    assert [one.subject for one in quote.rejected] == [7, 8]


money = st.integers(0, 500_00)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    found = tuple(
        Line(
            name=draw(st.sampled_from(["noodles", "tea", "duck"])),
            thousandths=draw(st.integers(1, 4)) * 1000,
            unit_price=draw(money),
            member_price=draw(st.none() | money),
            excluded=draw(st.integers(0, 4)) == 0,
        )
        for _line in range(draw(st.integers(1, 4)))
    )
    return (
        found if any(line.gross for line in found) else (Line(name="", unit_price=1),)
    )


@st.composite
def coupons(draw: st.DrawFn) -> tuple[Coupon, ...]:
    found = []
    for pk in range(1, draw(st.integers(0, 4)) + 1):
        percent = draw(st.booleans())
        found.append(
            a_coupon(
                pk,
                kind=CouponKind.PERCENT_OFF if percent else CouponKind.AMOUNT_OFF,
                amount=0 if percent else draw(st.integers(1, 200_00)),
                off_bp=draw(st.integers(1, 10_000)) if percent else 0,
                min_spend=draw(st.sampled_from([0, 50_00])),
                items=draw(st.sampled_from([[], ["tea"]])),
                is_exclusive=draw(st.integers(0, 5)) == 0,
            )
        )
    return tuple(found)


@st.composite
def guests(draw: st.DrawFn) -> Guest:
    return Guest(
        member_id=1,
        benefits=Benefits(
            discount_per_mille=draw(st.integers(0, 1000)),
            has_member_price=draw(st.booleans()),
        ),
        coupons=draw(coupons()),
        points=draw(st.integers(0, 100_000)),
        principal=draw(money),
        bonus=draw(money),
    )


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    offers = tuple(
        BillOffer(
            id=pk,
            name_en="x",
            min_spend=draw(st.integers(1, 300_00)),
            amount_off=draw(st.integers(1, 300_00)),
            is_repeated=draw(st.booleans()),
            most_off=draw(st.none() | st.integers(1, 100_00)),
        )
        for pk in range(1, draw(st.integers(0, 3)) + 1)
    )
    return a_programme(
        offers=offers,
        spending_order=draw(
            st.sampled_from(["pro_rata", "principal_first", "bonus_first"])
        ),
        policy={
            "rounding": draw(st.sampled_from([0, 10, 1_00, 10_00])),
            "most_rounded": draw(st.integers(0, 9_99)),
        },
    )


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    cards = tuple(
        GiftCardShown(
            card_id=pk,
            account_id=pk,
            last4="0000",
            usable=draw(money),
            most=draw(st.none() | money),
        )
        for pk in range(draw(st.integers(0, 2)))
    )
    return Wishes(
        points=draw(st.sampled_from([0, None])),
        gift_cards=cards,
        stored_value=draw(st.none() | money),
    )


@settings(max_examples=300)
@given(lines(), guests(), programmes(), wishes())
def test_every_quote_adds_up_and_nothing_is_below_zero(
    of: tuple[Line, ...], guest: Guest, programme: Programme, wanted: Wishes
) -> None:
    bill = Bill(lines=of)

    quote = told(bill, guest=guest, programme=programme, wishes=wanted)

    assert quote.gross == quote.discount + quote.net
    assert quote.net == sum(p.amount for p in quote.payments) + quote.due
    assert min(quote.net_lines) >= 0
    assert quote.due >= 0
    for discount in quote.discounts:
        assert discount.amount == sum(discount.per_line) > 0
        assert min(discount.per_line) >= 0
    for place, line in enumerate(of):
        taken = sum(d.per_line[place] for d in quote.discounts if d.kind != "rounding")
        assert quote.net_lines[place] <= line.gross - taken
        assert not (line.excluded and taken)
    stored = quote.stored_value
    if stored is not None:
        assert 0 <= stored.principal <= guest.principal
        assert 0 <= stored.bonus <= guest.bonus
    assert sum(quote.paid_by.values()) == quote.net
    assert quote.points_spent <= guest.points


@settings(max_examples=100)
@given(lines(), guests(), programmes(), st.randoms())
def test_totals_do_not_depend_on_the_order_of_anything(
    of: tuple[Line, ...], guest: Guest, programme: Programme, random: Any
) -> None:
    from dataclasses import replace

    mixed = [*guest.coupons]
    random.shuffle(mixed)
    offers = [*programme.offers]
    random.shuffle(offers)

    one = told(Bill(lines=of), guest=guest, programme=programme)
    other = told(
        Bill(lines=of),
        guest=replace(guest, coupons=tuple(mixed)),
        programme=replace(programme, offers=tuple(offers)),
    )

    assert (one.net_lines, one.due, one.discounts) == (
        other.net_lines,
        other.due,
        other.discounts,
    )
    assert {d.kind for d in one.discounts} <= set(DiscountKind)


@pytest.mark.parametrize(
    ("dish", "net", "rounded"), [(0, 15_07, 0), (1, 15_08, 0), (10_00, 25_05, 2)]
)
def test_rounding_touches_only_what_may_be_discounted(
    dish: int, net: int, rounded: int
) -> None:
    tip = Line(name="Tip", kind="tip", amount=15_07)
    bill = Bill(lines=(tip, Line(name="Dish", unit_price=dish)))

    quote = told(bill, programme=a_programme(policy={"rounding": 5}))

    assert (quote.net, quote.net_lines[0]) == (net, 15_07)
    assert sum(quote.discounts[0].per_line if rounded else ()) == rounded
