"""The best combination of coupons is the best: beside brute force over every subset."""

from datetime import time as clock
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.best import Combination, apply, best
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
    count = draw(st.integers(0, 6))
    kinds = [draw(versions(pk)) for pk in range(1, 4)]
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
    """Every subset that may stand together, each applied in the one order."""
    pieces = [coupon for coupon in coupons for _use in range(coupon.uses_left)]
    found: list[Combination] = [Combination()]
    for size in range(1, per_bill + 1):
        for chosen in combinations(pieces, size):
            if stacks([one.version for one in chosen], per_bill=per_bill) is None:
                applied = apply(chosen, bill)
                if isinstance(applied, Combination):
                    found.append(applied)
    return min(found, key=rank)


def rank(found: Combination) -> tuple[Any, ...]:
    soonest = sorted((one.coupon.valid_until, one.coupon.pk) for one in found.used)
    return -found.amount, len(found.used), soonest


@settings(max_examples=300)
@given(holdings(), bills(), st.integers(1, 3))
def test_the_search_finds_what_brute_force_finds(
    coupons: list[Coupon], bill: BillFacts, per_bill: int
) -> None:
    found = best(coupons, bill, per_bill=per_bill)

    assert rank(found) == rank(by_brute_force(coupons, bill, per_bill))


@settings(max_examples=100)
@given(holdings(), bills(), st.randoms())
def test_the_order_in_which_coupons_come_does_not_matter(
    coupons: list[Coupon], bill: BillFacts, random: Any
) -> None:
    shuffled = [*coupons]
    random.shuffle(shuffled)

    assert best(shuffled, bill, per_bill=3) == best(coupons, bill, per_bill=3)


def a_drawer(kind: str, **facts: Any) -> list[Coupon]:
    """Thirty coupons, no two of which promise the same."""
    return [
        Coupon(
            id=pk,
            version=TemplateVersion(
                id=pk,
                template_id=pk,
                kind=CouponKind(kind),
                amount=pk * 1_37 if kind == "amount_off" else 0,
                off_bp=pk * 97 if kind == "percent_off" else 0,
                min_spend=pk * 1_00,
                per_bill=1,
                **facts,
            ),
            status=CouponStatus.ISSUED,
            uses=1,
            uses_left=1,
            valid_from=NOON,
            valid_until=NOON + timedelta(days=pk),
        )
        for pk in range(1, 31)
    ]


@pytest.mark.parametrize("kind", ["amount_off", "percent_off"])
def test_thirty_coupons_are_weighed_without_trying_every_combination(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    from checkout.best import _Search

    enter = _Search.enter

    def counted(self: Any, *args: Any) -> None:
        nonlocal tried
        tried += 1
        enter(self, *args)

    monkeypatch.setattr(_Search, "enter", counted)
    bill = a_bill(*(BillLine(item=item, amount=211_00, quantity=2) for item in ITEMS))

    found = best(a_drawer(kind), bill, per_bill=5)

    assert len(found.used) == 5
    # C(30, 5) alone would be 142,506; what it takes is measured in benchmarks.
    assert tried < 500
