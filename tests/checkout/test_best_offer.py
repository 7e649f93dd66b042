"""The best combination of coupons is the best: beside brute force over every subset."""

from collections.abc import Callable, Sequence
from datetime import time as clock
from datetime import timedelta
from itertools import combinations, groupby, permutations, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout import best as search
from checkout.best import best
from checkout.combinations import Combination, apply, in_order, step_of
from coupons.kinds import CouponKind, CouponStatus
from coupons.models import Coupon, TemplateVersion
from coupons.rules import BillFacts, BillLine, stacks
from tests.factories.stores import NOON

ITEMS = ("noodles", "tea", "duck")


@st.composite
def versions(draw: st.DrawFn, pk: int) -> TemplateVersion:
    kind = draw(st.sampled_from(["amount_off", "percent_off", "item", "pass"]))
    named = kind in ("item", "pass") or draw(st.booleans())
    group = draw(st.sampled_from(["", "", "a", "b"]))
    exclusive = draw(st.integers(0, 9)) == 0
    several = not group and not exclusive and draw(st.booleans())
    return TemplateVersion(
        id=pk,
        template_id=draw(st.integers(1, 4)),
        kind=CouponKind(kind),
        amount=draw(st.integers(1, 60_00)) if kind == "amount_off" else 0,
        off_bp=draw(st.integers(1, 9_000)) if kind == "percent_off" else 0,
        cap=draw(st.none() | st.integers(1, 30_00)),
        min_spend=draw(st.sampled_from([0, 0, 50_00, 120_00])),
        uses=2 if kind == "pass" else 1,
        items=[draw(st.sampled_from(ITEMS))] if named else [],
        categories=[],
        group=group,
        is_exclusive=exclusive,
        per_bill=2 if several else 1,
        with_tier_discount=draw(st.booleans()),
    )


@st.composite
def holdings(draw: st.DrawFn) -> list[Coupon]:
    count = draw(st.integers(0, 7))
    kinds = [draw(versions(pk)) for pk in range(1, draw(st.integers(3, 6)))]
    coupons = []
    for pk in range(1, count + 1):
        version = draw(st.sampled_from(kinds))
        coupons.append(
            Coupon(
                id=pk,
                version=version,
                status=CouponStatus.ISSUED,
                uses=version.uses,
                uses_left=draw(st.integers(1, version.uses)),
                valid_from=NOON,
                valid_until=NOON + timedelta(days=draw(st.integers(1, 4))),
            )
        )
    return coupons


@st.composite
def bills(draw: st.DrawFn) -> BillFacts:
    lines = tuple(
        BillLine(
            item=draw(st.sampled_from(ITEMS)),
            quantity=draw(st.integers(1, 3)),
            amount=draw(st.integers(0, 200_00)),
            has_tier_discount=draw(st.booleans()),
        )
        for _line in range(draw(st.integers(1, 3)))
    )
    return a_bill(*lines)


def a_bill(*lines: BillLine) -> BillFacts:
    return BillFacts(
        lines=lines, store_id=1, business_date=NOON.date(), local_time=clock(12)
    )


def by_brute_force(coupons: list[Coupon], bill: BillFacts, per_bill: int) -> Any:
    """Every subset that may stand together, each in every order there may be."""
    pieces = [coupon for coupon in coupons for _use in range(coupon.uses_left)]
    found: list[Combination] = [Combination()]
    for size in range(1, per_bill + 1):
        for chosen in combinations(pieces, size):
            if stacks([one.version for one in chosen], per_bill=per_bill) is None:
                found += in_any_order(chosen, bill)
    return min(found, key=rank)


def in_any_order(chosen: Sequence[Coupon], bill: BillFacts) -> list[Combination]:
    """Applied in every order that keeps to the steps."""
    steps = [list(same) for _step, same in groupby(in_order(chosen), key=step_of)]
    applied = (
        apply([coupon for order in orders for coupon in order], bill)
        for orders in product(*(permutations(step) for step in steps))
    )
    return [found for found in applied if isinstance(found, Combination)]


def rank(found: Combination) -> tuple[Any, ...]:
    soonest = sorted((one.coupon.valid_until, one.coupon.pk) for one in found.used)
    return -found.amount, len(found.used), soonest


@settings(max_examples=300)
@given(holdings(), bills(), st.integers(1, 4))
def test_the_search_finds_what_brute_force_finds(
    coupons: list[Coupon], bill: BillFacts, per_bill: int
) -> None:
    found = best(coupons, bill, per_bill=per_bill)

    assert found is not None
    assert rank(found) == rank(by_brute_force(coupons, bill, per_bill))


@settings(max_examples=100)
@given(holdings(), bills(), st.randoms())
def test_the_order_in_which_coupons_come_does_not_matter(
    coupons: list[Coupon], bill: BillFacts, random: Any
) -> None:
    shuffled = [*coupons]
    random.shuffle(shuffled)

    assert best(shuffled, bill, per_bill=3) == best(coupons, bill, per_bill=3)


