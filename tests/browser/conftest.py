"""A browser for the session, and people to sign in as."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from stores.models import User
from tests.browser.chromium import chromium
from tests.factories.stores import StoreFactory, UserFactory


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for async code.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with chromium() as started:
            yield started


@pytest.fixture
def manager(transactional_db: None) -> User:
    """A store's manager, whose password is that of all factories."""
    return UserFactory.holding("store-manager", store=StoreFactory.create())
