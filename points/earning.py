"""What a sale earns: a pure function of the bill, the rules, the facts and the policy.

Base rules add up, factors multiply (or the best one counts), everything in exact
fractions, rounded down once at the very end. What was looked at is kept as a `Basis`,
so that what is left after a refund is judged by the same rules as the sale was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from math import floor, prod
from typing import Any, Final

from .models import EarningRule, PointsPolicy

PER_MILLE: Final = 1000


class Tender(StrEnum):
    """What a bill was paid with, as far as earning tells it apart."""

    MONEY = "money"
    OTHER = "other"  # money in a way of paying that earns nothing
    PRINCIPAL = "principal"
    BONUS = "bonus"
    GIFT_CARD = "gift_card"  # one that was sold
    GIVEN_CARD = "given_card"  # one that was given away: never earns
    POINTS = "points"
    COUPON = "coupon"


class Sort(StrEnum):
    """What a line of a bill is."""

    GOODS = "goods"
    TOP_UP = "top_up"
    GIFT_CARD = "gift_card"
    TAX = "tax"
    SERVICE_CHARGE = "service_charge"
    TIP = "tip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A line of a bill after its discounts, in minor units."""

    amount: int
    category: str = ""
    sort: Sort = Sort.GOODS
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """When and where it was sold, and to whom; `at` in the store's own time."""

    at: datetime
    day: date
    store: str = ""
    tier: str = ""
    tier_factor: int = PER_MILLE
    is_birthday: bool = False
    is_birthday_month: bool = False
    earned_today: int = 0
    earned_this_month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A rule whose conditions of time, place and person were met."""

    name: str
    programme: str
    earn: int = 0
    per: int = 1
    flat: int = 0
    factor: int = PER_MILLE
    is_factor: bool = False
    least_amount: int = 0
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule's part, or why it had none; `reason` is a word of `points.words`."""

    name: str
    programme: str
    reason: str = ""
    earn: int = 0
    per: int = 1
    flat: int = 0
    factor: int = PER_MILLE
    is_factor: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is kept with the accrual; numbers that change nothing are left out."""
        plain = Step(name=self.name, programme=self.programme)
        return {
            name: value
            for name in self.__slots__
            if (value := getattr(self, name)) != getattr(plain, name)
            or name in ("name", "programme")
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Everything that earning looks at.

    `lines`: amount, category, whether it may earn. `paid`: tender, amount, whether it
    earns. Lines earn by the share of the bill that was paid with what earns.
    """

    lines: tuple[tuple[int, str, bool], ...]
    paid: tuple[tuple[str, int, bool], ...]
    rules: tuple[Applied, ...]
    best_only: bool = False
    cap: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Whole numbers and words only, so that nothing is lost in writing it down."""
        return {
            "lines": [list(line) for line in self.lines],
            "paid": [list(part) for part in self.paid],
            "rules": [
                {name: getattr(rule, name) for name in rule.__slots__}
                for rule in self.rules
            ],
            "best_only": self.best_only,
            "cap": self.cap,
        }

    def unrefunded(self) -> dict[str, Any]:
        """What is kept with an accrual: refunds note in it what they gave back."""
        nothing = [0] * len(self.lines)
        return {**self.as_json(), "refunded": nothing, "paid_back": None}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Basis":
        """The basis as it was written down."""
        return cls(
            lines=tuple(
                (amount, category, earns) for amount, category, earns in kept["lines"]
            ),
            paid=tuple(
                (tender, amount, earns) for tender, amount, earns in kept["paid"]
            ),
            rules=tuple(
                Applied(**{**rule, "categories": tuple(rule["categories"])})
                for rule in kept["rules"]
            ),
            best_only=kept["best_only"],
            cap=kept["cap"],
        )

    @property
    def share(self) -> Fraction:
        """The part of the bill that was paid with what earns."""
        total = sum(amount for _tender, amount, _earns in self.paid)
        earning = sum(amount for _tender, amount, earns in self.paid if earns)
        return Fraction(earning, total) if total else Fraction(0)

    @property
    def earning_lines(self) -> list[tuple[Fraction, str]]:
        """What of each line earns, exactly."""
        share = self.share
        return [
            (amount * share if earns else Fraction(0), category)
            for amount, category, earns in self.lines
        ]

    def after(
        self, refunded: Sequence[int], paid_back: Mapping[str, int] | None = None
    ) -> "Basis":
        """What is left of it when so much of each line has been refunded.

        Without `paid_back` each tender got its share of the refund.
        """
        lines = tuple(
            (amount - back, category, earns)
            for (amount, category, earns), back in zip(
                self.lines, refunded, strict=True
            )
        )
        if paid_back is None:
            return replace(self, lines=lines)
        paid = tuple(
            (tender, amount - paid_back.get(tender, 0), earns)
            for tender, amount, earns in self.paid
        )
        return replace(self, lines=lines, paid=paid)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnResult:
    """What is earned, and why; `exact_*` before the one rounding and the caps."""

    points: int
    growth: int
    exact_points: Fraction
    exact_growth: Fraction
    basis: Basis
    steps: tuple[Step, ...] = field(default=())


def earn(
    *,
    lines: Sequence[Bought],
    paid: Mapping[Tender, int],
    rules: Iterable[EarningRule],
    facts: Facts,
    policy: PointsPolicy,
) -> EarnResult:
    """What this bill earns its member, with the part of every rule in it."""
    applied, refused = _sift(rules, facts, policy)
    basis = Basis(
        lines=tuple(
            (line.amount, line.category, _may_earn(line, policy)) for line in lines
        ),
        paid=_paid(paid, policy),
        rules=tuple(sorted(applied, key=_in_one_order)),
        best_only=policy.combine == policy.Combine.BEST,
        cap=_cap(facts, policy),
    )
    result = measure(basis)
    return replace(result, steps=(*result.steps, *refused))


def measure(basis: Basis) -> EarnResult:
    """Points and growth value of a basis, rounded down once."""
    steps: list[Step] = []
    lines = basis.earning_lines
    exact = {
        programme: _exact(basis, lines, programme, steps)
        for programme in ("points", "growth")
    }
    points = floor(exact["points"])
    if basis.cap is not None and points > basis.cap:
        steps.append(Step(name="", programme="points", reason="capped", flat=basis.cap))
        points = basis.cap
    return EarnResult(
        points=points,
        growth=floor(exact["growth"]),
        exact_points=exact["points"],
        exact_growth=exact["growth"],
        basis=basis,
        steps=tuple(steps),
    )


def _exact(
    basis: Basis,
    lines: Sequence[tuple[Fraction, str]],
    programme: str,
    steps: list[Step],
) -> Fraction:
    """Σ over lines of amount × base rates × factors, and what is given once."""
    live: list[Applied] = []
    for rule in basis.rules:
        if rule.programme != programme:
            continue
        matching = sum(amount for amount, category in lines if _covers(rule, category))
        if not matching or matching < rule.least_amount:
            steps.append(_step(rule, "nothing" if not matching else "too_little"))
            continue
        live.append(rule)
        steps.append(_step(rule))
    bases = [rule for rule in live if not rule.is_factor]
    factors = [rule for rule in live if rule.is_factor]
    best_only = basis.best_only
    by_line = sum(
        (
            amount
            * _rate(bases, category)
            * _factor(factors, category, best_only=best_only)
            for amount, category in lines
        ),
        Fraction(0),
    )
    # What is given once belongs to no line: only factors of the whole bill reach it.
    everywhere = [rule for rule in factors if not rule.categories]
    once = sum(rule.flat for rule in bases)
    return by_line + once * _factor(everywhere, "", best_only=best_only)


def _covers(rule: Applied, category: str) -> bool:
    return not rule.categories or category in rule.categories


def _rate(bases: list[Applied], category: str) -> Fraction:
    return sum(
        (Fraction(rule.earn, rule.per) for rule in bases if _covers(rule, category)),
        Fraction(0),
    )


def _factor(factors: list[Applied], category: str, *, best_only: bool) -> Fraction:
    here = [
        Fraction(rule.factor, PER_MILLE) for rule in factors if _covers(rule, category)
    ]
    if best_only and here:
        return max(here)
    return prod(here, start=Fraction(1))


def _sift(
    rules: Iterable[EarningRule], facts: Facts, policy: PointsPolicy
) -> tuple[list[Applied], list[Step]]:
    """The rules whose conditions are met, the shop's own rates first; the others."""
    applied = _own_rates(facts, policy)
    refused: list[Step] = []
    for rule in sorted(rules, key=lambda rule: (rule.pk or 0, rule.name)):
        row = Applied(
            name=rule.name,
            programme=rule.programme,
            earn=rule.earn,
            per=rule.per,
            flat=rule.flat,
            factor=rule.factor,
            is_factor=rule.kind == rule.Kind.FACTOR,
            least_amount=rule.least_amount,
            categories=tuple(rule.categories),
        )
        reason = why_not(rule, facts)
        if reason:
            refused.append(_step(row, reason))
        else:
            applied.append(row)
    return applied, refused


