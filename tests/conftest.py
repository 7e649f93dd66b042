"""What every test shares."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from checkout.selectors import settings as checkout_settings
from config import messages
from stores import selectors as stores_selectors
from tests import template, turn
from tests.committed import clear

# A database answers when it answers: no deadline, and no complaint about a slow start.
_patient = hypothesis_settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "quick", _patient, max_examples=50, stateful_step_count=30
)
hypothesis_settings.register_profile(
    "soak", _patient, max_examples=2000, stateful_step_count=50
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_TURN = pytest.StashKey[IO[str]]()
_HEAVY = {"benchmarks", "browser", "demo", "http", "runtime"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Each worker's database is a copy of one in which every migration has run."""
    tests = settings.DATABASES["default"].setdefault("TEST", {})
    tests["TEMPLATE"] = template.made()


@pytest.fixture(autouse=True, scope="session")
def _committing_tests_clean_up() -> Iterator[None]:
    """Django's own flush is a TRUNCATE, which append-only tables refuse."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: clear())
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _quick_hashing() -> Iterator[None]:
    """Argon2 is slow on purpose; here its lowest cost will do."""
    with override_settings(PASSWORD_HASHERS=["tests.factories.stores.QuickArgon2"]):
        yield


@pytest.fixture(autouse=True)
def _seals_of_their_own(tmp_path: Path, settings: Any) -> None:
    """No test writes into the shop's seal file."""
    settings.LEDGER_SEAL_FILE = tmp_path / "seals.jsonl"


@pytest.fixture(autouse=True)
def _no_settings_of_another_test() -> None:
    """Numbers of policies and versions begin anew with each test's database."""
    checkout_settings.forget()
    stores_selectors.forget_tenders()


@pytest.fixture(autouse=True)
def _every_test_begins_in_english() -> Iterator[None]:
    """A request leaves its reader's language behind in the thread."""
    with translation.override("en"):
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Tests read the Chinese as it is written now, compiled or not; once for all."""
    if hasattr(config, "workerinput"):
        return
    messages.compile_stale()
    if not config.option.collectonly:
        try:
            config.stash[_TURN] = turn.take(settings.DATABASE_URL)
        except turn.ServerTaken as taken:
            pytest.exit(str(taken), returncode=4)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes seconds a test begins first, so that no worker ends alone with it."""
    items.sort(key=lambda item: item.path.parent.name not in _HEAVY)
