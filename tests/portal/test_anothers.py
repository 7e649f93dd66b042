"""Whatever has a number in its address: another's is the 404 of what never was."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import MemberDevice
from cards.models import Card
from coupons import services as coupons_services
from coupons.models import Coupon
from ledger.models import Entry
from members.models import Member
from messaging.models import Message
from points import services as points_services
from points.models import RewardOrder
from portal import urls
from recognition.models import Feedback, Visit
from tests.factories.accounts import client_of, device_of
from tests.factories.bills import a_guest
from tests.factories.cards import CardFactory
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.ledger import an_act
from tests.factories.points import RewardFactory
from tests.factories.recognition import FeedbackFactory, VisitFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.inbox import inbox_message
from tests.portal.reading import plain

pytestmark = pytest.mark.django_db
NEVER = "0190a7e2-0000-7000-8000-000000000000"


@pytest.fixture
def other() -> Member:
    """Somebody who holds one of everything that has an address."""
    guest = a_guest(principal=10_00, points=900, store=StoreFactory.create())
    device_of(guest)
    points_services.order_reward(
        reward_id=RewardFactory.create().pk,
        member_id=guest.pk,
        by=an_act(),
        at=NOON,
        key="reward:1",
    )
    for name in ("coupon-kept", "coupon-offered"):
        template = TemplateFactory.drawn(is_transferable=True, name_en=name)
        coupon = issued(template, guest)
    coupons_services.offer(
        coupon_id=coupon.pk, member_id=guest.pk, by=by_task(), at=NOON
    )
    CardFactory.create(member=guest)
    visit = VisitFactory.create(member=guest)
    FeedbackFactory.create(member=guest, store=visit.store, words="cold soup")
    inbox_message(guest)
    return guest


def addresses_of(other: Member) -> dict[str, list[object]]:
    """By page: every number of somebody else's that fits its address."""
    entries = list(Entry.objects.values_list("pk", flat=True))
    coupons = list(Coupon.objects.filter(member=other).values_list("pk", flat=True))
    return {
        "movement": [*entries],
        "points_entry": [*entries],
        "card_lost": [*Card.objects.values_list("pk", flat=True)],
        "sign_out_device": [
            *MemberDevice.objects.filter(member=other).values_list("pk", flat=True)
        ],
        "give_coupon": [*coupons],
        "take_coupon_back": [*coupons],
        "reward_order": [*RewardOrder.objects.values_list("pk", flat=True)],
        "feedback": [*Feedback.objects.values_list("pk", flat=True)],
        "survey": [*Visit.objects.filter(member=other).values_list("pk", flat=True)],
        "letter": [*Message.objects.values_list("pk", flat=True)],
        "statement": [],
        # What is anybody's to see: there is none of another's.
        "reward": [],
        "take_coupon": [],
        # A gift's link is its own proof: tests/portal/test_coupon_gifts.py.
        "coupon_gift": [],
        "gift_card": [],
    }


def answers(client: Client, name: str, number: object) -> Iterator[str]:
    """By both methods, where the page has both; each has to be a 404."""
    there = reverse(f"portal:{name}", args=[number])
    for answer in (client.get(there), client.post(there, {"confirm": "on"})):
        if answer.status_code != 405:
            assert answer.status_code == 404, there
            yield plain(answer.content)


def test_what_is_anothers_is_as_what_never_was(other: Member) -> None:
    theirs = addresses_of(other)
    with_an_id = {
        pattern.name for pattern in urls.urlpatterns if pattern.pattern.converters
    }
    assert with_an_id == set(theirs)
    client = client_of(a_guest(store=StoreFactory.create()))
    (nowhere,) = answers(client, "movement", NEVER)
    for name, numbers in theirs.items():
        for number in numbers:
            told = list(answers(client, name, number))
            assert told, name
            assert set(told) == {nowhere}, name
    for name in ("sign_out_device", "give_coupon", "reward_order", "reward"):
        for number in (0, 2**31, 2**63, 2**70):
            assert set(answers(client, name, number)) == {nowhere}, (name, number)
    device = MemberDevice.objects.get(member=other)
    assert device.ended_at is None
    assert Card.objects.get().status == Card.Status.ACTIVE
    assert Coupon.objects.filter(member=other, status="issued").count() == 1
    assert RewardOrder.objects.get().status == RewardOrder.Status.ORDERED
