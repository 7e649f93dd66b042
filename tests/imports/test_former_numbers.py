"""An old number finds its guest at every door, and opens no more than a card's does."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card
from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.errors import CardNotActive, GuestUnknown
from checkout.models import Sale
from imports import selectors as imports_selectors
from imports.models import ExternalRef
from members.models import Member
from stored_value.errors import CodeNeeded
from stores.models import Store
from tests.counter.till import AtTill
from tests.factories.api import a_till, is_problem
from tests.factories.bills import a_guest, cash, no_codes, of, settle, till_of
from tests.factories.cards import CardFactory
from tests.factories.ledger import everything
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db

OLD = "NO.00017"


def remember(
    member: Member,
    reference: str = OLD,
    *,
    source: str = "old",
    card: Card | None = None,
) -> None:
    """As an import leaves it."""
    ExternalRef.objects.create(
        source=source,
        kind="card" if card else "member",
        reference=reference,
        member=member,
        object_id=card.pk if card else None,
        made_at=NOON,
    )


def guest(store: Store, principal: int = 0) -> Member:
    return a_guest(principal=principal, store=store)


def test_the_api_finds_the_member_by_the_number_of_before() -> None:
    till = a_till()
    store = till.store or StoreFactory.create()
    by_card, by_reference = guest(store), guest(store)
    card = CardFactory.create(member=by_card)
    remember(by_card, card=card)
    remember(by_reference, "A-17")
    for number, member in ((OLD, by_card), ("A-17", by_reference)):
        told = till.ask(f"/members?code={number}").json()
        assert told["id"] == str(Member.objects.get(pk=member.pk).public_id)
    assert till.ask(f"/members?code={OLD}").json()["card"]["status"] == "active"
    Card.objects.filter(pk=card.pk).update(status=Card.Status.LOST)
    assert till.ask(f"/members?code={OLD}").json()["card"]["status"] == "lost"
    assert is_problem(till.ask("/members?code=A-18"), 404, "member_not_found")


def test_a_number_of_two_members_is_nobody_to_a_till_and_a_choice_at_the_counter() -> (
    None
):
    at_till = AtTill.opened()
    one, two = guest(at_till.store), guest(at_till.store)
    Member.objects.filter(pk=one.pk).update(name="王一")
    Member.objects.filter(pk=two.pk).update(name="李二")
    remember(one)
    remember(two, source="older")
    assert imports_selectors.former_number(OLD) is None
    with pytest.raises(GuestUnknown):
        settle(5_00, code=OLD, tenders=[cash(5_00)])
    with time_machine.travel(NOON, tick=False):
        page = at_till.post("find/", {"q": OLD, "key": at_till.key()}).content.decode()
    assert "王一" in page
    assert "李二" in page


def test_the_counter_opens_the_guest_of_an_old_number() -> None:
    at_till = AtTill.opened()
    member = guest(at_till.store)
    Member.objects.filter(pk=member.pk).update(name="王小明")
    remember(member, card=CardFactory.create(member=member))
    with time_machine.travel(NOON, tick=False):
        answer = at_till.post("find/", {"q": f"{OLD}\n", "key": at_till.key()})
    assert "王小明" in answer.content.decode()
    assert answer.headers["HX-Retarget"] in {"#main", "#desk"}


@pytest.mark.parametrize("has_card", [True, False])
def test_a_bill_is_settled_by_an_old_number_as_by_a_card(has_card: bool) -> None:  # noqa: FBT001 (a case)
    store = StoreFactory.create()
    member = guest(store, 900_00)
    card = CardFactory.create(member=member) if has_card else None
    remember(member, card=card)
    settle(1_00, store=store, code=OLD)  # opens accounts
    before = everything()
    # Above the limit it only identifies, though the member set no payment code.
    with pytest.raises(CodeNeeded):
        settle(800_00, store=store, code=OLD)
    assert everything() == before
    no_codes()
    settle(80_00, store=store, code=OLD)
    sale = Sale.objects.order_by("at").last() or Sale()
    assert (sale.member_id, sale.card_id) == (member.pk, card.pk if card else None)


@pytest.mark.parametrize("status", ["lost", "expired"])
def test_the_old_number_of_a_dead_card_opens_no_value(status: str) -> None:
    no_codes()
    store = StoreFactory.create()
    member = guest(store, 100_00)
    card = CardFactory.create(member=member)
    remember(member, card=card)
    # The member's own reference is the same number: the dead card decides.
    remember(member)
    if status == "expired":
        Card.objects.filter(pk=card.pk).update(expires_at=NOON)
    else:
        Card.objects.filter(pk=card.pk).update(status=status)
    before = everything()
    with pytest.raises(CardNotActive):
        settle(80_00, store=store, code=OLD)
    assert everything() == before


def test_a_sale_by_an_old_number_is_the_same_sale_when_it_is_sent_again() -> None:
    no_codes()
    store = StoreFactory.create()
    remember(guest(store, 100_00))
    facts: dict[str, Any] = {
        "store": store,
        "code": OLD,
        "reference": "B-1",
        "key": "sale:again",
    }
    first, again = settle(8_00, **facts), settle(8_00, **facts)
    assert first.sale_id == again.sale_id
    assert Sale.objects.count() == 1


def test_the_number_of_a_card_of_ours_asks_nothing_more() -> None:
    store = StoreFactory.create()
    card = CardFactory.create(member=guest(store))

    def asked(code: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            checkout_services.quote(
                store=store,
                bill=of(5_00),
                whose=Whose(code=code),
                asked=Asked(),
                by=till_of(store),
                at=NOON,
            )
        return [one["sql"] for one in queries if "imports_externalref" in one["sql"]]

    assert asked(card.number) == []
    remember(card.member or guest(store))
    assert len(asked(OLD)) == 1


def test_who_was_erased_is_not_found_by_an_old_number() -> None:
    member = guest(StoreFactory.create())
    remember(member)
    ExternalRef.objects.update(erased=True)
    assert imports_selectors.find_by_former_number(OLD) == []
