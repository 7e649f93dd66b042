"""Rule 24: an event is there exactly when what it tells of has happened."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from ledger import selectors as ledger_selectors
from ledger.errors import IdempotencyConflict, InsufficientFunds
from members import services as members_services
from members.birthdays import Birthday
from members.errors import PhoneTaken
from members.models import Member
from members.services import NewMember
from outbox import services as outbox_services
from outbox.models import Event
from stored_value import services as stored_value_services
from stored_value.models import TopUp
from tests.factories import gift_cards as cards
from tests.factories import stored_value as wallets
from tests.factories.members import MemberFactory, by
from tests.factories.stores import NOON

pytestmark = pytest.mark.django_db
PHONE, NAME = "138 0013 8000", "Lin Na"


class Cut(Exception):
    """Everything ends here, and nothing is kept."""


def told() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        *Event.objects.order_by("recorded_at").values_list("kind", "subject", "payload")
    ]


def enrolled(**more: Any) -> Member:
    return members_services.enrol(by=by(), at=NOON, name=NAME, phone=PHONE, **more)


def test_a_member_who_came() -> None:
    act = by()
    member = members_services.enrol(by=act, at=NOON, name=NAME, phone=PHONE)
    assert told() == [("member.enrolled", str(member.public_id), {"referred": False})]
    event = Event.objects.get()
    assert (event.store_id, event.occurred_at) == (act.store_id, NOON)


def test_a_member_who_changed_says_what_and_not_how() -> None:
    member = MemberFactory.create()
    members_services.change(
        member_id=member.pk, by=by(), at=NOON, name=NAME, email="lin@example.com"
    )
    members_services.set_birthday(
        member_id=member.pk, birthday=Birthday(month=5, day=17), by=by(), at=NOON
    )
    who = str(member.public_id)
    assert told() == [
        ("member.changed", who, {"fields": ["email", "name"]}),
        ("member.changed", who, {"fields": ["birthday"]}),
    ]


def test_what_stays_the_same_is_no_news() -> None:
    member = MemberFactory.create(name=NAME)
    members_services.change(member_id=member.pk, by=by(), at=NOON, name=NAME)
    assert told() == []


def test_of_a_load_of_many_nobody_is_told() -> None:
    members_services.load_members(
        rows=[NewMember(name=NAME, joined_at=NOON)], by=by(), at=NOON
    )
    assert Member.objects.count() == 1
    assert told() == []


def test_a_top_up_and_its_refund() -> None:
    holder, top_up = wallets.holding(300_00, 50_00)
    member = Member.objects.get(pk=holder.id)
    refund = stored_value_services.refund_top_up(
        top_up_id=top_up.pk,
        tender="wechat",
        reason="moved away",
        by=wallets.at_store(),
        at=NOON,
        key="refund:1",
    )
    made, given_back = told()
    assert made == (
        "top_up.made",
        str(top_up.entry_id),
        {
            "member": str(member.public_id),
            "amount": 300_00,
            "bonus": 50_00,
            "points": 0,
        },
    )
    assert given_back == (
        "top_up.refunded",
        str(top_up.entry_id),
        {
            "member": str(member.public_id),
            "refund": str(refund.entry_id),
            "principal": 300_00,
            "bonus": 50_00,
            "paid_out": refund.paid_out,
        },
    )


def test_cards_that_were_sold_one_by_one() -> None:
    sold = cards.sell(100_00, by=cards.at_store(), quantity=3)
    assert sorted(told()) == sorted(
        (
            "gift_card.sold",
            str(card.public_id),
            {"entry": str(sold.entry_id), "amount": 100_00},
        )
        for card in sold.cards
    )


def test_a_card_that_paid_and_one_that_went_into_a_wallet() -> None:
    act = cards.at_store()
    card = cards.a_card(100_00, by=act)
    paid = cards.pay(card, 30_00, by=act)
    moved = gift_cards_services.redeem_to_wallet(
        code=str(card.code),
        pin=card.pin or "",
        member_id=MemberFactory.create().pk,
        by=act,
        at=cards.NOON,
        key="move:1",
    )
    _sold, first, second = told()
    who = str(card.public_id)
    assert first == (
        "gift_card.redeemed",
        who,
        {"entry": str(paid.entry_id), "amount": 30_00, "left": 70_00},
    )
    assert second == (
        "gift_card.redeemed",
        who,
        {"entry": str(moved.entry_id), "amount": 70_00, "left": 0},
    )


def a_top_up() -> object:
    return wallets.top_up(wallets.a_member(), 300_00, key="same")


def a_sale_of_cards() -> object:
    return cards.sell(100_00, by=cards.at_store())


CHANGES: list[tuple[Callable[[], object], type[Any]]] = [
    (enrolled, Member),
    (a_top_up, TopUp),
    (a_sale_of_cards, GiftCard),
]


@pytest.mark.parametrize(("change", "model"), CHANGES)
def test_what_was_taken_back_was_never_told(
    change: Callable[[], object], model: type[Any]
) -> None:
    def cut_off() -> None:
        with transaction.atomic():
            change()
            assert told()
            raise Cut

    with pytest.raises(Cut):
        cut_off()
    assert told() == []
    assert not model.objects.exists()


@pytest.mark.parametrize(("change", "model"), CHANGES)
def test_what_cannot_be_told_does_not_happen(
    change: Callable[[], object],
    model: type[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(**_event: object) -> None:
        raise Cut

    monkeypatch.setattr(outbox_services, "record", broken)
    monkeypatch.setattr(outbox_services, "record_many", broken)
    with pytest.raises(Cut):
        change()
    assert not model.objects.exists()
    assert told() == []


def test_the_same_request_again_tells_nothing_again() -> None:
    holder = wallets.a_member()
    act = wallets.at_store()
    for _ in range(2):
        wallets.top_up(holder, 300_00, key="same", by=act)
    shop = cards.at_store()
    card = cards.a_card(100_00, by=shop)
    for _ in range(2):
        cards.pay(card, 30_00, by=shop, key="pay:same")
    kinds = [kind for kind, _subject, _payload in told()]
    assert kinds == ["top_up.made", "gift_card.sold", "gift_card.redeemed"]


def test_what_is_refused_is_not_told() -> None:
    enrolled()
    with pytest.raises(PhoneTaken):
        enrolled()
    holder = wallets.a_member()
    act = wallets.at_store()
    wallets.top_up(holder, 300_00, key="same", by=act)
    with pytest.raises(IdempotencyConflict):
        wallets.top_up(holder, 400_00, key="same", by=act)
    shop = cards.at_store()
    card = cards.a_card(100_00, by=shop)
    with pytest.raises(InsufficientFunds):
        cards.pay(card, 100_01, by=shop)
    kinds = [kind for kind, _subject, _payload in told()]
    assert kinds == ["member.enrolled", "top_up.made", "gift_card.sold"]


def test_each_event_of_value_names_its_entry_in_the_books() -> None:
    """What a later proof asks: each event has its entry, each entry its event."""
    shop = cards.at_store()
    card = cards.a_card(100_00, by=shop)
    cards.pay(card, 30_00, by=shop)
    wallets.top_up(wallets.a_member(), 300_00)
    named = {payload.get("entry", subject) for _kind, subject, payload in told()}
    assert len(named) == 3
    for entry_id in named:
        assert ledger_selectors.postings(entry_id=entry_id)


def test_no_event_says_who_or_with_which_code() -> None:
    member = enrolled(email="lin@example.com")
    members_services.change(member_id=member.pk, by=by(), at=NOON, name="Lin Mei")
    shop = cards.at_store()
    card = cards.a_card(100_00, by=shop)
    cards.pay(card, 30_00, by=shop)
    said = json.dumps(told(), ensure_ascii=False)
    secrets = ["13800138000", "+86", "Lin", "lin@", str(card.code), str(card.pin)]
    for secret in secrets:
        assert secret not in said
