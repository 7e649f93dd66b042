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
WORDS = ["abc", "9" * 40, "-1", "陈", "😀", "a\x00b", "'", "%", "ab" * 300, "01a2-"]
ADDRESSES = [
    "?p=-1",
    "?p=999999",
    "?p=x",
    "?o=99.-99.x",
    "?e=1",
    "?all=",
    "?nonsense=1",
    "?id__exact=x",
    "?store__id__exact=x",
    "?pk__in=1,x",
    "?q=%00&p=1",
    "?business_date__year=99999&business_date__month=13",
    "?business_date__gte=x",
    "?occurred_at__lt=%F0",
    "?_popup=1&_to_field=x",
]
ROWS = ["0", "-1", "9" * 40, "abc", "a b", "%00", "..", "01a2017d-166f-774c"]


@pytest.fixture
def root() -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(
        UserFactory.create(is_staff=True, is_superuser=True),
        backend="stores.backends.RoleBackend",
    )
    return client


@pytest.mark.parametrize("path", LISTS)
def test_no_search_word_breaks_a_list(root: Client, path: str) -> None:
    spend(holding(100), 10)
    for word in WORDS:
        assert root.get(f"{path}?q={quote(word)}").status_code in {200, 302, 400}, word


@pytest.mark.parametrize("path", LISTS)
def test_no_address_breaks_a_list(root: Client, path: str) -> None:
    for words in ADDRESSES:
        status = root.get(path + words).status_code
        assert status in {200, 302, 400, 403, 404}, words


@pytest.mark.parametrize("path", LISTS)
def test_no_row_that_is_not_there_breaks_its_page(root: Client, path: str) -> None:
    for row in ROWS:
        for verb in ("change/", "delete/", "history/"):
            status = root.get(f"{path}{quote(row)}/{verb}").status_code
            assert status in {302, 403, 404, 400}, (row, verb)
