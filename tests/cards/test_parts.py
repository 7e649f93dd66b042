"""Cards where members merge, ask what is kept of them, or leave."""

import pytest

from cards.models import Card, WalletShare
from cards.parts import CardsPart
from members.models import Member
from tests.factories.cards import CardFactory, held_on
from tests.factories.ledger import an_act, fund
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db


def share(owner: Member, holder: Member) -> WalletShare:
    return WalletShare.objects.create(owner=owner, holder=holder, made_at=NOON)


def test_cards_and_shares_move_and_none_is_left_between_two_who_became_one() -> None:
    source, target, friend = (MemberFactory.create() for _ in range(3))
    card, friends = (CardFactory.create(member=one) for one in (source, friend))
    theirs, kept = share(source, friend), share(target, friend)
    mine, between = share(friend, source), share(source, target)

    CardsPart().move(
        source_id=source.pk, target_id=target.pk, by=an_act(), at=NOON, key="m"
    )

    card.refresh_from_db()
    assert card.member == target
    friends.refresh_from_db()
    assert friends.member == friend
    for row in (theirs, kept, mine, between):
        row.refresh_from_db()
    assert (kept.is_active, theirs.is_active, between.is_active) == (True, False, False)
    assert (mine.holder, mine.is_active) == (target, True)


def test_everything_is_told_and_everything_ends() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    card, others = (CardFactory.create(member=one) for one in (member, other))
    lent = share(member, other)
    part = CardsPart()

    exported = part.export(member_id=member.pk)
    assert [row["number"] for row in exported["cards"]] == [card.number]
    assert len(exported["shared_wallets"]) == 1
    assert part.held(member_id=member.pk, at=NOON) == []

    part.forget(member_id=member.pk, by=an_act(), at=NOON)

    card.refresh_from_db()
    lent.refresh_from_db()
    assert card.status == Card.Status.CLOSED
    others.refresh_from_db()
    assert others.status == Card.Status.ACTIVE
    assert not lent.is_active


def test_value_on_a_card_itself_is_named_before_anybody_leaves() -> None:
    card = CardFactory.create()
    fund(held_on(card), 10_00)

    held = CardsPart().held(member_id=card.member_id or 0, at=NOON)

    assert held == [f"value on the card {card.masked}"]
