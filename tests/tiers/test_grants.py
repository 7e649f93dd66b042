"""Tiers bought and given: over what was earned, until their second comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict, OverReversal
from ledger.services import Act
from members.models import Member
from stores import services as stores_services
from stores.errors import NotAllowed, ReasonMissing, StoreMissing, TenderUnknown
from stores.models import AuditEvent
from tests.factories.ledger import an_act, everything
from tests.factories.members import MemberFactory
from tests.factories.members import by as act_of
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.factories.tiers import TierFactory, a_ladder, grow
from tiers import selectors as tiers_selectors
from tiers import services as tiers_services
from tiers.errors import (
    EndsTooSoon,
    HasBetterTier,
    LadderMustRise,
    NoSuchMember,
    NothingGiven,
    TierNotInUse,
    TierNotSold,
    TierRefused,
)
from tiers.models import (
    Source,
    Standing,
    StandingChange,
    Tier,
    TierGrant,
)
from tiers.parts import TiersPart

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture
def by() -> Act:
    return act_of("store-manager", store=StoreFactory.create())


@pytest.fixture
def plus() -> Tier:
    return TierFactory.create(code="plus", rank=10, price=99_00, validity_months=1)


def buy(tier: Tier, member: Member, by: Act, **facts: Any) -> TierGrant:
    request: dict[str, Any] = {
        "tier_id": tier.pk,
        "member_id": member.pk,
        "by": by,
        "at": NOON,
        "key": "buy:1",
        "tender": "wechat",
        **facts,
    }
    return tiers_services.buy_tier(**request)


def give(tier: Tier, member: Member, by: Act, **facts: Any) -> TierGrant:
    request: dict[str, Any] = {
        "tier_id": tier.pk,
        "member_id": member.pk,
        "by": by,
        "at": NOON,
        "key": "give:1",
        "until": NOON + MONTH,
        "reason": "writes about us",
        **facts,
    }
    return tiers_services.give_tier(**request)


def tier_of(member: Member, *, at: datetime = NOON) -> Tier | None:
    return tiers_selectors.standing(member.pk, at=at).tier


def test_a_tier_is_bought_once_for_its_price(plus: Tier, by: Act) -> None:
    member = MemberFactory.create()

    first, again = (buy(plus, member, by) for _ in range(2))

    assert first == again
    assert TierGrant.objects.count() == 1
    assert first.price == 99_00
    assert first.entry_id is not None
    assert first.ends_at == datetime(2026, 12, 20, 16, tzinfo=UTC)
    standing = tiers_selectors.standing(member.pk)
    assert standing.tier == plus
    assert standing.source == Source.PAID
    assert [row.cause for row in StandingChange.objects.all()] == ["bought"]
    assert AuditEvent.objects.get(act="tiers.sold").facts["price"] == 99_00
    assert ledger_services.prove_books().is_proven


def test_the_same_again_is_added_at_its_end(plus: Tier, by: Act) -> None:
    member = MemberFactory.create()
    first = buy(plus, member, by)

    second = buy(plus, member, by, key="buy:2", at=NOON + timedelta(days=3))

    assert second.starts_at == first.ends_at
    assert second.ends_at == datetime(2027, 1, 20, 16, tzinfo=UTC)
    assert tier_of(member, at=first.ends_at) == plus
    assert tier_of(member, at=second.ends_at) is None
    tiers_services.review(at=first.ends_at)
    assert Standing.objects.get().kept_until == second.ends_at


def test_what_cannot_be_sold_is_refused_and_nothing_is_taken(
    plus: Tier, by: Act
) -> None:
    silver, gold, _black = a_ladder()
    member = MemberFactory.create()
    gone = MemberFactory.create(
        status=Member.Status.ERASED, name="", phone=None, ended_at=NOON
    )
    small = TierFactory.create(rank=5, price=1_00, validity_months=1)
    retired = TierFactory.create(
        rank=11, price=1_00, validity_months=1, is_active=False
    )
    buy(plus, member, by, key="first")
    before = everything()

    wrong: list[tuple[type[Exception], Tier, dict[str, Any]]] = [
        (TierNotSold, gold, {}),
        (TierNotInUse, retired, {}),
        (HasBetterTier, small, {}),
        (NoSuchMember, plus, {"member_id": gone.pk}),
        (NoSuchMember, plus, {"member_id": 10**12}),
        (TenderUnknown, plus, {"tender": "shells"}),
        (StoreMissing, plus, {"by": an_act()}),
        (IdempotencyConflict, silver, {"key": "first"}),
    ]
    for error, tier, facts in wrong:
        with pytest.raises(error), transaction.atomic():
            buy(tier, member, **{"by": by, **facts})

    assert everything() == before
    assert TierGrant.objects.count() == 1


def test_a_cashier_of_another_store_sells_nothing(plus: Tier) -> None:
    store = StoreFactory.create()
    stranger = UserFactory.holding("cashier", store=StoreFactory.create())
    by = stores_services.act(staff=stranger, store=store, at=NOON)

    with pytest.raises(NotAllowed):
        buy(plus, MemberFactory.create(), by)

    assert not TierGrant.objects.exists()


def test_a_refund_gives_the_money_back_once_and_ends_it(plus: Tier, by: Act) -> None:
    member = MemberFactory.create()
    grant = buy(plus, member, by)

    with pytest.raises(ReasonMissing):
        tiers_services.refund_tier(
            grant_id=grant.pk, reason=" ", by=by, at=NOON, key="refund:1"
        )
    for _ in range(2):
        tiers_services.refund_tier(
            grant_id=grant.pk, reason="a mistake", by=by, at=NOON, key="refund:1"
        )

    assert tier_of(member) is None
    assert [row.cause for row in StandingChange.objects.order_by("pk")] == [
        "bought",
        "refunded",
    ]
    with pytest.raises(OverReversal), transaction.atomic():
        tiers_services.refund_tier(
            grant_id=grant.pk, reason="again", by=by, at=NOON, key="refund:2"
        )
    assert ledger_services.prove_books().is_proven


def test_what_was_earned_shows_again_when_the_bought_one_is_over(
    plus: Tier, by: Act
) -> None:
    a_ladder()
    member = MemberFactory.create()
    grow(member, 5_000)
    tiers_services.raise_if_reached_step(member_id=member.pk, at=NOON, by=by)
    grant = buy(plus, member, by)
    assert tier_of(member) == plus
    just_before = grant.ends_at - timedelta(microseconds=1)

    assert tier_of(member, at=just_before) == plus
    at_the_end = tiers_selectors.standing(member.pk, at=grant.ends_at)
    assert at_the_end.tier is not None
    assert at_the_end.tier.code == "gold"
    tiers_services.review(at=grant.ends_at + timedelta(minutes=30))

    row = Standing.objects.get()
    assert (row.source, row.kept_until) == (Source.EARNED, row.earned_until)
    assert tier_of(member) == at_the_end.tier
    assert [row.cause for row in StandingChange.objects.order_by("pk")] == [
        "raised",
        "bought",
        "lapsed",
    ]


def test_one_given_by_hand_wins_whatever_was_earned_or_bought(
    plus: Tier, by: Act
) -> None:
    silver, _gold, black = a_ladder()
    member = MemberFactory.create()
    buy(plus, member, by)

    give(silver, member, by)
    assert tier_of(member) == silver
    give(black, member, by, key="give:2", until=NOON + 2 * MONTH)
    assert tier_of(member) == black
    assert TierGrant.objects.filter(ended_at__isnull=False).count() == 1

    tiers_services.take_tier(member_id=member.pk, reason="over", by=by, at=NOON)
    assert tier_of(member) == plus
    with pytest.raises(NothingGiven):
        tiers_services.take_tier(member_id=member.pk, reason="over", by=by, at=NOON)


def test_a_given_tier_has_a_reason_and_an_end(by: Act) -> None:
    silver, _gold, _black = a_ladder()
    member = MemberFactory.create()

    for error, facts in (
        (ReasonMissing, {"reason": "  "}),
        (EndsTooSoon, {"until": NOON}),
        (TierNotInUse, {"tier_id": 10**9}),
    ):
        with pytest.raises(error), transaction.atomic():
            give(silver, member, by, **facts)
    first, again = (give(silver, member, by) for _ in range(2))

    assert first == again
    assert first.reason == "writes about us"
    assert TierGrant.objects.count() == 1
    event = AuditEvent.objects.get(act="tiers.given")
    assert event.staff_id == by.staff_id
    assert "writes" not in str(event.facts)


def test_the_ladder_rises(by: Act) -> None:
    office = UserFactory.holding("head-office")
    doing = stores_services.act(staff=office, at=NOON)
    a_ladder()

    for error, tier in (
        (LadderMustRise, TierFactory.build(code="odd", rank=9, threshold=20_000)),
        (TierRefused, TierFactory.build(code="odd", rank=9, price=5)),
        (TierRefused, TierFactory.build(code="odd", rank=2)),
        (TierRefused, TierFactory.build(code="odd", rank=9, threshold=-1)),
        (TierRefused, TierFactory.build(code="o d\x00", rank=9)),
    ):
        with pytest.raises(error), transaction.atomic():
            tiers_services.save_tier(tier=tier, by=doing, at=NOON)
    with pytest.raises(NotAllowed):
        tiers_services.save_tier(
            tier=TierFactory.build(code="odd", rank=9), by=by, at=NOON
        )

    assert Tier.objects.count() == 3
    right = TierFactory.build(code="top", rank=9, threshold=20_001)
    tiers_services.save_tier(tier=right, by=doing, at=NOON)
    Tier.objects.filter(code="top").update(threshold=1)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Tier.objects.filter(code="top").update(threshold=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tiers_tiergrant SET ends_at = ends_at + interval '1 year'",
        "UPDATE tiers_tiergrant SET price = 1",
        "DELETE FROM tiers_tiergrant",
        "UPDATE tiers_standingchange SET metric = 1000000",
        "DELETE FROM tiers_standingchange",
        "UPDATE tiers_tierpolicy SET grace_days = 0",
        "UPDATE tiers_standing SET tier_id = NULL",
        "UPDATE tiers_standing SET kept_until = NULL",
        "UPDATE tiers_standing SET source = 'earned', earned_tier_id = NULL",
    ],
)
def test_what_is_written_stays(statement: str, plus: Tier, by: Act) -> None:
    buy(plus, MemberFactory.create(), by)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_two_members_become_one_with_the_better_of_both(plus: Tier, by: Act) -> None:
    _silver, gold, _black = a_ladder()
    source, target = MemberFactory.create(), MemberFactory.create()
    for member, amount in ((source, 5_000), (target, 1_000)):
        grow(member, amount)
        tiers_services.raise_if_reached_step(member_id=member.pk, at=NOON, by=by)
    buy(plus, source, by)
    part = TiersPart()
    assert part.held(member_id=source.pk, at=NOON) != []

    part.move(source_id=source.pk, target_id=target.pk, by=by, at=NOON, key="merge")

    row = Standing.objects.get()
    assert row.pk == target.pk
    assert (row.tier, row.earned_tier) == (plus, gold)
    assert part.held(member_id=source.pk, at=NOON) == []
    exported = part.export(member_id=target.pk)
    assert exported["tier"][0]["tier__code"] == "plus"
    assert [it["cause"] for it in exported["tier_changes"]] == ["raised", "merged"]
    assert tier_of(target, at=NOON + 2 * MONTH) == gold


def test_who_is_forgotten_leaves_no_words_behind(by: Act) -> None:
    silver, _gold, _black = a_ladder()
    member = MemberFactory.create()
    give(silver, member, by)

    TiersPart().forget(member_id=member.pk, by=by, at=NOON)

    assert TierGrant.objects.get().reason == ""
    assert tier_of(member) is None
    assert not Standing.objects.exists()
