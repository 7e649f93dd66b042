"""Signing in to the office: wrong passwords, lock-out, a new session."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client

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