def _own_rates(facts: Facts, policy: PointsPolicy) -> list[Applied]:
    own = [
        Applied(
            name="", programme="points", earn=policy.earn_points, per=policy.earn_per
        ),
        Applied(
            name="",
            programme="growth",
            earn=policy.growth_earned,
            per=policy.growth_per,
            flat=policy.growth_per_visit,
        ),
    ]
    if facts.tier_factor != PER_MILLE:
        own.append(
            Applied(
                name=facts.tier,
                programme="points",
                factor=facts.tier_factor,
                is_factor=True,
            )
        )
    return own


def why_not(rule: EarningRule, facts: Facts) -> str:
    """The word for the first condition that is not met; empty where all are."""
    conditions = {
        "switched_off": rule.is_active,
        "too_early": rule.starts_at is None or rule.starts_at <= facts.at,
        "over": rule.ends_at is None or facts.at < rule.ends_at,
        "other_tier": not rule.tiers or facts.tier in rule.tiers,
        "other_store": not rule.stores or facts.store in rule.stores,
        "other_weekday": not rule.weekdays or facts.day.isoweekday() in rule.weekdays,
        "other_day": not rule.month_days or facts.day.day in rule.month_days,
        "other_hour": _in_hours(rule, facts.at),
        "no_birthday": _on_birthday(rule, facts),
    }
    return next((word for word, is_met in conditions.items() if not is_met), "")


