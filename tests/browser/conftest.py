"""A browser for a module, and people to sign in as."""

from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import Browser, expect

from stores.models import Shift, User
from tests.browser.chromium import chromium
from tests.factories.stores import (
    NOON,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)

PATIENCE = 60_000  # of a machine on which other tests run beside
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, closed before another module's tests share this thread.

    While it is open Playwright keeps an event loop running in the thread: Django takes
    that for async code, and nobody else there can run a loop.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with chromium() as started:
            yield started


@pytest.fixture
def manager(transactional_db: None) -> User:
    """A store's manager, whose password is that of all factories."""
    return UserFactory.holding("store-manager", store=StoreFactory.create())


@pytest.fixture
def shift(transactional_db: None) -> Shift:
    """A cashier's open shift."""
    till = TillFactory.create()
    cashier = UserFactory.holding("cashier", store=till.store)
    return ShiftFactory.today(till=till, opened_by=cashier)


@pytest.fixture(autouse=True)
def _from_noon_on() -> Iterator[None]:
    """What factories make is of that day; the clock goes on from there."""
    with time_machine.travel(NOON):
        yield
