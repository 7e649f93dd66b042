"""How often a till's request asks the database; what is looked up ahead is no shortcut
past any rule.
"""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from api import ahead
from checkout.models import Sale
from members.models import Member
from stores import services as stores_services
from tests.factories.api import Till, a_till, the_office
from tests.factories.bills import a_guest, no_codes
from tests.factories.coupons import issued
from tests.factories.gift_cards import a_card, at_store
from tests.factories.ledger import everything
from tests.factories.members import give
from tests.factories.stored_value import is_proven
from tests.factories.stores import StoreFactory, UserFactory

pytestmark = pytest.mark.django_db
alone = pytest.mark.django_db(transaction=True)


def settle(till: Till, *, key: str, **facts: Any) -> Any:
    body = {"gross": 1_00, "tenders": [], "reference": key, **facts}
    return till.post("/sales", body, key=key)


def a_store_s_till() -> Till:
    """A till whose store has its accounts, and whose key is known."""
    till = a_till()
    warm = settle(till, key="warm", tenders=[{"kind": "cash", "amount": 1_00}])
    assert warm.status_code == 201, warm.content
    return till


def a_member(till: Till) -> str:
    assert till.store
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=till.store)
    issued(member=member, at=now())
    public_id = str(Member.objects.get(pk=member.pk).public_id)
    warm = settle(till, key=f"warm-{public_id}", member=public_id, gross=20_00)
    assert warm.status_code == 201, warm.content
    return public_id


@alone
def test_a_gift_card_pays_in_two_questions_the_key_among_them() -> None:
    till = a_store_s_till()
    card = a_card(50_00, by=at_store(till.store))
    asked = {"gift_cards": [{"code": card.code, "pin": card.pin, "amount": 1_00}]}

    with CaptureQueriesContext(connection) as said:
        sold = settle(till, key="k1", **asked)

    assert sold.status_code == 201, sold.content
    assert sold.json()["payments"][0]["amount"] == 1_00
    assert len(said) == 2, [query["sql"][:60] for query in said]


@alone
def test_a_bill_is_settled_in_two_questions_and_quoted_in_one() -> None:
    no_codes()
    till = a_store_s_till()
    card = a_card(50_00, by=at_store(till.store))
    asked = {
        "member": a_member(till),
        "gross": 60_00,
        "points": "max",
        "gift_cards": [{"code": card.code, "pin": card.pin, "amount": 5_00}],
    }

    with CaptureQueriesContext(connection) as quoted:
        told = till.post("/quotes", asked)
    with CaptureQueriesContext(connection) as said:
        sold = settle(till, key="k1", **asked)
    with CaptureQueriesContext(connection) as again:
        replayed = settle(till, key="k1", **asked)

    assert told.status_code == 200, told.content
    assert sold.status_code == 201, sold.content
    assert [len(quoted), len(said), len(again)] == [1, 2, 1]
    assert told.json()["due"] == sold.json()["due"] == 0
    assert replayed.content == sold.content
    assert is_proven()


def test_a_key_that_was_revoked_is_refused_whatever_it_asked_before() -> None:
    till = a_store_s_till()
    card = a_card(50_00, by=at_store(till.store))
    stores_services.revoke_api_key(
        key=till.key, by=UserFactory.create(is_superuser=True), at=now()
    )
    before = everything()

    refused = settle(till, key="k1", gift_cards=[{"code": card.code, "pin": card.pin}])
    unreadable = settle(till, key="k2", gift_cards="all of them")

    assert [refused.status_code, unreadable.status_code] == [401, 401]
    assert everything() == before


def test_who_a_key_was_expected_to_be_is_only_a_guess(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    till, other = a_store_s_till(), a_till()
    taken: list[Any] = []
    monkeypatch.setattr(
        "api.ahead.expected", lambda token, code: (other.key, other.store)
    )
    take = ahead.take

    def watched(request: Any) -> Any:
        taken.append(take(request))
        return taken[-1]

    monkeypatch.setattr("api.ahead.take", watched)

    sold = settle(till, key="k1", tenders=[{"kind": "cash", "amount": 1_00}])

    assert sold.status_code == 201, sold.content
    assert taken == [None]
    sale = Sale.objects.get(pk=sold.json()["id"])
    assert sale.store == till.store
    assert sale.actor == f"key:{till.key.pk}"


def test_the_head_office_is_known_store_by_store() -> None:
    office = the_office("sales:write")
    stores = [StoreFactory.create(code=code) for code in ("EAST", "WEST")]

    def sell(key: str, store: str) -> Any:
        body = {
            "gross": 1_00,
            "tenders": [{"kind": "cash", "amount": 1_00}],
            "reference": key,
        }
        return office.post("/sales", body, key=key, Regulars_Store=store)

    sold = [
        sell(f"k{number}", code) for number, code in enumerate(["EAST", "WEST"] * 2)
    ]

    assert [one.status_code for one in sold] == [201] * 4, sold[0].content
    found = [Sale.objects.get(pk=one.json()["id"]).store for one in sold]
    assert found == [*stores, *stores]


def test_wrong_pins_are_counted_though_the_card_was_looked_up_ahead() -> None:
    till = a_store_s_till()
    card = a_card(50_00, by=at_store(till.store))
    wrong = {"gift_cards": [{"code": card.code, "pin": "000000"}]}

    told = [settle(till, key=f"k{n}", **wrong).status_code for n in range(12)]
    right = {"gift_cards": [{"code": card.code, "pin": card.pin}]}
    waits = settle(till, key="right", **right)

    assert told[0] == 404
    assert told[-1] == waits.status_code == 429
    assert Sale.objects.count() == 1


def test_what_moved_meanwhile_is_looked_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    no_codes()
    till = a_store_s_till()
    public_id = a_member(till)
    member = Member.objects.get(public_id=public_id)
    capture_module = import_module("checkout.services.capture")
    decide = capture_module._decide
    turns: list[Any] = []

    def late(*given: Any) -> Any:
        decided = decide(*given)
        if not turns:  # the wallet grows while the first quote is being made
            give(member, 300_00)
        turns.append(decided)
        return decided

    monkeypatch.setattr(capture_module, "_decide", late)

    sold = settle(till, key="k1", member=public_id, gross=60_00)

    assert sold.status_code == 201, sold.content
    assert len(turns) == 2
    assert is_proven()
