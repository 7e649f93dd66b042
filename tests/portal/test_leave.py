"""Leaving, as a member's browser does it: said before, done once, refused in words."""

import re

import pytest
from django.test import Client

from ledger.kinds import AccountKind
from members.models import ClosureRequest, Member
from tests.factories.accounts import client_of, code_sent_last
from tests.factories.bills import a_guest
from tests.factories.coupons import issued
from tests.factories.ledger import everything
from tests.factories.members import MemberFactory, give
from tests.factories.stores import StoreFactory
from tests.portal.reading import text

pytestmark = pytest.mark.django_db
LEAVE = "/portal/me/leave/"


def seen_on(page: str) -> str:
    (seen,) = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
    return str(seen)


def begun(client: Client) -> tuple[str, str]:
    """What was read, and the code that came."""
    seen = seen_on(text(client, "me/leave/"))
    answer = client.post(LEAVE, {"seen": seen, "agreed": "on"})
    assert "one-time-code" in answer.content.decode()
    return seen, code_sent_last()


def test_a_member_goes_and_every_browser_is_signed_out() -> None:
    member = MemberFactory.create(name="Yu Lan")
    client, elsewhere = client_of(member), client_of(member)
    give(member, 12_00, AccountKind.BONUS)
    issued(member=member)
    told = text(client, "me/leave/")
    for words in ("No money of yours is here.", "12.00", "Amount off over a threshold"):
        assert words in told
    unticked = client.post(LEAVE, {"seen": seen_on(told)}).content.decode()
    assert re.search(r'<input[^>]*name="agreed"[^>]*aria-invalid="true"', unticked)
    seen, code = begun(client)
    before = everything()
    wrong = client.post(LEAVE, {"seen": seen, "code": "12x456"}).content.decode()
    assert re.search(r'<input[^>]*name="code"[^>]*aria-invalid="true"', wrong)
    assert everything() == before

    answer = client.post(LEAVE, {"seen": seen, "code": code})
    assert answer["Location"] == "/portal/sign-in/"
    assert "You have left" in client.get("/portal/sign-in/").content.decode()
    member.refresh_from_db()
    assert (member.status, member.name) == (Member.Status.ERASED, "")
    for browser in (client, elsewhere):
        again = browser.post(LEAVE, {"seen": seen, "code": code})
        assert again["Location"] == "/portal/sign-in/"
        assert browser.get("/portal/")["Location"] == "/portal/sign-in/"


def test_money_first_the_store_is_asked_and_one_may_stay() -> None:
    store = StoreFactory.create(name="Riverside")
    member = a_guest(principal=300_00, bonus=50_00, store=store)
    client = client_of(member)
    told = text(client, "me/leave/")
    for words in ("300.00", "A store pays it out.", "50.00", "is not paid out"):
        assert words in told
    assert 'name="agreed"' not in told
    before = everything()
    # Whoever forges the next step is refused in words, and nothing moves.
    forged = client.post(LEAVE, {"seen": "0" * 64, "code": "123456"})
    assert forged.status_code == 200
    odd = client.post(LEAVE, {"store": "0"})
    assert 'aria-invalid="true"' in odd.content.decode()
    assert everything() == before
    assert not ClosureRequest.objects.exists()

    for _twice in range(2):
        assert client.post(LEAVE, {"store": store.pk})["Location"] == LEAVE
    assert ClosureRequest.objects.get().store == store
    asked = text(client, "me/leave/")
    assert "Riverside" in asked
    assert "I stay after all" in asked
    for _twice in range(2):
        assert client.post(LEAVE, {"stay": "1"})["Location"] == LEAVE
    assert ClosureRequest.objects.get().state == "taken"
    member.refresh_from_db()
    assert member.is_active


def test_what_came_meanwhile_is_read_before_it_is_given_up() -> None:
    member = MemberFactory.create()
    client = client_of(member)
    seen, code = begun(client)
    give(member, 12_00, AccountKind.BONUS)
    assert client.post(LEAVE, {"seen": seen, "code": code})["Location"] == LEAVE
    told = text(client, "me/leave/")
    assert "What you hold has changed meanwhile." in told
    assert "12.00" in told
    member.refresh_from_db()
    assert member.is_active
    assert client.get("/portal/").status_code == 200
