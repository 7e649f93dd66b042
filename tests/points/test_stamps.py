"""Stamps: one for a visit, a cap a day, and what a full card gives at once."""

from datetime import UTC, datetime, timedelta

import pytest

from coupons.models import Coupon
from ledger import services as ledger_services
from points import services as points_services
from points.errors import AmountRefused, NothingThere, NotOffered
from points.models import StampGrant, StampProgramme
from points.services.stamps import stamp_accounts
from tests.factories.ledger import NOON, an_act, balance, everything
from tests.factories.members import MemberFactory
from tests.factories.points import StampProgrammeFactory, a_key, points_of
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def stamp(
    member: object, card: StampProgramme, amount: int = 50_00, **facts: object
) -> StampGrant:
    return points_services.give_stamps(
        **{
            "programme_code": card.code,
            "member_id": member.pk,  # type: ignore[attr-defined]  # a member
            "amount": amount,
            "by": an_act(),
            "at": NOON,
            "key": a_key("stamp"),
            **facts,
        }
    )


def held(member: object, card: StampProgramme) -> tuple[int, int]:
    """Stamps on the card, stamps owed."""
    on_card, owed = stamp_accounts(card, member.pk)  # type: ignore[attr-defined]
    return balance(on_card), balance(owed)


def test_a_full_card_gives_its_reward_at_once() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create(growth=7)
    grants = [stamp(member, card) for _visit in range(6)]

    assert [grant.cards for grant in grants] == [0, 0, 0, 0, 1, 0]
    assert (points_of(member), held(member, card)) == (100, (1, 0))
    assert ledger_services.prove_books().is_proven


def test_a_visit_sent_twice_is_stamped_once() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create()
    assert stamp(member, card, key="slip") == stamp(member, card, key="slip")
    assert held(member, card) == (1, 0)


def test_only_so_many_stamps_a_day() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create(most_per_day=2)
    assert [stamp(member, card).stamps for _visit in range(3)] == [1, 1, 0]
    tomorrow = an_act(business_date=(NOON + timedelta(days=1)).date())
    assert stamp(member, card, by=tomorrow).stamps == 1


def test_a_bill_below_the_least_amount_earns_no_stamp() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create(amount=30_00)
    assert stamp(member, card, 29_99).stamps == 0
    assert stamp(member, card, 30_00).stamps == 1


def test_stamps_for_spending_fill_several_cards_at_once() -> None:
    member = MemberFactory.create()
    card = StampProgrammeFactory.create(
        earned_by="spend", amount=10_00, most_per_day=100
    )
    grant = stamp(member, card, 129_99)
    assert (grant.stamps, grant.cards) == (12, 2)
    assert (points_of(member), held(member, card)) == (200, (2, 0))


def test_a_voided_visit_takes_its_stamp_back_and_frees_the_day() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create(most_per_day=1)
    grant = stamp(member, card)

    def void() -> StampGrant:
        return points_services.take_back_stamps(
            grant_id=grant.pk, by=an_act(), at=NOON, key="void"
        )

    assert (void().taken_back, void().taken_back) == (1, 1)
    assert held(member, card) == (0, 0)
    assert stamp(member, card).stamps == 1


def test_void_and_stamp_again_never_fills_a_card_for_nothing() -> None:
    """Stamps that a full card used up are owed, and paid by the next ones."""
    member, card = MemberFactory.create(), StampProgrammeFactory.create(most_per_day=99)
    grants = [stamp(member, card) for _visit in range(5)]
    for grant in grants:
        points_services.take_back_stamps(
            grant_id=grant.pk, by=an_act(), at=NOON, key=f"void:{grant.pk}"
        )
    assert (points_of(member), held(member, card)) == (100, (0, 5))

    for _visit in range(5):
        stamp(member, card)
    assert (points_of(member), held(member, card)) == (100, (0, 0))
    for _visit in range(5):
        stamp(member, card)
    assert points_of(member) == 200


def test_stamps_expire_at_the_end_of_a_month() -> None:
    member, card = MemberFactory.create(), StampProgrammeFactory.create(live_months=1)
    stamp(member, card)
    ends = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    for _visit in range(4):
        late = stamp(member, card, at=ends, by=an_act(business_date=ends.date()))
    assert late.cards == 0
    assert points_of(member) == 0


def test_a_programme_holds_only_where_and_while_it_is_offered() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    here = StampProgrammeFactory.create(stores=[store.code])
    closed = StampProgrammeFactory.create(is_active=False)
    over = StampProgrammeFactory.create(ends_at=NOON)
    assert stamp(member, here, by=an_act(store_id=store.pk)).stamps == 1
    before = everything()
    for card in (here, closed, over):
        with pytest.raises(NotOffered):
            stamp(member, card)
    with pytest.raises(NothingThere):
        points_services.give_stamps(
            programme_code="🍜",
            member_id=member.pk,
            amount=1,
            by=an_act(),
            at=NOON,
            key="none",
        )
    with pytest.raises(AmountRefused):
        stamp(member, here, -1)
    assert everything() == before
    assert not Coupon.objects.exists()
