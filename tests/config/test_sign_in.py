"""Signing in to the office: wrong passwords, lock-out, a new session."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

from config import sign_in
from stores.models import User
from tests.factories.stores import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LOGIN = "/admin/login/"


@pytest.fixture
def boss() -> User:
    return UserFactory.create(username="boss", is_superuser=True)


def wrong(client: Client, times: int, username: str = "boss") -> list[int]:
    return [
        client.post(
            LOGIN, {"username": username, "password": "wrong-wrong"}
        ).status_code
        for _ in range(times)
    ]


def test_five_wrong_passwords_lock_the_name_from_that_address(boss: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.1", headers={"Accept-Language": "zh-hans"})
    assert wrong(client, 5) == [200, 200, 200, 200, 429]

    right = {"username": "boss", "password": PASSWORD}
    refused = client.post(LOGIN, right)
    assert refused.status_code == 429
    assert "尝试次数过多" in refused.content.decode()
    assert "_auth_user_id" not in client.session

    elsewhere = Client(REMOTE_ADDR="203.0.113.2")
    assert elsewhere.post(LOGIN, right).status_code == 302
    other_name = wrong(Client(REMOTE_ADDR="203.0.113.1"), 1, username="someone")
    assert other_name == [200]


@pytest.mark.parametrize("spelt", ["BOSS", "Boss", " boss ", "ｂｏｓｓ", "ＢOss\u3000"])
def test_a_name_spelt_otherwise_is_the_same_account(boss: User, spelt: str) -> None:
    client = Client(REMOTE_ADDR="203.0.113.1")
    assert wrong(client, 5) == [200, 200, 200, 200, 429]

    right = {"username": spelt, "password": PASSWORD}

    assert client.post(LOGIN, right).status_code == 429
    assert "_auth_user_id" not in client.session
    assert [one.username for one in AccessAttempt.objects.all()] == ["boss"]


def test_guesses_at_one_account_are_summed_over_its_spellings(boss: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.1")
    spelt = ["boss", "BOSS", "Boss", "ｂｏｓｓ", "bosS"]
    told = [wrong(client, 1, username=name) for name in spelt]
    assert told == [[200], [200], [200], [200], [429]]


def test_the_owners_sign_in_forgets_wrong_tries_however_they_were_spelt(
    boss: User,
) -> None:
    client = Client()
    wrong(client, 4, username="BOSS")
    client.post(LOGIN, {"username": "Boss", "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert not AccessAttempt.objects.exists()


def test_a_name_that_nobody_has_is_counted_once_too() -> None:
    client = Client(REMOTE_ADDR="203.0.113.1")
    spelt = ["nobody", "Nobody", "NOBODY", "ｎobody", "nobodY"]
    assert [wrong(client, 1, username=name) for name in spelt][-1] == [429]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The brake over all names, and over all addresses, after eight."""
    monkeypatch.setattr(sign_in, "MOST", 8)


def test_one_address_does_not_guess_at_many_names(boss: User, few: None) -> None:
    colleague = UserFactory.create(username="colleague", is_superuser=True)
    here = "203.0.113.1"
    # Whoever has signed in from here before is not shut out by a stranger's guesses.
    right = {"username": colleague.username, "password": PASSWORD}
    assert Client(REMOTE_ADDR=here).post(LOGIN, right).status_code == 302

    stranger = Client(REMOTE_ADDR=here)
    for number in range(8):
        wrong(stranger, 1, username=f"somebody{number}")

    assert wrong(stranger, 1, username="boss") == [429]
    right_guess = {"username": "boss", "password": PASSWORD}
    assert stranger.post(LOGIN, right_guess).status_code == 429
    assert "_auth_user_id" not in stranger.session
    assert Client(REMOTE_ADDR=here).post(LOGIN, right).status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.2")
    assert elsewhere.post(LOGIN, right_guess).status_code == 302


def test_many_addresses_do_not_guess_at_one_name(boss: User, few: None) -> None:
    right = {"username": "boss", "password": PASSWORD}
    home = "203.0.113.1"
    assert Client(REMOTE_ADDR=home).post(LOGIN, right).status_code == 302

    for number in range(4):
        wrong(Client(REMOTE_ADDR=f"198.51.100.{number}"), 2)

    stranger = Client(REMOTE_ADDR="198.51.100.9")
    assert stranger.post(LOGIN, right).status_code == 429
    assert "_auth_user_id" not in stranger.session
    assert Client(REMOTE_ADDR=home).post(LOGIN, right).status_code == 302


def test_whoever_is_known_here_is_still_stopped_after_five(boss: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.1")
    client.post(LOGIN, {"username": "boss", "password": PASSWORD})
    assert wrong(Client(REMOTE_ADDR="203.0.113.1"), 5)[-1] == 429


def test_all_addresses_of_one_ipv6_subscriber_are_one(boss: User) -> None:
    told = [
        wrong(Client(REMOTE_ADDR=f"2001:db8:1:2::{number}"), 1) for number in range(5)
    ]
    assert told[-1] == [429]
    assert wrong(Client(REMOTE_ADDR="2001:db8:1:3::1"), 1) == [200]
    mapped = [wrong(Client(REMOTE_ADDR="::ffff:203.0.113.7"), 1) for _ in range(4)]
    assert mapped[-1] == [200]
    assert wrong(Client(REMOTE_ADDR="203.0.113.7"), 1) == [429]


def test_two_names_that_only_capitals_confuse_are_no_failure(boss: User) -> None:
    """`ı` and `i` have one capital: the name is read as the constraint reads it."""
    UserFactory.create(username="ıda")
    UserFactory.create(username="ida")
    for name in ("ida", "ıda", "IDA"):
        assert wrong(Client(), 1, username=name) == [200]


def test_the_lock_opens_after_a_quarter_of_an_hour(boss: User) -> None:
    client = Client()
    right = {"username": "boss", "password": PASSWORD}
    with time_machine.travel(NOW, tick=False) as clock:
        wrong(client, 5)
        clock.shift(timedelta(minutes=14))
        assert client.post(LOGIN, right).status_code == 429
        clock.shift(timedelta(minutes=16))
        assert client.post(LOGIN, right).status_code == 302


def test_no_password_is_kept_of_a_failed_try(boss: User) -> None:
    wrong(Client(), 2)
    (attempt,) = AccessAttempt.objects.all()
    assert "wrong-wrong" not in " ".join(str(v) for v in vars(attempt).values())
    assert "********" in attempt.post_data


def test_a_forged_address_does_not_open_the_lock(boss: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.1")
    for n in range(5):
        client.post(
            LOGIN,
            {"username": "boss", "password": "wrong-wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        )
    assert wrong(client, 1) == [429]


def test_the_session_is_a_new_one_after_signing_in(boss: User) -> None:
    client = Client()
    session = client.session
    session["cart"] = "theirs"
    session.save()
    before = session.session_key
    client.cookies["session"] = before or ""

    client.post(LOGIN, {"username": "boss", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(boss.pk)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_sign_in_page_speaks_three_languages() -> None:
    for language, sentence in (
        ("en", "Sign in to the office"),
        ("zh-hans", "登录后台"),
        ("zh-hant", "登入後台"),
    ):
        page = Client(headers={"Accept-Language": language}).get(LOGIN).content.decode()
        assert sentence in page
        assert "简体中文" in page
