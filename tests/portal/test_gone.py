"""Signed in, and then erased or merged: every address of the portal, by machine."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter

from accounts import selectors as accounts_selectors
from accounts.models import MemberDevice
from members import services as members_services
from members.models import Member
from members.services import Signed
from points import services as points_services
from points.models import RewardOrder
from portal import urls
from tests.factories.accounts import client_of, device_of
from tests.factories.ledger import an_act
from tests.factories.members import two_people
from tests.factories.stores import NOON
from tests.portal.test_anothers import name_of, numbers_of
from tests.portal.test_pages import FOR_ANYBODY
from tests.together.full_lives import House, a_house, live

pytestmark = pytest.mark.django_db
YULAN = {"name": "陈玉兰", "phone": "13812345678", "email": "yulan@example.com"}
MEI = {"name": "Quetzalcoatl", "phone": "13987654321", "email": "mei@example.org"}
# Pages of whoever is about to sign in; none says who was signed in before.
AT_THE_DOOR = {"enter_code", "join_code", "join_about", *FOR_ANYBODY}
SIGN_OUTS = {"sign_out", "sign_out_everywhere", "sign_out_device"}
KEY = f"?key={'a' * 32}"


@pytest.fixture
def house() -> House:
    return a_house()


def addresses(*members: Member) -> list[tuple[str, str]]:
    """Every page with every number of these members that fits it, and its name."""
    found = []
    for pattern in urls.urlpatterns:
        kinds = [type(kind) for kind in pattern.pattern.converters.values()]
        given: list[list[object]] = [[]]
        if len(kinds) == 1:
            numbers = set().union(*(numbers_of(one)[kinds[0]] for one in members))
            given = [[number] for number in sorted(numbers, key=str)[:6]]
        elif kinds:
            given = [[2026, 11, form] for form in ("pdf", "csv")]
        name = name_of(pattern)
        found += [(name, reverse(f"portal:{name}", args=one)) for one in given]
    return found


def erase(member: Member) -> None:
    for order in RewardOrder.objects.filter(status=RewardOrder.Status.ORDERED):
        points_services.cancel_reward_order(
            order_id=order.pk, reason="none left", by=an_act(), at=NOON
        )
    members_services.erase_with_forfeiture(
        member_id=member.pk,
        signed=Signed(signed_on=date(2026, 11, 19), reference="F-17"),
        by=two_people(key="gone", role="head-office", reason="asked us to"),
    )


def content(answer: Any) -> str:
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode(errors="replace")


def test_who_was_erased_finds_the_door_at_every_address(house: House) -> None:
    member = live(house, **YULAN)
    client = client_of(member)
    there = addresses(member)
    erase(member)
    for name, path in there:
        for answer in (client.get(path + KEY), client.post(path + KEY)):
            told = content(answer)
            for trace in ("陈玉兰", "3812345678", "yulan@"):
                assert trace not in told, (path, trace)
            if answer.status_code == 302:
                door = "/portal/join/" if "join" in name else "/portal/sign-in/"
                assert answer["Location"].startswith(door), path
            elif answer.status_code in (200, 404):
                assert name in AT_THE_DOOR, path
            else:
                assert answer.status_code == 405, path


def test_two_who_were_merged_are_the_survivor_in_both_browsers(house: House) -> None:
    gone, left = live(house, **YULAN), live(house, **MEI)
    first, second = client_of(gone), client_of(left)
    there = addresses(gone, left)
    members_services.merge(source_id=gone.pk, target_id=left.pk, by=two_people(key="m"))
    for name, path in there:
        statuses = []
        for client in (first, second):
            answer = client.get(path + KEY)
            told = content(answer)
            statuses.append(answer.status_code)
            assert answer.status_code in (200, 302, 404, 405), path
            if answer.status_code == 302:
                assert not answer["Location"].startswith("/portal/sign-in/"), path
            if name == "me":
                assert MEI["name"] in told
                assert YULAN["name"] not in told
        assert statuses[0] == statuses[1], path
        if name not in SIGN_OUTS:
            assert first.post(path + KEY).status_code in (200, 302, 404, 405), path
    ends = MemberDevice.objects.values_list("member", "ended_at")
    assert set(ends) == {(left.pk, None)}


class Stale:
    """What the first look finds was so a moment ago; every later one finds what is."""

    def __init__(self, device: MemberDevice) -> None:
        self.device = device
        self.real = accounts_selectors.signed_in
        self.is_fresh = True

    def __call__(self, token: str, *, at: Any) -> MemberDevice | None:
        if self.is_fresh:
            self.is_fresh = False
            return self.device
        return self.real(token, at=at)


def posts(house: House) -> Iterator[dict[str, str]]:
    """What the forms of the portal send, each branch by itself."""
    words = {"words": "mine", "kind": "like", "key": "a" * 32}
    day = {"month": "5", "day": "1", "year": "", "calendar": "solar"}
    about = {"name": "Lan", "email": "", "language": "en", "salutation": ""}
    visit = {"store": f"{house.store.pk}", "amount": "5"}
    yield {**words, **day, **about, "kind": "like", "effort": "6", "score": "9"}
    yield {**words, **day, "kind": "wedding"}
    yield {**visit, "day": "2026-11-19", "words": "mine"}
    yield {"stay": "1", "withdraw": "marketing", "confirm": "on", "begin": "1"}
    yield {"seen": "0" * 64, "agreed": "on"}
    yield {"seen": "0" * 64, "code": "123456"}
    yield {"code": "482915", "again": "482915", "before": "482915"}
    yield {"phone": "13955556666"}


@pytest.mark.parametrize("fate", ["erased", "merged"])
def test_a_page_that_was_open_when_it_happened_ends_at_the_door_or_the_survivor(
    house: House, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between who is asked and what is done: nobody falls, nor comes back to life."""
    member, left = live(house, **YULAN), live(house, **MEI)
    _device, token = device_of(member)
    stale = accounts_selectors.signed_in(token, at=NOON)
    assert stale is not None
    there = addresses(member)
    rows = [{"remove": str(number)} for number in numbers_of(member)[IntConverter]]
    if fate == "erased":
        erase(member)
    else:
        members_services.merge(
            source_id=member.pk, target_id=left.pk, by=two_people(key="m")
        )
    before = numbers_of(member)
    client = Client()
    client.cookies[settings.MEMBER_COOKIE_NAME] = token
    for name, path in there:
        if name in SIGN_OUTS:
            continue
        for sent in [*posts(house), *(rows[:20] if name in {"likes", "days"} else [])]:
            finding = Stale(stale)
            monkeypatch.setattr(accounts_selectors, "signed_in", finding)
            answer = client.post(path + KEY, sent)
            assert answer.status_code in (200, 302, 404, 405), (path, sent)
            monkeypatch.setattr(accounts_selectors, "signed_in", finding.real)
    if fate == "merged":  # what was theirs is the survivor's, and stays so
        assert numbers_of(member) == before
    member.refresh_from_db()
    assert member.status == fate