def _in_hours(rule: EarningRule, at: datetime) -> bool:
    begin, end = rule.from_time, rule.until_time
    if begin is None or end is None or begin == end:
        return True
    clock = at.time()
    if begin < end:
        return begin <= clock < end
    return clock >= begin or clock < end


def _on_birthday(rule: EarningRule, facts: Facts) -> bool:
    if rule.birthday == rule.Birthday.DAY:
        return facts.is_birthday
    return rule.birthday != rule.Birthday.MONTH or facts.is_birthday_month


def _may_earn(line: Bought, policy: PointsPolicy) -> bool:
    if line.excluded and not policy.on_excluded:
        return False
    return {
        Sort.GOODS: True,
        Sort.TOP_UP: policy.on_top_ups,
        Sort.GIFT_CARD: policy.on_gift_card_sales,
        Sort.TAX: policy.on_taxes,
        Sort.SERVICE_CHARGE: policy.on_service_charges,
        Sort.TIP: policy.on_tips,
    }[line.sort]


def _paid(
    paid: Mapping[Tender, int], policy: PointsPolicy
) -> tuple[tuple[str, int, bool], ...]:
    earns = {
        Tender.MONEY: policy.on_money,
        Tender.OTHER: False,
        Tender.PRINCIPAL: policy.on_principal,
        Tender.BONUS: policy.on_bonus,
        Tender.GIFT_CARD: policy.on_gift_card,
        Tender.GIVEN_CARD: False,
        Tender.POINTS: policy.on_points,
        Tender.COUPON: policy.on_coupons,
    }
    return tuple(
        (str(tender), amount, earns[tender]) for tender, amount in sorted(paid.items())
    )


def _cap(facts: Facts, policy: PointsPolicy) -> int | None:
    left = [
        most - earned
        for most, earned in (
            (policy.most_per_sale, 0),
            (policy.most_per_day, facts.earned_today),
            (policy.most_per_month, facts.earned_this_month),
        )
        if most is not None
    ]
    return max(0, min(left)) if left else None


def _in_one_order(rule: Applied) -> tuple[Any, ...]:
    return (
        rule.programme,
        rule.is_factor,
        rule.name,
        rule.earn,
        rule.per,
        rule.flat,
        rule.factor,
        rule.least_amount,
        rule.categories,
    )


def _step(rule: Applied, reason: str = "") -> Step:
    return Step(
        name=rule.name,
        programme=rule.programme,
        reason=reason,
        earn=rule.earn,
        per=rule.per,
        flat=rule.flat,
        factor=rule.factor,
        is_factor=rule.is_factor,
    )
