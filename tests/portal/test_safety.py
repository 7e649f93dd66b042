"""Phone, address, payment code and another number, on one's own phone."""

import re

import pytest
import time_machine
from django.test import Client

from accounts.models import MemberDevice, VerifiedEmail
from members.models import Member
from messaging.models import Message
from stored_value import services as stored_value_services
from stored_value.errors import CodeLocked, CodeRefused
from stored_value.models import PaymentCode
from tests.factories.accounts import client_of, code_sent_last
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.portal.reading import press

pytestmark = pytest.mark.django_db
BASE = "/portal/me/safety/"
NEW = "+8613955556666"


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


@pytest.fixture
def client(member: Member) -> Client:
    return client_of(member)


def page(client: Client, there: str, told: dict[str, str] | None = None) -> str:
    answer = client.post(there, told) if told is not None else client.get(there)
    assert answer.status_code == 200, answer.get("Location")
    return answer.content.decode()


def done(client: Client, there: str, told: dict[str, str]) -> str:
    answer = client.post(there, told)
    assert answer.status_code == 302, re.findall(
        r"invalid-feedback.*", str(answer.content)
    )
    return str(answer["Location"])


def test_an_address_is_proven_and_signs_in(client: Client, member: Member) -> None:
    there = f"{BASE}email/"
    assert 'aria-invalid="true"' in page(client, there, {"email": "no address"})
    assert "l***@example.com" in page(client, there, {"email": "lan@example.com"})
    assert 'aria-invalid="true"' in page(client, there, {"code": "12x456"})
    assert done(client, there, {"code": code_sent_last()}) == BASE
    assert VerifiedEmail.objects.get().member == member
    assert "l***@example.com" in page(client, BASE)

    stranger = Client()
    with time_machine.travel(NOON.replace(minute=2), tick=False):
        stranger.post("/portal/sign-in/email/", {"email": "LAN@example.com"})
        done(stranger, "/portal/sign-in/code/", {"code": code_sent_last()})
        assert stranger.get("/portal/").status_code == 200


def test_the_answer_to_an_address_does_not_say_whose_it_is(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(email="lan@example.com")
    for one in ("lan@example.com", "nobody@example.com"):
        answer = Client().post("/portal/sign-in/email/", {"email": one})
        assert answer["Location"] == "/portal/sign-in/code/"
    assert not Message.objects.exists()  # neither is proven


def test_a_phone_is_changed_by_both_codes(client: Client, member: Member) -> None:
    there = f"{BASE}phone/"
    assert "Any of our tills changes it" in page(client, there)
    sent = press(client, "me/safety/phone/").content.decode()
    assert 'name="code"' in sent
    assert done(client, there, {"code": code_sent_last()}) == there
    assert "Now the new number" in page(client, there)
    page(client, there, {"phone": "139 5555 6666"})
    assert done(client, there, {"code": code_sent_last()}) == BASE
    member.refresh_from_db()
    assert member.phone == NEW
    # From the beginning again: neither code serves twice.
    assert "Any of our tills changes it" in page(client, there)


def test_another_number_is_joined(client: Client, member: Member) -> None:
    other = MemberFactory.create(phone=NEW)
    elsewhere = client_of(other)
    there = f"{BASE}other-number/"
    page(client, there, {"phone": "139 5555 6666"})
    assert done(client, there, {"code": code_sent_last()}) == BASE
    other.refresh_from_db()
    assert other.merged_into == member
    assert elsewhere.get("/portal/").status_code == 200
    assert MemberDevice.objects.filter(member=member).count() == 2


def test_a_number_of_nobody_gets_the_same_answer(client: Client) -> None:
    MemberFactory.create(phone=NEW)
    there = f"{BASE}other-number/"
    told = [
        re.sub(
            r"\+86 139 [*]+ \d{4}|nonce=\"[^\"]*\"|value=\"[^\"]*\"|Token\": \"\w+",
            "",
            page(client, there, {"phone": phone}),
        )
        for phone in ("13955556666", "13955557777")
    ]
    assert told[0] == told[1]
    assert Message.objects.count() == 1


def test_a_payment_code_is_set_changed_and_locked_after_five(
    client: Client, member: Member
) -> None:
    there = f"{BASE}payment-code/"
    assert 'name="before"' not in page(client, there)
    for wrong in (
        {"code": "274951", "again": "274952"},
        {"code": "123456", "again": "123456"},
        {"code": "", "again": ""},
    ):
        assert 'aria-invalid="true"' in page(client, there, wrong)
    assert not PaymentCode.objects.exists()
    done(client, there, {"code": "274951", "again": "274951"})

    change = {"before": "274951", "code": "830462", "again": "830462"}
    done(client, there, change)
    prove = stored_value_services.prove_payment_code
    prove(member_id=member.pk, code="830462", by=an_act(), at=NOON)
    for _turn in range(5):
        assert 'aria-invalid="true"' in page(client, there, change)
    right = change | {"before": "830462"}
    assert 'aria-invalid="true"' in page(client, there, right)
    with pytest.raises((CodeLocked, CodeRefused)):
        prove(member_id=member.pk, code="274951", by=an_act(), at=NOON)


def test_a_code_of_another_member_changes_nothing(member: Member) -> None:
    """Asked for on one device, typed on another's."""
    mine, theirs = client_of(member), client_of(MemberFactory.create())
    page(mine, f"{BASE}email/", {"email": "lan@example.com"})
    assert 'aria-invalid="true"' in page(
        theirs, f"{BASE}email/", {"code": code_sent_last()}
    )
    assert not VerifiedEmail.objects.exists()