def thirty(draw: Callable[[int], dict[str, Any]]) -> list[Coupon]:
    """Thirty coupons that may all stand together, from what is drawn for each."""
    coupons = []
    for pk in range(1, 31):
        facts: dict[str, Any] = {
            "kind": CouponKind.AMOUNT_OFF,
            "per_bill": 1,
            **draw(pk),
        }
        days = facts.pop("days", pk)
        coupons.append(
            Coupon(
                id=pk,
                version=TemplateVersion(id=pk, template_id=pk, **facts),
                status=CouponStatus.ISSUED,
                uses=1,
                uses_left=1,
                valid_from=NOON,
                valid_until=NOON + timedelta(days=days),
            )
        )
    return coupons


def a_wild_drawer(seed: int) -> list[Coupon]:
    """As hard as they come: caps, minimums, items, amounts and percentages mixed."""
    dice = Random(seed)

    def draw(_pk: int) -> dict[str, Any]:
        kind = dice.choice(["amount_off", "percent_off", "percent_off", "item"])
        named = kind == "item" or dice.random() < 0.4
        return {
            "kind": CouponKind(kind),
            "amount": dice.randint(1_00, 60_00) if kind == "amount_off" else 0,
            "off_bp": dice.randint(1_00, 50_00) if kind == "percent_off" else 0,
            "cap": dice.choice([None, None, dice.randint(1_00, 30_00)]),
            "min_spend": dice.choice([0, dice.randint(1, 300_00)]),
            "items": [dice.choice(ITEMS)] if named else [],
            "days": dice.randint(1, 30),
        }

    return thirty(draw)


A_TABLE = a_bill(*(BillLine(item=item, amount=211_00, quantity=2) for item in ITEMS))


def searched(
    coupons: list[Coupon], per_bill: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[Combination, int]:
    """What was found, and how often it was asked what a coupon would save."""
    searches: list[Any] = []
    begin = search._Search.__init__

    def kept(self: Any, *args: Any) -> None:
        begin(self, *args)
        searches.append(self)

    with monkeypatch.context() as patched:
        patched.setattr(search._Search, "__init__", kept)
        found = best(coupons, A_TABLE, per_bill=per_bill)
    assert found is not None
    return found, searches[0].weighed


@pytest.mark.parametrize(
    ("kind", "per_bill"), [("amount_off", 5), ("amount_off", 3), ("percent_off", 3)]
)
def test_thirty_coupons_are_weighed_without_trying_every_combination(
    kind: str, per_bill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawer = thirty(
        lambda pk: {
            "kind": CouponKind(kind),
            "amount": pk * 1_37 if kind == "amount_off" else 0,
            "off_bp": pk * 97 if kind == "percent_off" else 0,
            "min_spend": pk * 1_00,
        }
    )

    found, weighed = searched(drawer, per_bill, monkeypatch)

    assert sorted(found.ids) == list(range(31 - per_bill, 31))
    assert weighed < search.MOST_WEIGHED // 2


@pytest.mark.parametrize("seed", range(12))
def test_thirty_of_any_kind_take_three_places_well_within_what_is_weighed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _found, weighed = searched(a_wild_drawer(seed), 3, monkeypatch)

    assert weighed < search.MOST_WEIGHED // 4


@pytest.mark.parametrize("seed", range(4))
def test_where_very_many_may_stand_together_it_still_ends_soon(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    coupons = a_wild_drawer(seed)

    found, weighed = searched(coupons, 30, monkeypatch)

    # One round more at the most begins when so much is weighed.
    assert weighed <= search.MOST_WEIGHED + 30 * 32
    assert apply([one.coupon for one in found.used], A_TABLE) == found
    fewer = best(coupons, A_TABLE, per_bill=2)
    assert fewer is not None
    assert found.amount >= fewer.amount


@pytest.mark.parametrize("per_bill", [3, 5])
def test_of_thirty_that_save_the_same_the_soonest_to_end_are_used(
    per_bill: int,
) -> None:
    # The least minimum is the first in order, and ends last.
    drawer = thirty(lambda pk: {"amount": 5_00, "min_spend": pk, "days": 31 - pk})

    found = best(drawer, A_TABLE, per_bill=per_bill)

    assert found is not None
    assert sorted(found.ids) == list(range(31 - per_bill, 31))


@settings(max_examples=200)
@given(holdings())
def test_two_coupons_stand_together_in_the_search_where_the_rules_let_them(
    coupons: list[Coupon],
) -> None:
    for one, other in combinations([coupon.version for coupon in coupons], 2):
        together = search._may_stand_together(one, other)
        assert together is (stacks((one, other), per_bill=2) is None)


def test_a_drawer_asks_anew_where_another_option_changes_what_fits() -> None:
    """The tier's discount on a line shuts a coupon out; its price alone does not."""
    coupons = thirty(lambda _pk: {"amount": 5_00, "with_tier_discount": False})
    drawer = search.Drawer(coupons, per_bill=1)

    def saved(*, amount: int, has_tier_discount: bool) -> int:
        line = BillLine(item="tea", amount=amount, has_tier_discount=has_tier_discount)
        found = drawer.best(a_bill(line))
        assert found is not None
        return found.amount

    assert saved(amount=50_00, has_tier_discount=False) == 5_00
    assert saved(amount=50_00, has_tier_discount=True) == 0
    assert saved(amount=2_00, has_tier_discount=False) == 2_00
    assert saved(amount=0, has_tier_discount=False) == 0
