"""What a bill earns: the pure function, beside a plain one that counts every cent."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points.earning import (
    Basis,
    Bought,
    EarnResult,
    Facts,
    Sort,
    Tender,
    earn,
    measure,
)
from points.models import EarningRule, PointsPolicy
from points.words import explain_step

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
FACTS = Facts(at=FRIDAY, day=FRIDAY.date())


def rule(**facts: object) -> EarningRule:
    kind = "factor" if facts.get("factor", 1000) != 1000 else "base"
    return EarningRule(**{"name": "rule", "kind": kind, **facts})


def of(
    amount: int,
    *rules: EarningRule,
    policy: PointsPolicy | None = None,
    facts: Facts = FACTS,
    **line: object,
) -> EarnResult:
    return earn(
        lines=[Bought(amount=amount, **line)],  # type: ignore[arg-type]  # a test's shorthand
        paid={Tender.MONEY: amount},
        rules=rules,
        facts=facts,
        policy=policy or PointsPolicy(),
    )


def test_a_yuan_earns_a_point_and_what_is_left_of_one_earns_nothing() -> None:
    assert of(99).points == 0
    assert of(100).points == 1
    assert of(12_399).points == 123
    assert of(12_399).growth == 123


def test_base_rules_add_up_and_factors_multiply() -> None:
    half = rule(earn=1, per=200)
    assert of(1000, half).points == 15
    assert of(1000, half, rule(factor=2000)).points == 30
    assert of(1000, half, rule(factor=2000), rule(factor=1500)).points == 45


def test_only_the_best_factor_counts_where_the_policy_says_so() -> None:
    best = PointsPolicy(combine="best")
    rules = [rule(factor=2000), rule(factor=1500)]
    assert of(1000, *rules, policy=best).points == 20


def test_everything_is_rounded_down_once_at_the_end() -> None:
    """Each of three lines alone would earn 0.99 × 1.5 and lose the rest."""
    result = earn(
        lines=[Bought(amount=99)] * 3,
        paid={Tender.MONEY: 297},
        rules=[rule(factor=1500)],
        facts=FACTS,
        policy=PointsPolicy(),
    )
    assert result.exact_points == Fraction(4455, 1000)
    assert result.points == 4


@pytest.mark.parametrize(
    ("tender", "field"),
    [
        (Tender.MONEY, "on_money"),
        (Tender.PRINCIPAL, "on_principal"),
        (Tender.BONUS, "on_bonus"),
        (Tender.GIFT_CARD, "on_gift_card"),
        (Tender.POINTS, "on_points"),
        (Tender.COUPON, "on_coupons"),
    ],
)
def test_each_way_of_paying_can_be_switched(tender: Tender, field: str) -> None:
    for is_on in (True, False):
        result = earn(
            lines=[Bought(amount=1000)],
            paid={tender: 1000},
            rules=[],
            facts=FACTS,
            policy=PointsPolicy(**{field: is_on}),
        )
        assert result.points == (10 if is_on else 0)


def test_by_default_money_principal_and_sold_cards_earn_and_nothing_else() -> None:
    paid = dict.fromkeys(Tender, 100)
    result = earn(
        lines=[Bought(amount=100 * len(paid))],
        paid=paid,
        rules=[],
        facts=FACTS,
        policy=PointsPolicy(),
    )
    assert result.points == 3


def test_a_card_that_was_given_away_never_earns() -> None:
    everything = PointsPolicy(
        on_bonus=True, on_points=True, on_coupons=True, on_gift_card=True
    )
    result = earn(
        lines=[Bought(amount=500)],
        paid={Tender.GIVEN_CARD: 500},
        rules=[],
        facts=FACTS,
        policy=everything,
    )
    assert (result.points, result.growth) == (0, 0)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"sort": Sort.TOP_UP}, "on_top_ups"),
        ({"sort": Sort.GIFT_CARD}, "on_gift_card_sales"),
        ({"excluded": True}, "on_excluded"),
    ],
)
def test_each_kind_of_line_can_be_switched(line: dict[str, object], field: str) -> None:
    assert of(1000, **line).points == 0  # type: ignore[arg-type]  # a test's shorthand
    policy = PointsPolicy(**{field: True})
    assert of(1000, policy=policy, **line).points == 10  # type: ignore[arg-type]


CONDITIONS = [
    ({"tiers": ["gold"]}, {"tier": "gold"}, {"tier": "silver"}, "other_tier"),
    ({"stores": ["S1"]}, {"store": "S1"}, {"store": "S2"}, "other_store"),
    ({"weekdays": [5]}, {}, {"day": date(2026, 11, 21)}, "other_weekday"),
    ({"month_days": [8, 20]}, {}, {"day": date(2026, 11, 21)}, "other_day"),
    ({"birthday": "day"}, {"is_birthday": True}, {}, "no_birthday"),
    ({"birthday": "month"}, {"is_birthday_month": True}, {}, "no_birthday"),
    ({"starts_at": FRIDAY}, {}, {"at": FRIDAY - timedelta(seconds=1)}, "too_early"),
    ({"ends_at": FRIDAY}, {"at": FRIDAY - timedelta(seconds=1)}, {}, "over"),
    (
        {"from_time": time(12), "until_time": time(14)},
        {},
        {"at": FRIDAY.replace(hour=14)},
        "other_hour",
    ),
    (
        {"from_time": time(22), "until_time": time(2)},
        {"at": FRIDAY.replace(hour=1, minute=59)},
        {"at": FRIDAY.replace(hour=2)},
        "other_hour",
    ),
]


@pytest.mark.parametrize(("condition", "met", "missed", "reason"), CONDITIONS)
def test_a_rule_counts_only_where_its_condition_is_met(
    condition: dict[str, object],
    met: dict[str, object],
    missed: dict[str, object],
    reason: str,
) -> None:
    double = rule(factor=2000, **condition)
    plain = {"at": FRIDAY, "day": FRIDAY.date()}
    assert of(1000, double, facts=Facts(**{**plain, **met})).points == 20  # type: ignore[arg-type]
    result = of(1000, double, facts=Facts(**{**plain, **missed}))  # type: ignore[arg-type]
    assert result.points == 10
    assert [step.reason for step in result.steps if step.reason] == [reason]


def test_a_category_s_rule_reaches_only_its_lines() -> None:
    result = earn(
        lines=[Bought(amount=1000, category="tea"), Bought(amount=1000)],
        paid={Tender.MONEY: 2000},
        rules=[rule(factor=3000, categories=["tea"])],
        facts=FACTS,
        policy=PointsPolicy(),
    )
    assert result.points == 40


def test_what_is_given_once_needs_its_least_amount() -> None:
    welcome = rule(flat=50, least_amount=10_000)
    assert of(9_999, welcome).points == 99
    assert of(10_000, welcome).points == 150


def test_the_tier_s_factor_is_one_of_the_factors() -> None:
    gold = Facts(at=FRIDAY, day=FRIDAY.date(), tier="gold", tier_factor=1500)
    result = of(1000, rule(factor=2000), facts=gold)
    assert result.points == 30
    assert result.growth == 10


def test_caps_of_sale_day_and_month_hold_together() -> None:
    policy = PointsPolicy(most_per_sale=50, most_per_day=60, most_per_month=100)
    assert of(10_000, policy=policy).points == 50
    late = Facts(at=FRIDAY, day=FRIDAY.date(), earned_today=40, earned_this_month=95)
    assert of(10_000, policy=policy, facts=late).points == 5
    full = Facts(at=FRIDAY, day=FRIDAY.date(), earned_today=61, earned_this_month=61)
    assert of(10_000, policy=policy, facts=full).points == 0
    assert of(10_000, policy=policy).growth == 100


def test_every_rule_is_explained_in_words() -> None:
    result = of(
        12_000,
        rule(name="Lunch", factor=1500, from_time=time(11), until_time=time(14)),
        rule(name="Sunday", factor=2000, weekdays=[7]),
        rule(name="Welcome", flat=20, least_amount=1),
        policy=PointsPolicy(most_per_sale=100),
    )
    words = [
        explain_step(step.as_json())
        for step in result.steps
        if step.programme == "points"
    ]
    assert words == [
        "The shop’s rate: 1 points for each ¥1.00.",
        "Welcome: 20 points once.",
        "Lunch: times 1.5.",
        "No more than 100 points, the limit that was left.",
        "Sunday: not counted, is for other weekdays.",
    ]


AMOUNTS = st.integers(0, 400)
CATEGORIES = st.sampled_from(["", "tea", "wine"])
LINES = st.lists(
    st.builds(
        Bought,
        amount=AMOUNTS,
        category=CATEGORIES,
        sort=st.sampled_from(Sort),
        excluded=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
BASES = st.builds(
    lambda earn, per, flat, categories, least: EarningRule(
        name="base",
        kind="base",
        earn=earn,
        per=per,
        flat=flat,
        categories=categories,
        least_amount=least,
    ),
    earn=st.integers(0, 5),
    per=st.integers(1, 300),
    flat=st.integers(0, 9),
    categories=st.lists(CATEGORIES.filter(bool), max_size=1),
    least=st.sampled_from([0, 150]),
)
FACTORS = st.builds(
    lambda factor, categories, least: EarningRule(
        name="factor",
        kind="factor",
        factor=factor,
        categories=categories,
        least_amount=least if factor >= 1000 else 0,
    ),
    factor=st.sampled_from([0, 500, 1000, 1333, 1500, 2000, 3000]),
    categories=st.lists(CATEGORIES.filter(bool), max_size=1),
    least=st.sampled_from([0, 150]),
)
RULES = st.lists(st.one_of(BASES, FACTORS), max_size=5)
POLICIES = st.builds(
    PointsPolicy,
    earn_points=st.integers(0, 3),
    earn_per=st.sampled_from([1, 7, 100]),
    combine=st.sampled_from(["multiply", "best"]),
    on_bonus=st.booleans(),
    on_excluded=st.booleans(),
    on_top_ups=st.booleans(),
    most_per_sale=st.sampled_from([None, 3, 40]),
)


def plain(  # noqa: C901 (plain on purpose: all of it in one place)
    lines: Sequence[Bought],
    paid: dict[Tender, int],
    rules: Sequence[EarningRule],
    policy: PointsPolicy,
) -> int:
    """Every cent by itself, rule by rule, with nothing clever."""
    total = sum(paid.values())
    earning = {Tender.MONEY}
    if policy.on_bonus:
        earning.add(Tender.BONUS)
    share = Fraction(sum(paid.get(t, 0) for t in earning), total) if total else 0

    def counts(line: Bought) -> bool:
        if line.excluded and not policy.on_excluded:
            return False
        return line.sort == Sort.GOODS or (
            line.sort == Sort.TOP_UP and policy.on_top_ups
        )

    def reaches(one: EarningRule, line: Bought) -> bool:
        return not one.categories or line.category in one.categories

    def matching(one: EarningRule) -> Fraction:
        found = Fraction(0)
        for line in lines:
            if counts(line) and reaches(one, line):
                found += line.amount * share
        return found

    live = [r for r in rules if matching(r) > 0 and matching(r) >= r.least_amount]
    anything = any(counts(line) and line.amount * share > 0 for line in lines)

    def times(line: Bought | None) -> Fraction:
        here = [
            Fraction(r.factor, 1000)
            for r in live
            if r.kind == "factor"
            and (not r.categories if line is None else reaches(r, line))
        ]
        if policy.combine == "best":
            return max(here) if here else Fraction(1)
        product = Fraction(1)
        for factor in here:
            product *= factor
        return product

    exact = Fraction(0)
    for line in lines:
        if not counts(line):
            continue
        for _cent in range(line.amount):
            each = Fraction(policy.earn_points, policy.earn_per) if anything else 0
            for r in live:
                if r.kind == "base" and reaches(r, line):
                    each += Fraction(r.earn, r.per)
            exact += share * each * times(line)
    for r in live:
        if r.kind == "base":
            exact += r.flat * times(None)
    most = policy.most_per_sale
    return floor(exact) if most is None else min(floor(exact), most)


@given(LINES, RULES, POLICIES, st.integers(0, 100), st.randoms())
def test_any_bill_earns_what_the_plain_version_counts_in_any_order_of_rules(
    lines: list[Bought],
    rules: list[EarningRule],
    policy: PointsPolicy,
    bonus_percent: int,
    dice: random.Random,
) -> None:
    total = sum(line.amount for line in lines)
    bonus = total * bonus_percent // 100
    paid = {Tender.MONEY: total - bonus, Tender.BONUS: bonus}

    def points(in_order: list[EarningRule]) -> EarnResult:
        return earn(lines=lines, paid=paid, rules=in_order, facts=FACTS, policy=policy)

    result = points(rules)
    assert result.points == plain(lines, paid, rules, policy)
    shuffled = list(rules)
    dice.shuffle(shuffled)
    assert points(shuffled).points == result.points
    assert points(shuffled).basis == result.basis
    kept = Basis.from_json(result.basis.as_json())
    assert measure(kept).points == result.points


@given(LINES, RULES, POLICIES, st.data())
def test_less_bought_never_earns_more(
    lines: list[Bought],
    rules: list[EarningRule],
    policy: PointsPolicy,
    data: st.DataObject,
) -> None:
    total = sum(line.amount for line in lines)
    whole = earn(
        lines=lines,
        paid={Tender.MONEY: total},
        rules=rules,
        facts=FACTS,
        policy=policy,
    )
    back = [data.draw(st.integers(0, line.amount)) for line in lines]
    assert measure(whole.basis.after(back)).points <= whole.points
    everything = [line.amount for line in lines]
    assert measure(whole.basis.after(everything)).points == 0
