"""A lost card, reported from one's own phone."""

import re

import pytest
from django.test import Client

from cards import selectors as cards_selectors
from cards import services as cards_services
from cards.errors import CardUnknown
from cards.models import Card, CardEvent
from cards.tokens import read_code
from members.models import Member
from stores.models import AuditEvent
from tests.factories.accounts import client_of
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory, CardKindFactory
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Member:
    return a_guest(principal=80_00, store=StoreFactory.create())


@pytest.fixture
def card(member: Member) -> Card:
    kind = CardKindFactory.create(name_en="House card", replacement_price=10_00)
    return CardFactory.create(member=member, kind=kind)


@pytest.fixture
def client(member: Member) -> Client:
    return client_of(member)


def status_of(card: Card) -> str:
    card.refresh_from_db()
    return card.status


def test_a_card_is_reported_lost_at_once_and_once(
    client: Client, card: Card, member: Member
) -> None:
    there = f"cards/{card.pk}/lost/"
    assert f"/portal/{there}" in text(client, "cards/")
    asked = text(client, there)
    assert "Your balance, points and coupons stay yours" in asked
    assert "a new card, for ¥10.00" in asked
    assert status_of(card) == Card.Status.ACTIVE  # asked first

    for _tap in range(2):
        answer = client.post(f"/portal/{there}", {"save": "1"})
        assert answer["Location"] == "/portal/cards/"
    assert status_of(card) == Card.Status.LOST
    event = CardEvent.objects.get(card=card, happening="lost")
    assert (event.actor, event.at) == (f"member:{member.pk}", NOON)
    acts = AuditEvent.objects.filter(act="cards.lost")
    assert [act.actor for act in acts] == [f"member:{member.pk}"]
    told = text(client, "cards/")
    assert "Reported lost" in told
    assert f"/portal/{there}" not in told


def test_what_is_held_and_the_phones_code_stay(
    client: Client, card: Card, member: Member
) -> None:
    (before,) = re.findall(r'code-digits num">([\d ]+)<', text(client, ""))
    client.post(f"/portal/cards/{card.pk}/lost/", {"save": "1"})

    # The code that was drawn for the card pays nowhere; the next one is the member's.
    assert cards_selectors.by_rotating_code(before, at=NOON) is None
    told = text(client, "")
    assert "¥80.00" in told
    (digits,) = re.findall(r'code-digits num">([\d ]+)<', told)
    shown = read_code(digits.replace(" ", ""), at=NOON)
    assert shown is not None
    assert shown.member_id == member.pk
    found = cards_selectors.by_rotating_code(digits, at=NOON)
    assert found is not None
    assert found.member == member


@pytest.mark.parametrize("status", [Card.Status.EXPIRED, Card.Status.CLOSED])
def test_what_pays_nowhere_anyhow_is_not_lost(
    client: Client, card: Card, status: Card.Status
) -> None:
    Card.objects.filter(pk=card.pk).update(status=status)
    answer = client.post(f"/portal/cards/{card.pk}/lost/", {"save": "1"})
    assert "This card cannot be used." in answer.content.decode()
    assert status_of(card) == status
    assert not AuditEvent.objects.filter(act="cards.lost").exists()


def test_anothers_card_is_none_that_one_could_report(card: Card) -> None:
    stranger = MemberFactory.create()
    with pytest.raises(CardUnknown):
        cards_services.report_own_loss(
            member_id=stranger.pk,
            card_id=card.pk,
            by=by_themselves(stranger),
            at=NOON,
        )
    assert status_of(card) == Card.Status.ACTIVE
