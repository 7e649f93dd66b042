"""What the prompt offers."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stores import services as stores_services
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_stores_are_listed_a_line_each() -> None:
    StoreFactory.create(code="B", name="Second · 二店")
    StoreFactory.create(code="A", name="First")

    assert told("list_stores") == "A First\nB Second · 二店\n"


def test_a_key_is_the_last_word_of_the_last_line() -> None:
    store = StoreFactory.create(code="A")

    words = told("create_api_key", "--name", "till", "--store", "A", "--scope", "sale")

    key = stores_services.use_api_key(words.split()[-1])
    assert words.splitlines()[-1].endswith(words.split()[-1])
    assert (key.name, key.store, key.scopes) == ("till", store, ["sale"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--name", "till", "--store", "NOWHERE"], "no store 'NOWHERE'"),
        (["--name", ""], "1 to 80 characters"),
        (["--name", "x" * 81], "1 to 80 characters"),
        (["--name", "taken"], "in use"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(words: list[str], why: str) -> None:
    told("create_api_key", "--name", "taken")

    with pytest.raises(CommandError, match=why):
        told("create_api_key", *words)
