"""Points for tests: earned and spent by the commands, never set."""

import itertools
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from ledger import selectors as ledger_selectors
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import (
    Accrual,
    EarningRule,
    PointsPolicy,
    Reward,
    StampProgramme,
    Task,
)
from points.services.holding import holding_of
from tests.factories.ledger import NOON, an_act, balance
from tests.factories.members import MemberFactory

_numbers = itertools.count(1)


def a_key(word: str = "points") -> str:
    return f"{word}:{next(_numbers)}"


def a_policy(**changes: Any) -> PointsPolicy:
    """A version of the rules, in force a day before NOON."""
    number = next(_numbers) + 1
    return PointsPolicy.objects.create(
        number=number,
        in_force_from=NOON.replace(day=1, microsecond=number),
        reason="test",
        **changes,
    )


class RuleFactory(DjangoModelFactory[EarningRule]):
    """Double points for everybody, until told otherwise."""

    class Meta:
        model = EarningRule

    name = Sequence(lambda n: f"Rule {n}")
    kind = EarningRule.Kind.FACTOR
    factor = 2000


class RewardFactory(DjangoModelFactory[Reward]):
    """A mug for 500 points."""

    class Meta:
        model = Reward

    code = Sequence(lambda n: f"reward-{n}")
    name = Sequence(lambda n: f"Reward {n}")
    points = 500


class StampProgrammeFactory(DjangoModelFactory[StampProgramme]):
    """Five visits, then 100 points."""

    class Meta:
        model = StampProgramme

    code = Sequence(lambda n: f"card-{n}")
    name = Sequence(lambda n: f"Card {n}")
    stamps = 5
    most_per_day = 10
    points = 100


class TaskFactory(DjangoModelFactory[Task]):
    """Something that gives 50 points, once."""

    class Meta:
        model = Task

    code = Sequence(lambda n: f"task-{n}")
    name = Sequence(lambda n: f"Task {n}")
    kind = Task.Kind.OTHER
    points = 50


def sale(
    member: Member,
    amount: int,
    *,
    tender: Tender = Tender.MONEY,
    category: str = "",
    **facts: Any,
) -> Accrual:
    """A bill of one line, paid in one way, credited."""
    return points_services.accrue(
        member_id=member.pk,
        lines=[Bought(amount=amount, category=category)],
        paid={tender: amount},
        **{"by": an_act(), "at": NOON, "key": a_key("sale"), **facts},
    )


def holding(points: int, **facts: Any) -> Member:
    """A member who was given so many points."""
    member: Member = MemberFactory.create()
    points_services.grant_points_step(
        member_id=member.pk,
        points=points,
        **{"by": an_act(), "at": NOON, "key": a_key("gift"), **facts},
    )
    return member


def points_of(member: Member) -> int:
    """The balance in the books, whatever of it is due."""
    return balance(holding_of(member.pk).points)


def usable_of(member: Member, at: Any = NOON) -> int:
    return ledger_selectors.usable_balance(
        account_id=holding_of(member.pk).points, at=at
    )


def pending_of(member: Member) -> int:
    return balance(holding_of(member.pk).pending)


def debt_of(member: Member) -> int:
    return balance(holding_of(member.pk).debt)


def growth_of(member: Member) -> int:
    return balance(holding_of(member.pk).growth)
