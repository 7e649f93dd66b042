"""Signing in on the screen: one answer for everybody, and nothing that leaks."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import MemberDevice, SignInCode
from messaging.models import Message
from tests.factories.accounts import code_sent_last
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/portal/sign-in/", "/portal/sign-in/code/"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Safari/537.36"


def test_by_phone_and_code_to_the_page_that_was_asked_for() -> None:
    member = MemberFactory.create(phone="+8613912345678", language="en")
    client = Client(headers={"User-Agent": CHROME})
    first = client.get("/portal/wallet/")
    assert first["Location"] == "/portal/sign-in/?next=%2Fportal%2Fwallet%2F"

    asked = client.post(first["Location"], {"phone": "139 1234 5678"})
    assert asked["Location"] == "/portal/sign-in/code/?next=%2Fportal%2Fwallet%2F"
    page = client.get(asked["Location"]).content.decode()
    assert "+86 139 **** 5678" in page
    assert 'autocomplete="one-time-code"' in page
    code = code_sent_last()
    assert code not in page

    done = client.post(asked["Location"], {"code": f"{code[:3]} {code[3:]}"})
    assert done["Location"] == "/portal/wallet/"
    cookie = done.cookies[settings.MEMBER_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.get("/portal/wallet/").status_code == 200
    device = MemberDevice.objects.get()
    assert (device.member, device.name) == (member, "Chrome · Android")
    # Whoever is in needs no door.
    assert client.get(SIGN_IN)["Location"] == "/portal/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/admin/",
        "/portal/../admin/",
        "/portal/\\evil",
    ],
)
def test_the_way_back_leads_nowhere_else(elsewhere: str) -> None:
    MemberFactory.create(phone="+8613912345678")
    client = Client()
    client.post(SIGN_IN, {"phone": "13912345678"})
    done = client.post(CODE, {"code": code_sent_last(), "next": elsewhere})
    assert done.status_code == 302
    assert "evil" not in done["Location"] or done["Location"].startswith("/portal/")


def answer_to(phone: str) -> tuple[int, str, list[str], str]:
    client = Client()
    asked = client.post(SIGN_IN, {"phone": phone})
    page = client.get(CODE).content.decode()
    page = re.sub(r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "\w+"', "", page)
    page = re.sub(r"\+86 139 [*]+ \d{4}", "", page)
    return asked.status_code, asked["Location"], sorted(asked.cookies), page


def test_known_unknown_and_blocked_phones_get_the_same_answer() -> None:
    MemberFactory.create(phone="+8613912345678")
    known = answer_to("13912345678")
    blocked = answer_to("13912345678")  # a moment later
    unknown = answer_to("13987654321")
    assert known == blocked == unknown
    assert sorted(SignInCode.objects.values_list("state", flat=True)) == [
        "limited",
        "nobody",
        "sent",
    ]
    assert Message.objects.count() == 1


def test_a_wrong_code_says_the_same_whoever_it_was_for() -> None:
    MemberFactory.create(phone="+8613912345678")
    told = []
    for phone in ("13912345678", "13987654321"):
        client = Client()
        client.post(SIGN_IN, {"phone": phone})
        answer = client.post(CODE, {"code": "12345x"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "This code is not right, or no longer valid." in page
        assert re.search(r'<input[^>]*name="code"[^>]*aria-invalid="true"', page)
        page = re.sub(r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "\w+"', "", page)
        told.append(re.sub(r"\+86 139 [*]+ \d{4}", "", page))
    assert told[0] == told[1]
    assert not MemberDevice.objects.exists()


@pytest.mark.parametrize(
    "typed", ["", "12", "not a phone", "+" * 39, "\x00139", "1" * 41]
)
def test_what_is_no_phone_is_said_at_the_field(typed: str) -> None:
    answer = Client().post(SIGN_IN, {"phone": typed})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not SignInCode.objects.exists()


def test_without_having_asked_there_is_no_code_to_type() -> None:
    client = Client()
    assert client.get(CODE)["Location"] == SIGN_IN
    assert client.post(CODE, {"code": "123456"}).status_code == 200
    client.cookies[settings.MEMBER_COOKIE_NAME] = "x" * 5000
    assert client.get("/portal/").status_code == 302


def test_a_form_of_the_portal_needs_its_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(SIGN_IN, {"phone": "13912345678"}).status_code == 403
    assert not SignInCode.objects.exists()
