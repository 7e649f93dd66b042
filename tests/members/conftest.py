"""What the tests of members share."""

import pytest

from members import parts


@pytest.fixture(autouse=True)
def _members_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the apps above keep about a member is moved and wiped in their own tests."""
    monkeypatch.setattr(parts, "_parts", {})
