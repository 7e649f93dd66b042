"""Tiers for tests, and the growth value that reaches them."""

import uuid
from datetime import datetime, timedelta

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line, Posted
from members.models import Member
from policies import selectors as policies_selectors
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tiers.models import Standing, Tier, TierPolicy
from tiers.periods import growth_expires_at


class TierFactory(DjangoModelFactory[Tier]):
    class Meta:
        model = Tier

    code = Sequence(lambda n: f"tier-{n}")
    name_en = Sequence(lambda n: f"Tier {n}")
    name_zh_hans = "银卡"
    name_zh_hant = "銀卡"
    rank = Sequence(lambda n: n + 1)


def a_ladder() -> tuple[Tier, Tier, Tier]:
    """Silver from 1,000, gold from 5,000, black from 20,000."""
    silver, gold, black = (
        TierFactory.create(code=code, name_en=code.title(), rank=rank, threshold=least)
        for code, rank, least in (
            ("silver", 1, 1_000),
            ("gold", 2, 5_000),
            ("black", 3, 20_000),
        )
    )
    return silver, gold, black


def growth_account(member: Member) -> int:
    unit = ledger_services.open_unit(code="growth", kind="points", exponent=0)
    return ledger_services.open_account(
        HolderAccount(
            kind=AccountKind.GROWTH,
            unit_id=unit,
            holder_kind="member",
            holder_id=member.pk,
        )
    )


def grow(member: Member, amount: int, *, at: datetime = NOON) -> Posted:
    """Growth value arrives as the points app posts it; nobody is raised by it yet."""
    policy = policies_selectors.in_force(TierPolicy, at=at)
    account = growth_account(member)
    unit = ledger_services.open_unit(code="growth", kind="points", exponent=0)
    granted = ledger_services.open_account(
        HolderAccount(kind=AccountKind.GRANTED, unit_id=unit, holder_kind="shop")
    )
    return ledger_services.post_entry(
        kind=EntryKind.ACCRUAL,
        key=f"grow:{uuid.uuid4()}",
        at=at,
        act=an_act(),
        lines=[
            Line(
                debit_id=granted,
                credit_id=account,
                amount=amount,
                expires_at=growth_expires_at(policy, member.joined_at, at),
            )
        ],
    )


def use_policy(window: str, **facts: int) -> TierPolicy:
    """Other rules than the ones a shop begins with, from long ago."""
    count = TierPolicy.objects.count()
    return TierPolicy.objects.create(
        number=count + 1,
        in_force_from=datetime.fromisoformat("1971-01-01T00:00:00+00:00")
        + timedelta(days=count),
        reason="for a test",
        window=window,
        **facts,
    )


def in_grace(*, members: int = 1) -> tuple[list[Member], datetime]:
    """Members of gold whose grace ends now, with nothing left that counts."""
    _silver, gold, _black = a_ladder()
    ends = NOON - timedelta(days=30)
    made = [MemberFactory.create() for _ in range(members)]
    Standing.objects.bulk_create(
        Standing(
            member=member,
            tier=gold,
            earned_tier=gold,
            since=NOON - timedelta(days=400),
            kept_until=ends,
            earned_until=ends,
            notice_at=ends - timedelta(days=30),
            grace_until=NOON,
        )
        for member in made
    )
    return made, NOON
