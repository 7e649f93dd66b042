"""One link and many hands: all at once, and one after the other as browsers repeat."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards.models import Gift
from gift_cards.services.gifts import GiftWish
from ledger import services as ledger_services
from ledger.models import Entry
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import RewardOrder
from recognition.models import Feedback
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from tests.factories.accounts import client_of
from tests.factories.bills import till_of
from tests.factories.coupons import TemplateFactory, by_task, issued
from tests.factories.gift_cards import GiftCardDesignFactory, a_card, at_till
from tests.factories.members import MemberFactory
from tests.factories.points import RewardFactory, holding, points_of
from tests.factories.recognition import VisitFactory
from tests.factories.stored_value import top_up
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import RUNNERS, answers, race

at_once = pytest.mark.django_db(transaction=True)


def coupon_link() -> str:
    coupon = issued(TemplateFactory.drawn(is_transferable=True))
    offered = coupons_services.offer(
        coupon_id=coupon.pk, member_id=coupon.member_id or 0, by=by_task(), at=NOON
    )
    return f"/portal/coupons/gift/{offered.token}/"


def gift_card_link() -> str:
    by, _user = at_till("shift-lead")
    wish = GiftWish(name="Wei", channel=Gift.Channel.LINK, message="Tea soon?")
    link = a_card(88_00, by=by, gift=wish, at=NOON).link
    assert link
    return f"/portal/gifts/{link.rsplit('/', 1)[-1]}/"


def takes(link: str, clients: list[Client]) -> list[Any]:
    """All of them tap at the same moment."""

    def tap(number: int) -> Any:
        return clients[number].post(link)

    return answers(race(tap, runners=len(clients)))


def principal(member: Member) -> int:
    holder = Holder.member(member.pk)
    return stored_value_selectors.wallet(holder=holder, at=NOON).principal


@at_once
def test_many_take_a_coupon_from_one_link_and_one_has_it() -> None:
    link = coupon_link()
    friends = [MemberFactory.create() for _number in range(RUNNERS)]

    told = takes(link, [client_of(friend) for friend in friends])

    assert sorted(one.status_code for one in told) == [200] * (RUNNERS - 1) + [302]
    late = [one.content.decode() for one in told if one.status_code == 200]
    assert all("This gift has been taken already." in page for page in late)
    coupon = Coupon.objects.get()
    assert coupon.member in friends


@at_once
def test_many_move_one_gift_card_into_their_wallets_and_one_has_it() -> None:
    link = gift_card_link()
    friends = [MemberFactory.create() for _number in range(RUNNERS)]

    told = takes(link, [client_of(friend) for friend in friends])

    assert sorted(one.status_code for one in told) == [200] * (RUNNERS - 1) + [302]
    assert sorted(map(principal, friends)) == [0] * (RUNNERS - 1) + [88_00]
    assert ledger_services.prove_books().is_proven


@at_once
@pytest.mark.parametrize("link_of", [coupon_link, gift_card_link])
def test_one_who_taps_in_many_tabs_has_it_once(link_of: Callable[[], str]) -> None:
    link, friend = link_of(), MemberFactory.create()

    told = takes(link, [client_of(friend) for _tab in range(RUNNERS)])

    assert len(told) == RUNNERS
    assert {one.status_code for one in told} <= {200, 302}
    held = Coupon.objects.filter(member=friend).count()
    assert held + principal(friend) // 88_00 == 1
    assert ledger_services.prove_books().is_proven


def a_visit(member: Member) -> tuple[str, dict[str, str]]:
    visit = VisitFactory.create(member=member)
    return f"visits/{visit.pk}/", {"effort": "6", "score": "9", "words": "Good."}


def a_word(member: Member) -> tuple[str, dict[str, str]]:
    return "feedback/", {"store": str(StoreFactory.create().pk), "words": "Cold."}


def a_missing_visit(member: Member) -> tuple[str, dict[str, str]]:
    store = StoreFactory.create()
    told = {"store": str(store.pk), "day": "2026-11-19", "amount": "88.5", "words": ""}
    return "visits/missing/", told


def a_reward(member: Member) -> tuple[str, dict[str, str]]:
    return f"rewards/{RewardFactory.create(points=500).pk}/", {}


def a_claim_word(member: Member) -> tuple[str, dict[str, str]]:
    TemplateFactory.drawn(is_claimable=True, claim_word="AUTUMN")
    return "coupons/enter/", {"code": "autumn"}


def an_open_coupon(member: Member) -> tuple[str, dict[str, str]]:
    template = TemplateFactory.drawn(is_claimable=True)
    return f"coupons/take/{template.pk}/", {}


def a_receipt(member: Member) -> tuple[str, dict[str, str]]:
    receipt = points_services.issue_receipt_code(
        lines=[Bought(amount=45_00, category="")],
        paid={Tender.MONEY: 45_00},
        reference="B1",
        by=till_of(StoreFactory.create()),
        at=NOON,
        key="receipt:1",
    )
    return "rewards/receipt/", {"code": receipt.code}


def a_gift_card(member: Member) -> tuple[str, dict[str, str]]:
    top_up(Holder.member(member.pk), 100_00, by=till_of(StoreFactory.create()))
    told = {"value": "5000", "name": "Wei", "channel": "link", "language": "en"}
    return f"gift-cards/give/{GiftCardDesignFactory.create().pk}/", told


def effects(member: Member) -> tuple[int, int, int, int, int]:
    """What an act of the portal can have left."""
    return (
        Feedback.objects.count(),
        RewardOrder.objects.count(),
        Coupon.objects.count(),
        points_of(member),
        Entry.objects.count(),
    )


ACTS = [
    a_visit,
    a_word,
    a_missing_visit,
    a_reward,
    a_claim_word,
    an_open_coupon,
    a_receipt,
    a_gift_card,
]
type ActOf = Callable[[Member], tuple[str, dict[str, str]]]


@pytest.mark.django_db
@pytest.mark.parametrize("act_of", ACTS)
def test_tapped_twice_reloaded_gone_back_and_in_a_second_tab_it_is_once(
    act_of: ActOf,
) -> None:
    member = holding(1200)
    client, before = client_of(member), effects(member)
    path, told = act_of(member)
    shown = client.get(f"/portal/{path}")
    there = shown["Location"] if shown.status_code == 302 else f"/portal/{path}"

    client.post(there, told)
    once = effects(member)
    client.post(there, told)  # a doubled tap
    client.get(there)  # the page before
    client.post(there, told)
    tab = Client(headers={"Accept-Language": "en"})  # a copied tab has the same address
    tab.cookies.load({name: one.value for name, one in client.cookies.items()})
    tab.get(there)
    tab.post(there, told)

    assert once != before
    assert effects(member) == once


@at_once
@pytest.mark.parametrize("act_of", ACTS)
def test_tapped_at_once_it_is_once(act_of: ActOf) -> None:
    member = holding(1200)
    clients = [client_of(member) for _tab in range(4)]
    path, told = act_of(member)
    shown = clients[0].get(f"/portal/{path}")
    there = shown["Location"] if shown.status_code == 302 else f"/portal/{path}"
    before = effects(member)

    found = answers(race(lambda number: clients[number].post(there, told), runners=4))

    assert {one.status_code for one in found} <= {200, 302}
    many = effects(member)
    assert many != before
    clients[0].post(there, told)
    assert effects(member) == many
    assert sum(many[:3]) - sum(before[:3]) <= 1
    assert many[4] - before[4] <= 1
    assert ledger_services.prove_books().is_proven
