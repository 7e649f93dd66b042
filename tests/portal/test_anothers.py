"""Whatever has a number in its address: another's is the 404 of what never was.

Both sides are found by machine: the addresses from the resolver, the numbers from every
table that knows a member, so that a new page and a new table are walked when they come.
"""

import re
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from accounts.models import MemberDevice
from cards.models import Card
from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards.models import Gift, GiftCard
from gift_cards.services.gifts import GiftWish
from ledger.models import Entry
from members.models import Member
from messaging.models import Message
from points.models import RewardOrder
from portal import urls
from recognition.models import Feedback
from tests.factories.accounts import device_of
from tests.factories.bills import settle
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.gift_cards import a_card, at_till
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.portal.inbox import inbox_message
from tests.portal.reading import plain
from tests.together.full_lives import a_house, live

pytestmark = pytest.mark.django_db
# Beyond every number that the other has, and inside what the column holds.
NEVER: dict[type, object] = {
    UUIDConverter: UUID("0190a7e2-0000-7000-8000-000000000000"),
    IntConverter: 987_654_321,
    StringConverter: "A" * 43,
}
NEVER_MINE = 123_456_789
OUT_OF_RANGE = (0, 2**31, 2**63, 2**70)
# Anybody's to see: there is none of another's.
FOR_EVERYBODY = {"reward", "take_coupon", "face", "give_card"}
# What is done with a link that has a page of its own.
ACTS_OF_A_LINK = {"open_gift_card", "keep_gift_card"}
# Its address says a month and no number of anything: one's own are all there are.
WITHOUT_A_NUMBER = {"statement"}
BOTH = ("get", "post")
SENT = {"save": "1", "confirm": "on", "words": "mine", "effort": "6", "score": "9"}


@pytest.fixture
def other() -> Member:
    """Somebody who has one of everything that the house can keep about a member."""
    house = a_house()
    guest = live(house, name="Yu Lan", phone="13812345678", email="lan@example.com")
    device_of(guest)
    settle(20_00, store=house.store, member=guest)
    inbox_message(guest)
    return guest


@pytest.fixture
def stranger() -> Client:
    """A member whose own numbers are none of the other's."""
    client, member = Client(headers={"Accept-Language": "en"}), MemberFactory.create()
    device, token = device_of(member)
    MemberDevice.objects.filter(pk=device.pk).update(id=NEVER_MINE)
    client.cookies[settings.MEMBER_COOKIE_NAME] = token
    return client


def with_a_number() -> dict[str, type]:
    """By page: of what kind the one number in its address is."""
    found = {}
    for pattern in urls.urlpatterns:
        kinds = [type(kind) for kind in pattern.pattern.converters.values()]
        if kinds and pattern.name not in WITHOUT_A_NUMBER | FOR_EVERYBODY:
            (found[name_of(pattern)],) = kinds
    return found


def name_of(pattern: URLPattern) -> str:
    assert pattern.name
    return pattern.name


def numbers_of(other: Member) -> dict[type, set[object]]:
    """Every key of every row that knows the member, by the kind of address it fits."""
    found: dict[type, set[object]] = {
        IntConverter: {other.pk},
        UUIDConverter: set(Entry.objects.values_list("pk", flat=True)),
        # Links are proofs of their own; those of one kind open nothing of another.
        StringConverter: set(),
    }
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey) or field.model is not model:
                continue
            if field.related_model is Member:
                mine = model._default_manager.filter(**{field.name: other})
                for key in mine.values_list("pk", flat=True):
                    kind = UUIDConverter if isinstance(key, UUID) else IntConverter
                    found[kind].add(key)
    for model in (Gift, GiftCard):
        found[UUIDConverter] |= set(model.objects.values_list("public_id", flat=True))
    found[IntConverter] |= set(Message.objects.values_list("pk", flat=True))
    found[StringConverter] = {str(key) for key in found[UUIDConverter]} | {"1", "a" * 9}
    return found


def answer(client: Client, how: str, name: str, number: object) -> tuple[int, str]:
    there = reverse(f"portal:{name}", args=[number])
    address = f"{there}?key={'a' * 32}"
    told = client.get(address) if how == "get" else client.post(address, SENT)
    return told.status_code, plain(told.content)


