"""What the counter weighs on its way to the screen, sent as `make run` sends it."""

import gzip
import re
from typing import Any, Final

import pytest
from django.test import Client

from tests.counter.till import AtTill
from tests.factories.bills import a_guest
from tests.factories.coupons import issued

MOST_BYTES: Final = 200_000
LOADED: Final = re.compile(r'(?:src|href)="(/static/[^"#]+)')
SMALLER: Final = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def _as_run(settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True


def sent(answer: Any) -> bytes:
    """What goes over the line, of a page or of a file."""
    assert answer.status_code == 200
    return bytes(b"".join(answer) if answer.streaming else answer.content)


def loaded_by(client: Client, page: str) -> dict[str, bytes]:
    """Every file that a page asks for, as it is sent."""
    found = sorted(set(LOADED.findall(page)))
    return {path: sent(client.get(path, headers=SMALLER)) for path in found}


@pytest.mark.usefixtures("_as_run")
def test_no_screen_of_the_counter_weighs_more_than_it_may(till: AtTill) -> None:
    member = a_guest(principal=100_00, points=500, store=till.store)
    issued(member=member)
    of_guest = f"guests/{member.public_id}"
    screens = ("", f"{of_guest}/", f"{of_guest}/care/", f"{of_guest}/top-up/")
    for path in (*screens, "gift-cards/", "codes/", "sales/", "shift/"):
        answer = till.get(path, headers=SMALLER)
        page = sent(answer)
        assert answer["Content-Encoding"] == "gzip"
        read = gzip.decompress(page).decode()
        files = loaded_by(till.client, read)
        assert {"bootstrap.min.css", "counter.css", "counter.js", "htmx.min.js"} <= {
            name.rpartition("/")[2] for name in files
        }
        assert len(page) + sum(map(len, files.values())) < MOST_BYTES, path


@pytest.mark.usefixtures("_as_run")
def test_a_file_is_sent_small_and_arrives_whole(till: AtTill) -> None:
    path = "/static/vendor/htmx/htmx.min.js"
    plain = sent(till.client.get(path))
    answer = till.client.get(path, headers=SMALLER)
    assert answer["Content-Encoding"] == "gzip"
    small = sent(answer)
    assert len(small) < len(plain) / 2
    assert gzip.decompress(small) == plain


@pytest.mark.usefixtures("_as_run")
def test_a_part_of_a_file_stays_as_it_lies(till: AtTill) -> None:
    path = "/static/vendor/htmx/htmx.min.js"
    answer = till.client.get(path, headers={**SMALLER, "Range": "bytes=0-999"})
    assert answer.status_code == 206
    assert "Content-Encoding" not in answer
    assert b"".join(answer) == sent(till.client.get(path))[:1000]
