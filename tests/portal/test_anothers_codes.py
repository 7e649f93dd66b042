"""A code that came to somebody else opens nothing, and is told like any wrong one."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import MemberDevice, VerifiedEmail
from members.models import Member
from tests.factories.accounts import client_of, code_sent_last
from tests.factories.members import MemberFactory
from tests.portal.reading import plain

pytestmark = pytest.mark.django_db
MINE, THEIRS, NEW = "13912345678", "13987654321", "13955556666"

# By door: where the code is asked for and with what, for me and for the other; where
# it is typed; whether one is signed in there.
DOORS: dict[str, tuple[str, dict[str, str], dict[str, str], str, bool]] = {
    "sign in": (
        "sign-in/",
        {"phone": MINE},
        {"phone": THEIRS},
        "sign-in/code/",
        False,
    ),
    "join": ("join/", {"phone": NEW}, {"phone": "13955557777"}, "join/code/", False),
    "change of phone": (
        "me/safety/phone/",
        {"begin": "1"},
        {"begin": "1"},
        "me/safety/phone/",
        True,
    ),
    "e-mail": (
        "me/safety/email/",
        {"email": "me@example.com"},
        {"email": "they@example.com"},
        "me/safety/email/",
        True,
    ),
    "other number": (
        "me/safety/other-number/",
        {"phone": NEW},
        {"phone": THEIRS},
        "me/safety/other-number/",
        True,
    ),
}


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Each code is another one, so that none is mine by luck."""
    drawn = iter(range(100_000, 999_999, 111_111))
    monkeypatch.setattr("accounts.services.codes.new_code", lambda: f"{next(drawn)}")
    return code_sent_last


def browser(phone: str, *, is_in: bool) -> Client:
    member = MemberFactory.create(phone=f"+86{phone}")
    return client_of(member) if is_in else Client(headers={"Accept-Language": "en"})


def typed(client: Client, path: str, code: str) -> tuple[int, str, int]:
    """What is answered to a code, and how many statements that takes."""
    with CaptureQueriesContext(connection) as asked:
        told = client.post(f"/portal/{path}", {"code": code})
    page = re.sub(r"\+86 139 [*]+ \d{4}|\w[*]+@[\w.]+", "", plain(told.content))
    return told.status_code, page, len(asked)


def everything() -> list[object]:
    return [
        sorted(Member.objects.values_list("pk", "phone", "email", "status")),
        sorted(MemberDevice.objects.values_list("pk", "ended_at")),
        VerifiedEmail.objects.count(),
    ]


@pytest.mark.parametrize("door", DOORS)
def test_anothers_code_is_a_wrong_one(door: str, codes: Callable[[], str]) -> None:
    asked_at, mine, theirs, typed_at, is_in = DOORS[door]
    me, other = browser(MINE, is_in=is_in), browser(THEIRS, is_in=is_in)
    if door == "other number":
        MemberFactory.create(phone=f"+86{NEW}")
    me.post(f"/portal/{asked_at}", mine)
    other.post(f"/portal/{asked_at}", theirs)
    anothers, before = codes(), everything()

    never = typed(me, typed_at, "000000")
    found = typed(me, typed_at, anothers)

    assert never[0] == 200
    assert found == never
    assert everything() == before


def test_anothers_payment_code_is_a_wrong_one() -> None:
    """Nor is it said that it is somebody's."""
    there = "/portal/me/safety/payment-code/"
    me, other = (client_of(MemberFactory.create()) for _one in range(2))
    me.post(there, {"code": "274951", "again": "274951"})
    other.post(there, {"code": "830462", "again": "830462"})
    me.get(there)  # where it is told that the code is set
    new = {"code": "596013", "again": "596013"}

    never = me.post(there, {"before": "000000", **new})
    found = me.post(there, {"before": "830462", **new})

    assert never.status_code == found.status_code == 200
    assert plain(found.content) == plain(never.content)
    assert me.post(there, {"before": "274951", **new}).status_code == 302
