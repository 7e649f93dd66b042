"""Asking for a code says nothing of who is a member: words, statements and time."""

import re
import statistics
from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts_services
from accounts.models import CodePurpose, CodeState, SignInCode, SignInPolicy
from benchmarks.processor import spent_by
from messaging.models import Message
from tests.factories.accounts import asked, code_sent_last, device_of
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON
from tests.portal.reading import plain

pytestmark = pytest.mark.django_db
WITHIN = 0.010  # seconds, at the median
TURNS = 15
numbers = count(1)

# By door: what is typed, where it leads.
DOORS = {
    "sign-in/": ("phone", "sign-in/code/"),
    "sign-in/email/": ("email", "sign-in/code/"),
    "join/": ("phone", "join/code/"),
}


def a_contact(field: str) -> str:
    number = next(numbers)
    return f"guest{number}@example.com" if field == "email" else f"139{number:08d}"


def known(field: str) -> str:
    """A member's, who proved it."""
    typed = a_contact(field)
    if field == "phone":
        MemberFactory.create(phone=f"+86{typed}")
        return typed
    device, _token = device_of()
    secret = accounts_services.device_secret(device)
    asked("", email=typed, purpose=CodePurpose.EMAIL, browser=secret)
    accounts_services.verify_email(device=device, code=code_sent_last(), at=NOON)
    SignInCode.objects.all().delete()
    return typed


def limited(field: str) -> str:
    """A member's, to whom one was sent a moment ago."""
    typed = known(field)
    if field == "email":
        asked("", email=typed)
    else:
        asked(f"+86{typed}")
    return typed


def not_served(field: str) -> str:
    """A member's, where the shop sends no text messages."""
    if field == "email":
        return a_contact(field)
    number = f"+1415555{next(numbers):04d}"
    MemberFactory.create(phone=number)
    return number


KINDS: list[Callable[[str], str]] = [known, a_contact, limited, not_served]


def ask(door: str, typed: str) -> tuple[Client, list[object]]:
    """A browser that never asked, at an address that never did."""
    client, number = Client(), next(numbers)
    told = client.post(
        f"/portal/{door}",
        {DOORS[door][0]: typed},
        REMOTE_ADDR=f"203.0.{number // 250}.{number % 250}",
    )
    return client, [
        told.status_code,
        told["Location"],
        sorted(told.cookies),
        told.content,
    ]


def page_after(client: Client, door: str) -> str:
    """What is read while one waits for the code, without what was typed."""
    page = plain(client.get(f"/portal/{DOORS[door][1]}").content)
    return re.sub(r"\+\d+ [\d *]+|\w\*+@[\w.]+", "", page)


@pytest.mark.parametrize("door", DOORS)
def test_the_answer_is_the_same_word_for_word(door: str) -> None:
    told = []
    for kind in KINDS:
        client, answer = ask(door, kind(DOORS[door][0]))
        wrong = client.post(f"/portal/{DOORS[door][1]}", {"code": "12345x"})
        told.append(
            (answer, page_after(client, door), wrong.status_code, len(wrong.cookies))
        )
    assert all(one == told[0] for one in told)
    states = set(SignInCode.objects.values_list("state", flat=True))
    assert states >= {CodeState.SENT, CodeState.LIMITED}


def statements(door: str, typed: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        ask(door, typed)
    shapes = [re.sub(r"'[^']*'|\d+|NULL", "?", one["sql"]) for one in captured]
    # What was written for nobody is taken back.
    return [one for one in shapes if not one.startswith(("ROLLBACK", "RELEASE"))]


@pytest.mark.parametrize("door", DOORS)
def test_the_same_statements_are_asked_whosever_it_is(door: str) -> None:
    field = DOORS[door][0]
    ask(door, known(field))  # caches are warm
    SignInCode.objects.all().delete()
    told = {kind.__name__: statements(door, kind(field)) for kind in KINDS}
    for name, asked_for in told.items():
        assert asked_for == told["known"], name


@pytest.mark.long
@pytest.mark.parametrize("door", DOORS)
def test_the_medians_lie_within_ten_milliseconds(door: str) -> None:
    """Of the processor, ours and the server's: others at work do not change it."""
    field = DOORS[door][0]
    ask(door, known(field))
    taken: dict[str, list[float]] = {kind.__name__: [] for kind in KINDS}
    for turn in range(TURNS):
        for kind in KINDS[:: -1 if turn % 2 else 1]:
            typed = kind(field)
            _answer, spent = spent_by(lambda typed=typed: ask(door, typed))  # type: ignore[misc]  # bound
            taken[kind.__name__].append(spent.seconds)
    medians = {name: statistics.median(found) for name, found in taken.items()}
    assert max(medians.values()) - min(medians.values()) <= WITHIN, medians


def test_the_shop_pays_for_no_more_codes_whatever_they_are_for() -> None:
    SignInPolicy.objects.create(
        number=2,
        in_force_from=NOON.replace(year=2025),
        reason="a test",
        prefixes=["+86"],
        most_an_hour=4,
    )
    before = Message.objects.count()
    for _turn in range(3):
        for door in ("sign-in/", "join/"):
            ask(door, known("phone"))
    assert Message.objects.count() == before + 4