def asked_for(client: Client, how: str, name: str, number: object) -> list[str]:
    """The statements that the answer took, without the numbers in them."""
    with CaptureQueriesContext(connection) as asked:
        answer(client, how, name, number)
    shapes = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked]
    return [re.sub(r'"(?:s\d+_)?x\?"', "", shape) for shape in shapes]


def everything_of(member: Member) -> list[object]:
    """What must stand as it stood."""
    return [
        sorted(MemberDevice.objects.filter(member=member).values_list()),
        sorted(Card.objects.filter(member=member).values_list("pk", "status")),
        sorted(Coupon.objects.filter(member=member).values_list("pk", "status")),
        sorted(RewardOrder.objects.values_list("pk", "status")),
        sorted(Feedback.objects.values_list("pk", "words")),
        sorted(Message.objects.values_list("pk", "state", "read_at"), key=str),
        Entry.objects.count(),
    ]


def test_what_is_anothers_is_as_what_never_was(other: Member, stranger: Client) -> None:
    theirs, before = numbers_of(other), everything_of(other)
    seen: Counter[str] = Counter()
    for name, kind in with_a_number().items():
        for how in BOTH:
            nowhere = answer(stranger, how, name, NEVER[kind])
            if nowhere[0] == 405:
                continue
            assert nowhere[0] == 404, name
            for number in theirs[kind]:
                assert answer(stranger, how, name, number) == nowhere, (name, number)
                seen[name] += 1
    assert set(seen) == set(with_a_number())
    assert min(seen.values()) >= 3
    assert everything_of(other) == before


def test_a_number_that_no_row_can_have_is_as_one_that_none_has(
    stranger: Client,
) -> None:
    (nowhere,) = {
        answer(stranger, "get", name, NEVER[kind])
        for name, kind in with_a_number().items()
        if answer(stranger, "get", name, NEVER[kind])[0] != 405
    }
    for name, kind in with_a_number().items():
        for number in OUT_OF_RANGE if kind is IntConverter else ("\x00", "é", "x" * 9):
            if kind is UUIDConverter:
                continue
            told = answer(stranger, "get", name, number)
            assert told == nowhere or told[0] == 405, (name, number)


def test_finding_anothers_takes_what_finding_nothing_takes(
    other: Member, stranger: Client
) -> None:
    """Counted in statements: a clock would be luck."""
    theirs = {
        "movement": Entry.objects.latest("pk").pk,
        "points_entry": Entry.objects.latest("pk").pk,
    }
    numbers = numbers_of(other)
    for name, kind in with_a_number().items():
        chosen = [theirs[name]] if name in theirs else sorted(numbers[kind], key=str)
        for how in BOTH:
            nothing = asked_for(stranger, how, name, NEVER[kind])
            for number in chosen[:12]:
                assert asked_for(stranger, how, name, number) == nothing, (name, number)


def links_of(other: Member) -> Iterator[tuple[str, str]]:
    """By page: a link to it that is good."""
    coupon = issued(TemplateFactory.drawn(is_transferable=True), other)
    offered = coupons_services.offer(
        coupon_id=coupon.pk, member_id=other.pk, by=by_task(), at=NOON
    )
    yield "coupon_gift", offered.token
    by, _user = at_till("shift-lead")
    wish = GiftWish(name="Wei", channel=Gift.Channel.LINK, message="Tea soon?")
    link = a_card(88_00, by=by, gift=wish, at=NOON).link
    assert link
    yield "gift_card", link.rsplit("/", 1)[-1]


def test_a_link_opens_its_own_page_and_no_other(stranger: Client) -> None:
    links = dict(links_of(MemberFactory.create()))
    kinds = {name for name, kind in with_a_number().items() if kind is StringConverter}
    kinds -= ACTS_OF_A_LINK
    assert set(links) == kinds
    nowhere = answer(stranger, "get", "coupon_gift", "A" * 43)
    for page in kinds:
        for name, token in links.items():
            is_good = answer(stranger, "get", page, token)[0] == 200
            assert is_good == (page == name), (page, name)
            almost = ("B" if token[0] == "A" else "A") + token[1:]
            for odd in (almost, token[:-1], token + "A", token.swapcase()):
                for how in BOTH:
                    assert answer(stranger, how, page, odd) == nowhere, (page, odd)
