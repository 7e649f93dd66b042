"""What one coupon saves on a bill, and the sentence when it does not: pure rules."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupons.kinds import CouponKind, Validity
from coupons.models import Coupon, TemplateVersion
from coupons.rules import (
    BillFacts,
    BillLine,
    Fitting,
    ReducedPieces,
    Refusal,
    Saving,
    fitting,
    pass_refund,
    refusal_of,
    saving,
    share,
    soonest_first,
    stacks,
    top_up_bonus,
    valid_period,
    worth,
)
from tests.factories.coupons import a_bill
from tests.factories.stores import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOODLES = BillLine(item="noodles", category="mains", quantity=2, amount=60_00)
TEA = BillLine(item="tea", category="drinks", quantity=1, amount=15_00)


def off(**facts: Any) -> TemplateVersion:
    """¥10 off over ¥50."""
    return TemplateVersion(
        **{
            "kind": CouponKind.AMOUNT_OFF,
            "name_en": "Ten off",
            "amount": 10_00,
            "min_spend": 50_00,
            "template_id": 1,
            **facts,
        }
    )


def percent(bp: int = 2000, **facts: Any) -> TemplateVersion:
    return off(kind=CouponKind.PERCENT_OFF, amount=0, off_bp=bp, min_spend=0, **facts)


def word(outcome: Saving | Refusal) -> str:
    return outcome.code if isinstance(outcome, Refusal) else "saves"


def amount(outcome: Saving | Refusal) -> int:
    assert isinstance(outcome, Saving), outcome
    return outcome.amount


def test_amount_off_over_a_threshold() -> None:
    assert saving(off(), a_bill(NOODLES)) == Saving(10_00, (10_00,))


def test_it_says_how_much_is_missing() -> None:
    refusal = saving(off(), a_bill(replace(NOODLES, amount=38_00)))

    assert refusal == Refusal("min_spend", "¥12.00 more to use this coupon.")


def test_the_threshold_counts_only_what_it_is_for() -> None:
    bill = a_bill(NOODLES, TEA)

    assert word(saving(off(categories=["drinks"]), bill)) == "min_spend"
    assert amount(saving(off(categories=["drinks"], min_spend=15_00), bill)) == 10_00


def test_it_never_saves_more_than_what_it_is_for() -> None:
    bill = a_bill(NOODLES, replace(TEA, amount=3_00))

    outcome = saving(off(items=["tea"], min_spend=0), bill)

    assert outcome == Saving(3_00, (0, 3_00))


def test_percent_off_with_a_cap_rounded_once_half_up() -> None:
    odd = a_bill(BillLine(item="tea", amount=12_5))  # 20 % of 1.25 is 0.25

    assert amount(saving(percent(), odd)) == 25
    assert amount(saving(percent(1000), odd)) == 13  # 12.5 cents
    assert amount(saving(percent(cap=9_00), a_bill())) == 9_00


def test_a_saving_is_spread_over_the_lines_to_the_cent() -> None:
    lines = (BillLine(item="a", amount=1_00),) * 3

    assert saving(off(min_spend=0, amount=1_00), a_bill(*lines)) == Saving(
        100, (34, 33, 33)
    )


def test_an_item_for_free_or_at_a_price_is_one_piece_of_the_dearest() -> None:
    free = off(kind=CouponKind.ITEM, amount=0, min_spend=0, categories=["mains"])
    beef = BillLine(item="beef", category="mains", quantity=1, amount=48_00)
    bill = a_bill(NOODLES, beef, TEA)

    assert saving(free, bill) == Saving(48_00, (0, 48_00, 0))
    free.amount = 8_80
    assert amount(saving(free, bill)) == 39_20
    free.amount = 48_00
    assert word(saving(free, bill)) == "saves_nothing"


def test_an_items_threshold_is_the_whole_bill() -> None:
    free_tea = off(kind=CouponKind.ITEM, amount=0, items=["tea"], min_spend=70_00)

    assert amount(saving(free_tea, a_bill(NOODLES, TEA))) == 15_00
    assert word(saving(free_tea, a_bill(TEA))) == "min_spend"
    free_tea.min_spend = 75_00
    assert amount(saving(free_tea, a_bill(NOODLES, TEA))) == 15_00
    free_tea.min_spend = 75_01
    assert word(saving(free_tea, a_bill(NOODLES, TEA))) == "min_spend"


def test_a_pass_pays_one_piece() -> None:
    ten = off(kind=CouponKind.PASS, amount=0, min_spend=0, uses=10, items=["noodles"])

    assert saving(ten, a_bill(NOODLES, TEA)) == Saving(30_00, (30_00, 0))


def saved_one_after_another(
    bill: BillFacts, *versions: TemplateVersion
) -> list[int | None]:
    """What each saves of what those before it left."""
    amounts = bill.amounts
    reduced: ReducedPieces = ()
    found: list[int | None] = []
    for version in versions:
        fit = fitting(version, bill)
        assert isinstance(fit, Fitting)
        saved = fit.saves(amounts, reduced)
        found.append(saved.amount if saved else None)
        if saved is not None:
            reduced = fit.after(amounts, reduced, saved)
            amounts = tuple(
                amount - off
                for amount, off in zip(amounts, saved.per_line, strict=True)
            )
    return found


@pytest.mark.parametrize(
    ("terms", "saved"),
    [
        ([{}, {}, {}], [10_00, 10_00, 10_00]),
        ([{}, {}, {}, {}], [10_00, 10_00, 10_00, None]),
        # At a price of its own a piece is had once; then the next one.
        ([{"amount": 4_00}] * 4, [6_00, 6_00, 6_00, None]),
        ([{"amount": 4_00}, {}, {}, {}], [6_00, 10_00, 10_00, 4_00]),
        # What a cap left of a piece is taken when no dearer piece is left.
        ([{"cap": 7_00}] * 4, [7_00, 7_00, 7_00, 3_00]),
        ([{"cap": 7_00}, {"cap": 2_00}, {}, {}], [7_00, 2_00, 10_00, 8_00]),
    ],
)
def test_each_takes_a_piece_of_its_own_of_several_on_one_line(
    terms: list[dict[str, Any]], saved: list[int | None]
) -> None:
    three = a_bill(BillLine(item="noodles", quantity=3, amount=30_01))
    versions = [
        off(
            **{
                "kind": CouponKind.ITEM,
                "amount": 0,
                "min_spend": 0,
                "items": ["noodles"],
            }
            | one
        )
        for one in terms
    ]

    assert saved_one_after_another(three, *versions) == saved


@pytest.mark.parametrize(
    ("terms", "bill", "code"),
    [
        ({"store_ids": [2]}, {}, "store"),
        ({"channels": ["delivery"]}, {}, "channel"),
        ({"tier_ids": [3]}, {}, "tier"),
        ({"tier_ids": [3]}, {"tier_id": 4}, "tier"),
        ({"weekdays": [0, 1]}, {}, "weekday"),
        ({"blackouts": [["2026-11-20", "2026-11-20"]]}, {}, "blackout"),
        ({"blackouts": [["2026-11-01", "2026-11-30"]]}, {}, "blackout"),
        ({"hours": [[None, "14:00", "17:00"]]}, {}, "hours"),
        ({"hours": [[0, "11:00", "14:00"]]}, {}, "hours"),
        ({"hours": [[None, "11:00", "12:00"]]}, {}, "hours"),
        ({"items": ["dumplings"]}, {}, "no_item"),
        ({"kind": CouponKind.TOP_UP}, {}, "for_top_up"),
    ],
)
def test_where_and_when_it_does_not_hold_it_says_why(
    terms: dict[str, Any], bill: dict[str, Any], code: str
) -> None:
    outcome = saving(off(**terms), a_bill(**bill))

    assert isinstance(outcome, Refusal)
    assert outcome.code == code
    assert outcome.sentence.endswith(".")


@pytest.mark.parametrize(
    "terms",
    [
        {"store_ids": [2, 1]},
        {"channels": ["counter"]},
        {"tier_ids": [3]},
        {"weekdays": [4]},
        {"blackouts": [["2026-11-21", "2026-11-30"]]},
        {"hours": [[0, "08:00", "09:00"], [4, "12:00", "12:01"]]},
        {"items": ["dumplings"], "categories": ["mains"]},
    ],
)
def test_where_and_when_it_holds_it_saves(terms: dict[str, Any]) -> None:
    assert word(saving(off(**terms), a_bill(NOODLES, tier_id=3))) == "saves"


@pytest.mark.parametrize(
    ("now", "holds"),
    [(time(21, 59), False), (time(22), True), (time(1, 59), True), (time(2), False)],
)
def test_hours_past_midnight_belong_to_the_business_day(
    now: time, *, holds: bool
) -> None:
    late = off(hours=[[4, "22:00", "02:00"]])

    assert (word(saving(late, a_bill(local_time=now))) == "saves") is holds


def test_without_the_tiers_discount_only_other_lines_count() -> None:
    alone = off(with_tier_discount=False)
    cheaper = replace(NOODLES, has_tier_discount=True)

    assert word(saving(alone, a_bill(cheaper))) == "tier_discount"
    assert saving(alone, a_bill(cheaper, NOODLES)) == Saving(10_00, (0, 10_00))


def test_what_costs_nothing_takes_no_coupon() -> None:
    assert word(saving(off(), a_bill(replace(TEA, amount=0)))) == "no_item"
    assert word(saving(off(), a_bill(replace(TEA, quantity=0)))) == "no_item"


def test_a_top_up_coupon_adds_to_a_top_up_only() -> None:
    extra = off(kind=CouponKind.TOP_UP, min_spend=100_00)

    assert top_up_bonus(extra, amount=100_00, bill=a_bill()) == 10_00
    refusal = top_up_bonus(extra, amount=99_00, bill=a_bill())
    assert refusal == Refusal("min_spend", "¥1.00 more to use this coupon.")
    by_rate = off(kind=CouponKind.TOP_UP, amount=0, off_bp=500, cap=20_00, min_spend=0)
    assert top_up_bonus(by_rate, amount=100_00, bill=a_bill()) == 5_00
    assert top_up_bonus(by_rate, amount=900_00, bill=a_bill()) == 20_00
    nothing = top_up_bonus(by_rate, amount=9, bill=a_bill())
    assert isinstance(nothing, Refusal)
    assert nothing.code == "gives_nothing"
    elsewhere = top_up_bonus(off(store_ids=[9], kind="top_up"), amount=1, bill=a_bill())
    assert isinstance(elsewhere, Refusal)
    other = top_up_bonus(off(), amount=100_00, bill=a_bill())
    assert isinstance(other, Refusal)
    assert other.code == "not_for_top_up"


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ([{}, {}], "per_bill"),
        ([{"per_bill": 2}, {"per_bill": 2}], None),
        ([{}, {"template_id": 2}], None),
        ([{"is_exclusive": True}], None),
        ([{"is_exclusive": True}, {"template_id": 2}], "exclusive"),
        ([{"group": "tea"}, {"group": "tea", "template_id": 2}], "group"),
        ([{"group": "tea"}, {"group": "rice", "template_id": 2}], None),
        ([{"template_id": n} for n in range(4)], "too_many"),
    ],
)
def test_which_stand_on_one_bill_together(
    chosen: list[dict[str, Any]], code: str | None
) -> None:
    refusal = stacks([off(**facts) for facts in chosen], per_bill=3)

    assert (refusal and refusal.code) == code


def held(**facts: Any) -> Coupon:
    return Coupon(
        **{
            "pk": 1,
            "member_id": 7,
            "status": "issued",
            "valid_from": NOON,
            "valid_until": NOON + timedelta(days=1),
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"member_id": None}, None),
        ({"member_id": 8}, "other_member"),
        ({"status": "offered"}, "offered"),
        ({"status": "redeemed"}, "redeemed"),
        ({"status": "void"}, "void"),
        ({"valid_from": NOON + timedelta(microseconds=1)}, "not_yet"),
        ({"valid_until": NOON}, "expired"),
        ({"valid_until": NOON + timedelta(microseconds=1)}, None),
    ],
)
def test_whose_it_is_and_when_it_holds(facts: dict[str, Any], code: str | None) -> None:
    refusal = refusal_of(held(**facts), member_id=7, at=NOON)

    assert (refusal and refusal.code) == code


def test_of_equal_savings_what_expires_sooner_goes_first() -> None:
    later = held(pk=1, valid_until=NOON + timedelta(days=9))
    sooner, twin = held(pk=3), held(pk=2)

    assert soonest_first([later, sooner, twin]) == [twin, sooner, later]


@pytest.mark.parametrize(
    ("terms", "begins", "ends"),
    [
        ({"lasts_days": 1}, NOON, "2026-11-21T00:00"),
        ({"lasts_days": 30}, NOON, "2026-12-20T00:00"),
        ({"lasts_days": 7, "starts_after_days": 1}, "2026-11-21T00:00", "2026-11-28"),
        ({"validity": Validity.MONTH_END}, NOON, "2026-12-01T00:00"),
        (
            {"validity": Validity.MONTH_END, "starts_after_days": 11},
            "2026-12-01T00:00",
            "2027-01-01T00:00",
        ),
        (
            {
                "validity": Validity.FIXED,
                "valid_from": NOON + timedelta(days=1),
                "valid_until": NOON + timedelta(days=2),
            },
            NOON + timedelta(days=1),
            NOON + timedelta(days=2),
        ),
    ],
)
def test_from_when_until_when(terms: dict[str, Any], begins: Any, ends: Any) -> None:
    version = off(**{"validity": Validity.DAYS, **terms})

    period = valid_period(version, at=NOON, zone=SHANGHAI)

    assert period == (moment(begins), moment(ends))


def moment(written: Any) -> datetime:
    if isinstance(written, datetime):
        return written
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def test_days_are_those_of_the_house_also_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # the night has 25 hours

    _begins, ends = valid_period(off(lasts_days=2), at=at, zone=berlin)

    assert ends.astimezone(UTC) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("paid", "left", "price", "back"),
    [
        (200_00, 10, 25_00, 200_00),
        (200_00, 6, 25_00, 100_00),
        (200_00, 1, 25_00, 0),
        (200_00, 6, 0, 120_00),
        (200_00, 0, 0, 0),
        (200_00, 0, 1, 0),
        (99_99, 3, 0, 29_99),
        (0, 5, 1_00, 0),
    ],
)
def test_what_is_left_of_a_pass(paid: int, left: int, price: int, back: int) -> None:
    assert pass_refund(paid=paid, uses=10, uses_left=left, use_price=price) == back


def test_what_a_coupon_may_cost_the_house() -> None:
    assert worth(off()) == 10_00
    assert worth(percent(cap=30_00)) == 30_00
    assert worth(percent()) == 0
    assert (
        worth(off(kind=CouponKind.PASS, amount=0, uses=10, use_price=20_00)) == 200_00
    )


money = st.integers(0, 10**9)


@given(
    lines=st.lists(st.tuples(st.integers(1, 9), money), min_size=1, max_size=6),
    kind=st.sampled_from(["amount_off", "percent_off", "item", "pass"]),
    value=money,
    bp=st.integers(1, 10_000),
    cap=st.none() | st.integers(1, 10**6),
)
def test_no_coupon_saves_more_than_the_bill(
    lines: list[tuple[int, int]], kind: str, value: int, bp: int, cap: int | None
) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "amount_off": {"amount": value + 1},
        "percent_off": {"amount": 0, "off_bp": bp},
        "item": {"amount": value, "items": ["x"]},
        "pass": {"amount": 0, "items": ["x"]},
    }
    terms = kinds[kind]
    bill = a_bill(*(BillLine(item="x", quantity=q, amount=a) for q, a in lines))

    outcome = saving(off(kind=kind, min_spend=0, cap=cap, **terms), bill)

    if isinstance(outcome, Saving):
        assert outcome.amount == sum(outcome.per_line)
        assert 0 <= outcome.amount <= bill.amount
        assert cap is None or outcome.amount <= cap
        assert all(
            0 <= part <= line.amount
            for part, line in zip(outcome.per_line, bill.lines, strict=True)
        )


@given(amount=money, bp=st.integers(0, 10_000))
def test_a_share_is_the_exact_one_rounded_half_up(amount: int, bp: int) -> None:
    assert share(amount, bp) == (amount * bp * 2 + 10_000) // 20_000


@given(uses=st.integers(1, 50), price=money, paid=money, used=st.integers(0, 50))
def test_a_pass_gives_back_no_more_than_was_paid(
    uses: int, price: int, paid: int, used: int
) -> None:
    left = max(0, uses - used)

    assert pass_refund(paid=paid, uses=uses, uses_left=left, use_price=price) >= 0
    assert pass_refund(paid=paid, uses=uses, uses_left=left, use_price=price) <= paid


def test_the_bill_knows_its_day() -> None:
    assert isinstance(a_bill(), BillFacts)
    assert a_bill().business_date == date(2026, 11, 20)
