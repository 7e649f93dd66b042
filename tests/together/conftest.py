"""What the tests of all apps together share."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _quick_hashing(settings: Any) -> None:
    """Argon2 is slow on purpose; here its lowest cost will do."""
    settings.PASSWORD_HASHERS = ["tests.factories.stores.QuickArgon2"]
