"""What the prompt offers."""

import pytest
from django.core.management import CommandError

from stores import services as stores_services
from stores.scopes import READING, SCOPES
from tests.factories.stores import StoreFactory
from tests.prompt import told

pytestmark = pytest.mark.django_db


def test_stores_are_listed_a_line_each() -> None:
    StoreFactory.create(code="B", name="Second · 二店")
    StoreFactory.create(code="A", name="First")

    assert told("list_stores") == "A First\nB Second · 二店\n"


def test_a_key_is_the_last_word_of_the_last_line() -> None:
    store = StoreFactory.create(code="A")

    asked = ["--scope", "sales:write", "--scope", "sales:write"]
    words = told("create_api_key", "--name", "till", "--store", "A", *asked)

    key, place = stores_services.use_api_key(words.split()[-1])
    assert words.splitlines()[-1].endswith(words.split()[-1])
    assert (key.name, place, key.scopes) == ("till", store, ["sales:write"])


def test_a_key_without_scopes_does_what_a_till_does_or_looks() -> None:
    StoreFactory.create(code="A")

    of_a_store = told("create_api_key", "--name", "till", "--store", "A")
    of_the_office = told("create_api_key", "--name", "office")

    till, _store = stores_services.use_api_key(of_a_store.split()[-1])
    office, nowhere = stores_services.use_api_key(of_the_office.split()[-1])
    assert sorted(till.scopes) == sorted(SCOPES)
    assert office.scopes == sorted(READING)
    assert nowhere is None
    assert "It may: coupons:read gift_cards:read members:read sales:read" in (
        of_the_office
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--name", "till", "--store", "NOWHERE"], "no store 'NOWHERE'"),
        (["--name", ""], "1 to 80 characters"),
        (["--name", "x" * 81], "1 to 80 characters"),
        (["--name", "taken"], "in use"),
        (["--name", "till", "--scope", "sale"], "no scope “sale”"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(words: list[str], why: str) -> None:
    told("create_api_key", "--name", "taken")

    with pytest.raises(CommandError, match=why):
        told("create_api_key", *words)
