"""The admin in a real browser: sign in, look around, in each language, no complaint."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from stores.models import Store, User
from tests.browser.chromium import LANGUAGES
from tests.browser.pages import page_of, violations
from tests.factories.checkout import a_sale, at_store
from tests.factories.stores import PASSWORD
from tests.samples import mostly_long

pytestmark = pytest.mark.browser

WORDS = {"en": "Today", "zh-hans": "今", "zh-hant": "今"}
PAGES = [
    "/admin/",
    "/admin/ledger/entry/",
    "/admin/stores/shift/",
    "/admin/stores/store/",
]


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{live_server.url}/admin/")


@pytest.mark.parametrize("language", mostly_long(LANGUAGES, "zh-hans"))
def test_a_manager_signs_in_and_looks_around(
    browser: Browser, live_server: LiveServer, manager: User, language: str
) -> None:
    with page_of(browser, language) as (page, complaints):
        sign_in(page, live_server, manager)
        assert WORDS[language] in page.inner_text("body")
        assert page.get_attribute("html", "lang") == language
        for path in PAGES:
            answer = page.goto(f"{live_server.url}{path}")
            assert answer is not None
            assert answer.status == 200, path
        assert complaints == []


def test_a_wrong_password_lets_nobody_in(
    browser: Browser, live_server: LiveServer, manager: User
) -> None:
    with page_of(browser, "en") as (page, _complaints):
        page.goto(f"{live_server.url}/admin/")
        page.fill("input[name=username]", manager.username)
        page.fill("input[name=password]", "not the password")
        page.press("input[name=password]", "Enter")
        expect(page.locator(".errornote, [role=alert]").first).to_be_visible()
        assert "/admin/login/" in page.url


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_the_way_in_is_open_to_everybody(
    browser: Browser, live_server: LiveServer, path: str
) -> None:
    with page_of(browser, "en") as (page, complaints):
        page.goto(f"{live_server.url}{path}")
        assert violations(page) == []
        assert complaints == []


def test_the_dashboard_is_open_to_everybody(
    browser: Browser, live_server: LiveServer, manager: User
) -> None:
    with page_of(browser, "en") as (page, _complaints):
        sign_in(page, live_server, manager)
        assert violations(page) == []


def test_a_wide_table_stays_inside_a_phones_edge(
    browser: Browser, live_server: LiveServer, manager: User
) -> None:
    sale = a_sale(*[1234_56] * 3, by=at_store(Store.objects.get()))
    with page_of(browser, "en", width=390, height=844) as (page, complaints):
        sign_in(page, live_server, manager)
        page.goto(f"{live_server.url}/admin/checkout/sale/{sale.pk}/change/")
        expect(page.get_by_text("Left to refund")).to_be_attached()
        beyond = "document.documentElement.scrollWidth - innerWidth"
        assert page.evaluate(beyond) <= 0
        assert complaints == []
