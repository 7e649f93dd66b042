"""Many passwords for one account at the same instant: no more are tried than five."""

import threading

import pytest
from axes.models import AccessAttempt
from django.test import Client

from config.sign_in import SignInGuard
from stores import backends
from tests import rendezvous
from tests.factories.stores import PASSWORD, UserFactory
from tests.ledger.racing import answers, race

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN = "/admin/login/"
RUNNERS = 8
LIMIT = 5


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were compared with the account's own."""
    seen: list[str] = []
    lock = threading.Lock()

    def verify(password: str, _encoded: str) -> tuple[bool, bool]:
        with lock:
            seen.append(password)
        return password == PASSWORD, False

    monkeypatch.setattr(backends, "verify_password", verify)
    return seen


@pytest.fixture
def counted_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard as it would be if nothing was counted before the password is read."""

    def is_allowed(guard: SignInGuard, request: object, credentials: object) -> bool:
        allowed = super(SignInGuard, guard).is_allowed(request, credentials)
        rendezvous.meet()
        return bool(allowed)

    monkeypatch.setattr(SignInGuard, "is_allowed", is_allowed)


@pytest.fixture
def without_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard without its locks: all have read the count before one adds to it."""

    def meet(*_request: object) -> None:
        rendezvous.meet()

    monkeypatch.setattr(SignInGuard, "_wait_for_turn", lambda *_request: None)
    monkeypatch.setattr(SignInGuard, "clean_expired_user_attempts", meet)


def guess(number: int) -> int:
    client = Client(REMOTE_ADDR="203.0.113.1")
    typed = {"username": "boss", "password": f"wrong-wrong-{number}"}
    return client.post(LOGIN, typed).status_code


def test_of_many_at_once_no_more_are_looked_at_than_the_limit_lets(
    looked_at: list[str],
) -> None:
    UserFactory.create(username="boss", is_superuser=True)

    outcomes = answers(race(guess, runners=RUNNERS))

    assert len(outcomes) == RUNNERS
    assert len(looked_at) == LIMIT
    assert outcomes.count(429) >= RUNNERS - LIMIT
    right = {"username": "boss", "password": PASSWORD}
    assert Client(REMOTE_ADDR="203.0.113.1").post(LOGIN, right).status_code == 429
    assert len(looked_at) == LIMIT


def test_counted_afterwards_all_of_them_would_be(
    looked_at: list[str], counted_afterwards: None
) -> None:
    UserFactory.create(username="boss", is_superuser=True)

    race(guess, runners=RUNNERS)

    assert len(looked_at) == RUNNERS


def test_without_turns_all_of_them_would_be(
    looked_at: list[str], without_turns: None
) -> None:
    UserFactory.create(username="boss", is_superuser=True)

    race(guess, runners=RUNNERS)

    assert len(looked_at) == RUNNERS


def test_a_sign_in_leaves_no_count_behind(looked_at: list[str]) -> None:
    UserFactory.create(username="boss", is_superuser=True)
    right = {"username": "boss", "password": PASSWORD}

    told = [Client(REMOTE_ADDR="203.0.113.1").post(LOGIN, right) for _ in range(6)]

    assert {answer.status_code for answer in told} == {302}
    assert not AccessAttempt.objects.exists()
