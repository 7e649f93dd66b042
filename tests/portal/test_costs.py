"""What each page costs: questions to the database, and bytes on the wire."""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member
from portal import urls
from tests.factories.accounts import client_of
from tests.portal.test_anothers import (
    FOR_EVERYBODY,
    WITHOUT_A_NUMBER,
    numbers_of,
    other,
)
from tests.portal.test_pages import FOR_ANYBODY

__all__ = ["other"]  # a fixture
pytestmark = pytest.mark.django_db
STATIC = Path(settings.BASE_DIR) / "static"
COLD, WARM = 150_000, 25_000
# Of a member who has one of everything; a page that is not named has the usual.
USUAL = 12
MOST_QUESTIONS = {
    "card": 6,
    "give_card": 17,
    "code": 3,
    "wallet": 24,
    "movement": 20,
    "leave": 27,
    "my_data_page": 96,  # each table that keeps something of them
    "points": 15,
    "rewards": 20,
    "reward": 18,
}
# Files and answers to scripts; what is sent on without a page; a stranger's pages.
NO_PAGE = {"my_data", "worker", "manifest", "statement"}

# Pages that only a friend's link leads to.
WITH_A_LINK = {
    str(pattern.name) for pattern in urls.urlpatterns if pattern.pattern.converters
}


def opened(client: Client, there: str) -> Any:
    """The page, with the key of its form where it has one; None: there is none."""
    told = client.get(there)
    if told.status_code == 302 and told["Location"].startswith(f"{there}?key="):
        told = client.get(told["Location"])
    return told if told.status_code == 200 else None


def pages_of(client: Client, member: Member) -> Iterator[tuple[str, str]]:
    """Every page that a member has, once, with an address where it opens."""
    numbers = numbers_of(member)
    for pattern in urls.urlpatterns:
        name, kinds = str(pattern.name), list(pattern.pattern.converters.values())
        if name in NO_PAGE | WITHOUT_A_NUMBER | FOR_ANYBODY:
            continue
        if not kinds:
            tried = [reverse(f"portal:{name}")]
        else:
            keys = numbers[type(kinds[0])]
            if name in FOR_EVERYBODY:
                keys = set(range(1, 99))
            tried = [
                reverse(f"portal:{name}", args=[key]) for key in sorted(keys, key=str)
            ]
        found = next((one for one in tried if opened(client, one)), None)
        if found is not None:
            yield name, found


@pytest.fixture
def client(other: Member) -> Client:
    client = client_of(other, language="zh-hant")
    client.defaults["HTTP_ACCEPT_ENCODING"] = "gzip"
    return client


def files_of(page: str) -> set[str]:
    """What a browser fetches for it; a style sheet may name more."""
    files = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page))
    for name in [one for one in files if one.endswith(".css")]:
        sheet = (STATIC / name).read_text(encoding="utf-8")
        named = re.findall(r"url\(['\"]?(?!data:)([^)'\"#]+)", sheet)
        files |= {
            str((STATIC / name).parent.joinpath(one).resolve().relative_to(STATIC))
            for one in named
        }
    return files


def with_it(client: Client, told: Any) -> int:
    """What a browser fetches besides a page."""
    if not told["Content-Type"].startswith("text/html"):
        return 0
    is_packed = told.get("Content-Encoding") == "gzip"
    page = (gzip.decompress(told.content) if is_packed else told.content).decode()
    pictures = set(re.findall(r'<img[^>]*src="(/portal/[^"]+)"', page))
    drawn = sum(len(client.get(one).content) for one in pictures)
    return drawn + sum(map(on_the_wire, files_of(page)))


@cache
def on_the_wire(name: str) -> int:
    """As it is served: compressed, where that makes it smaller."""
    told = (STATIC / name).read_bytes()
    return min(len(told), len(gzip.compress(told)))


def test_every_page_asks_few_questions_and_is_light(
    client: Client, other: Member
) -> None:
    seen, too_many, too_heavy = {}, {}, {}
    for name, there in pages_of(client, other):
        with CaptureQueriesContext(connection) as asked:
            told = opened(client, there)
        assert told is not None
        questions, packed = len(asked), told.content
        cold = len(packed) + with_it(client, told)
        seen[name] = (questions, len(packed), cold)
        if questions > MOST_QUESTIONS.get(name, USUAL):
            too_many[name] = questions
        if len(packed) > WARM or cold > COLD:
            too_heavy[name] = (len(packed), cold)
    assert set(seen) >= {"card", "wallet", "movement", "coupons", "reward", "feedback"}
    assert len(seen) > 25
    assert not too_many
    assert not too_heavy


def test_a_stranger_pages_are_light() -> None:
    client = Client(headers={"Accept-Encoding": "gzip", "Accept-Language": "zh-hant"})
    for name in FOR_ANYBODY - NO_PAGE - WITH_A_LINK:
        told = client.get(reverse(f"portal:{name}"))
        assert len(told.content) <= WARM, name
        assert len(told.content) + with_it(client, told) <= COLD, name
