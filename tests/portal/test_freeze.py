"""Freezing all spending on one's own phone, and lifting it by what a thief lacks."""

import pytest
from django.test import Client

from members.models import Member
from messaging.models import Message
from stored_value import services as stored_value_services
from tests.factories.accounts import client_of, code_sent_last
from tests.factories.bills import a_guest
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, StoreFactory
from tests.portal.reading import press, text

pytestmark = pytest.mark.django_db
CODE = "482913"
LIFT = "/portal/cards/unfreeze/"


@pytest.fixture
def member() -> Member:
    return a_guest(principal=80_00, store=StoreFactory.create())


@pytest.fixture
def client(member: Member) -> Client:
    return client_of(member)


def is_frozen(member: Member) -> bool:
    member.refresh_from_db()
    return member.spending_frozen_at is not None


def put_freeze(client: Client) -> None:
    for _tap in range(2):
        answer = client.post("/portal/cards/freeze/", {"save": "1"})
        assert answer["Location"] == "/portal/cards/"


def test_it_is_asked_once_and_said_on_the_card(client: Client, member: Member) -> None:
    assert "/portal/cards/freeze/" in text(client, "cards/")
    assert "Set a payment code first" in text(client, "cards/freeze/")
    assert not is_frozen(member)
    put_freeze(client)
    assert is_frozen(member)
    assert "All spending is frozen since" in text(client, "cards/")
    assert "The code earns, and pays nothing." in text(client, "")


def test_the_payment_code_lifts_it(client: Client, member: Member) -> None:
    stored_value_services.set_payment_code(
        member_id=member.pk,
        code=CODE,
        by=an_act(actor=f"member:{member.pk}"),
        at=NOON,
    )
    assert client.get(LIFT)["Location"] == "/portal/cards/"  # nothing is frozen
    put_freeze(client)
    wrong = client.post(LIFT, {"payment_code": "111213"}).content.decode()
    assert 'aria-invalid="true"' in wrong
    assert 'aria-invalid="true"' in client.post(LIFT, {}).content.decode()
    # No code is sent to whoever asks for one.
    client.post(LIFT, {"save": "1", "begin": "1", "code": "123456"})
    assert not Message.objects.exists()
    assert is_frozen(member)
    assert client.post(LIFT, {"payment_code": CODE})["Location"] == "/portal/cards/"
    assert not is_frozen(member)


def test_without_one_a_code_to_the_phone_does(client: Client, member: Member) -> None:
    put_freeze(client)
    assert "We send a code to your phone" in text(client, "cards/unfreeze/")
    sent = press(client, "cards/unfreeze/").content.decode()
    assert 'name="code"' in sent
    assert Message.objects.get().version.template.code == "unfreeze_proof"
    assert 'aria-invalid="true"' in client.post(LIFT, {"code": "1"}).content.decode()
    assert is_frozen(member)
    answer = client.post(LIFT, {"code": code_sent_last()})
    assert answer["Location"] == "/portal/cards/"
    assert not is_frozen(member)
