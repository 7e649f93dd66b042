"""Becoming a member on one's own phone: proven first, agreed to freely, once."""

import re

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import MemberDevice, SignInCode
from members.models import Consent, Member
from messaging.models import Message
from outbox.models import Event
from tests.factories.accounts import code_sent_last
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
JOIN, CODE, ABOUT = "/portal/join/", "/portal/join/code/", "/portal/join/about/"
PHONE = "+8613912345678"


def proven(client: Client, *, query: str = "") -> str:
    """The phone is proven; where that leads."""
    asked = client.post(JOIN + query, {"phone": "139 1234 5678"})
    assert asked["Location"] == CODE + query
    return str(client.post(CODE + query, {"code": code_sent_last()})["Location"])


def form_of(client: Client, there: str) -> dict[str, str]:
    """What the page sends as it stands."""
    page = client.get(there).content.decode()
    assert "checked" not in page
    sent = dict(re.findall(r'name="(\w+-version)" value="(\d+)"', page))
    friend = re.search(r'name="referral_code" value="(\w+)"', page)
    return sent | {"referral_code": friend[1] if friend else "", "calendar": "solar"}


def test_from_a_friends_link_to_the_card() -> None:
    friend = MemberFactory.create()
    client = Client(headers={"Accept-Language": "zh-hant"})
    there = proven(client, query=f"?from={friend.referral_code}")
    assert there == f"{ABOUT}?from={friend.referral_code}"
    told = form_of(client, there)
    assert told["referral_code"] == friend.referral_code

    told |= {"name": "陳玉蘭", "month": "6", "day": "3", "marketing-sms": "on"}
    done = client.post(there, told)

    assert done["Location"] == "/portal/"
    member = Member.objects.get(phone=PHONE)
    assert (member.name, member.language) == ("陳玉蘭", "zh-hant")
    assert (member.referrer, member.birth_month, member.birth_day) == (friend, 6, 3)
    (consent,) = Consent.objects.filter(member=member)
    assert (consent.purpose, consent.channel) == ("marketing", "sms")
    assert (consent.source, consent.text.version if consent.text else 0) == (
        "portal",
        int(told["marketing-version"]),
    )
    # By which a shop gives its welcome gift.
    event = Event.objects.get(kind="member.enrolled")
    assert event.payload["referred"] is True
    assert client.get("/portal/").status_code == 200
    # The phone stands nowhere in the clear.
    row = SignInCode.objects.get()
    assert PHONE[3:] not in f"{row.__dict__}"


def came_back(client: Client, browser: str) -> None:
    """The browser as it was before the answer."""
    client.cookies.clear()
    client.cookies[settings.BROWSER_COOKIE_NAME] = browser


def test_a_doubled_tap_enrols_once_and_both_answers_sign_in() -> None:
    client = Client()
    there = proven(client)
    told = form_of(client, there) | {"name": "Yu Lan"}
    before = client.cookies[settings.BROWSER_COOKIE_NAME].value

    client.post(there, told)
    came_back(client, before)  # the first answer never came
    client.post(there, told)

    assert Member.objects.filter(phone=PHONE).count() == 1
    assert MemberDevice.objects.filter(ended_at=None).count() == 1
    assert client.get("/portal/").status_code == 200


def test_the_same_form_much_later_opens_nothing() -> None:
    client = Client()
    there = proven(client)
    told = form_of(client, there) | {"name": "Yu Lan"}
    before = client.cookies[settings.BROWSER_COOKIE_NAME].value
    client.post(there, told)
    came_back(client, before)
    with time_machine.travel(NOON.replace(minute=2), tick=False):
        answer = client.post(there, told)
    assert answer.status_code == 200
    assert "Please begin again" in answer.content.decode()
    assert MemberDevice.objects.count() == 1


def test_who_is_a_member_already_is_signed_in() -> None:
    member = MemberFactory.create(phone=PHONE)
    client = Client()
    assert proven(client) == "/portal/"
    assert Member.objects.count() == 1
    assert MemberDevice.objects.get().member == member


def answer_to(phone: str) -> tuple[int, str, str]:
    client = Client()
    asked = client.post(JOIN, {"phone": phone})
    page = client.get(CODE).content.decode()
    page = re.sub(r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "\w+"', "", page)
    return (
        asked.status_code,
        asked["Location"],
        re.sub(r"\+86 139 [*]+ \d{4}", "", page),
    )


def test_the_answer_to_a_phone_does_not_say_whose_it_is() -> None:
    MemberFactory.create(phone=PHONE)
    assert answer_to("13912345678") == answer_to("13987654321")
    # Both get a code: that it is theirs is proven by it.
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 150}, "name"),
        ({"name": "Lan", "month": "2", "day": "30"}, "day"),
        ({"name": "Lan", "month": "2"}, "day"),
        ({"name": "Lan", "year": "1"}, "year"),
        ({"name": "Lan", "referral_code": "NOBODY"}, "referral_code"),
    ],
)
def test_a_mistake_stands_at_its_field_and_nobody_is_enrolled(
    told: dict[str, str], field: str
) -> None:
    client = Client()
    there = proven(client)
    answer = client.post(there, form_of(client, there) | told)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert re.search(
        rf'<(input|select)[^>]*name="{field}"[^>]*aria-invalid="true"', page
    )
    assert not Member.objects.exists()
    assert not MemberDevice.objects.exists()


def test_nothing_is_enrolled_without_a_proven_phone() -> None:
    client = Client()
    assert client.get(ABOUT)["Location"] == JOIN
    assert client.get(CODE)["Location"] == JOIN
    assert client.post(ABOUT, {"name": "Lan"}).status_code == 200
    client.post(JOIN, {"phone": "13912345678"})
    assert client.post(CODE, {"code": "12345x"}).status_code == 200
    assert client.get(ABOUT)["Location"] == JOIN
    assert client.post(ABOUT, {"name": "Lan"}).status_code == 200
    assert not Member.objects.exists()


def test_a_code_to_sign_in_does_not_enrol_and_the_other_way_round() -> None:
    MemberFactory.create(phone=PHONE)
    client = Client()
    client.post("/portal/sign-in/", {"phone": "13912345678"})
    assert client.post(CODE, {"code": code_sent_last()}).status_code == 200
    assert not MemberDevice.objects.exists()
