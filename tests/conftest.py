"""What every test shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import TransactionTestCase

from config import messages
from tests.committed import clear


@pytest.fixture(autouse=True, scope="session")
def _committing_tests_clean_up() -> Iterator[None]:
    """Django's own flush is a TRUNCATE, which append-only tables refuse."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: clear())
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _seals_of_their_own(tmp_path: Path, settings: Any) -> None:
    """No test writes into the shop's seal file."""
    settings.LEDGER_SEAL_FILE = tmp_path / "seals.jsonl"


def pytest_configure(config: pytest.Config) -> None:
    """Tests read the Chinese as it is written now, compiled or not; once for all."""
    if not hasattr(config, "workerinput"):
        messages.compile_stale()
