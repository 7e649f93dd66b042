"""What the tests of members share."""

from typing import Any

import pytest

from members import parts


@pytest.fixture(autouse=True)
def _members_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the apps above keep about a member is moved and wiped in their own tests."""
    monkeypatch.setattr(parts, "_parts", {})


@pytest.fixture(autouse=True)
def _quick_hashing(settings: Any) -> None:
    """Argon2 is slow on purpose; here its lowest cost will do."""
    settings.PASSWORD_HASHERS = ["tests.factories.stores.QuickArgon2"]
