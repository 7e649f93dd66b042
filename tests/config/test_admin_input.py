"""Whatever is typed into the address or the search of an admin list: never a 500."""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client

from tests.factories.ledger import holding, spend
from tests.factories.stores import UserFactory

pytestmark = pytest.mark.django_db

LISTS = sorted(
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for model in admin.site._registry
)
WORDS = ["9" * 40, "😀", "a\x00b", "ab" * 300]
ADDRESSES = [
    "?p=-1",
    "?o=99.-99.x",
    "?id__exact=x&store__id__exact=x",
    "?business_date__year=99999&business_date__month=13",
    "?business_date__gte=x&occurred_at__lt=%F0",
]
ROWS = ["9" * 40, "a b", "%00"]


@pytest.fixture
def root() -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(
        UserFactory.create(is_staff=True, is_superuser=True),
        backend="stores.backends.RoleBackend",
    )
    return client


def one_of(words: list[str], path: str) -> str:
    """Another for each list, the same in each run."""
    return words[LISTS.index(path) % len(words)]


@pytest.mark.parametrize("path", LISTS)
def test_nothing_typed_breaks_a_list_or_a_page(root: Client, path: str) -> None:
    """One of each kind for every list; all of them are in the long tests below."""
    word, words, row = (one_of(kind, path) for kind in (WORDS, ADDRESSES, ROWS))
    for address in (f"?q={quote(word)}", words, f"{quote(row)}/change/"):
        status = root.get(path + address).status_code
        assert status in {200, 302, 400, 403, 404}, address


@pytest.mark.long
@pytest.mark.parametrize("path", LISTS)
def test_no_search_word_breaks_a_list(root: Client, path: str) -> None:
    spend(holding(100), 10)
    for word in WORDS:
        assert root.get(f"{path}?q={quote(word)}").status_code in {200, 302, 400}, word


@pytest.mark.long
@pytest.mark.parametrize("path", LISTS)
def test_no_address_breaks_a_list(root: Client, path: str) -> None:
    for words in ADDRESSES:
        status = root.get(path + words).status_code
        assert status in {200, 302, 400, 403, 404}, words


@pytest.mark.long
@pytest.mark.parametrize("path", LISTS)
def test_no_row_that_is_not_there_breaks_its_page(root: Client, path: str) -> None:
    for row in ROWS:
        for verb in ("change/", "delete/"):
            status = root.get(f"{path}{quote(row)}/{verb}").status_code
            assert status in {302, 403, 404, 400}, (row, verb)
