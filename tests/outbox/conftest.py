"""Somewhere to deliver to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outbox.receiver import Receiver, listening


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_TO_THIS_MACHINE = True
    with listening() as found:
        yield found
