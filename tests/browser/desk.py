"""A till's own screen in a browser, and what hands do there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.http import HttpResponse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from counter import place
from stores.models import Shift, Till
from tests.browser.pages import page_of
from tests.factories.stores import PASSWORD


@contextmanager
def at_the_counter(
    browser: Browser, live_server: LiveServer, shift: Shift, **size: int
) -> Iterator[tuple[Page, list[str]]]:
    """Signed in at the till's own screen."""
    with page_of(browser, "en", **size) as (page, complaints):
        page.context.add_cookies([cookie_of(shift.till, live_server.url)])
        page.goto(f"{live_server.url}/counter/")
        page.fill("#username", shift.holder.username)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{live_server.url}/counter/")
        yield page, complaints


def cookie_of(till: Till, url: str):  # type: ignore[no-untyped-def]  # Playwright's own
    answer = HttpResponse()
    place.bind(answer, till)
    return {"name": "till", "value": answer.cookies["till"].value, "url": url}


class Keyboard:
    """Presses keys, and counts those after the amount."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1


def lay_down(page: Page, what: str, code: str, pin: str | None = None) -> None:
    """A gift card or a printed coupon, typed in and added."""
    page.locator(f"#{what}-box summary").click()
    page.fill(f"#{what}-code", code)
    if pin:
        page.fill(f"#{what}-pin", pin)
    with page.expect_response("**/*-on-the-counter/"):
        page.click(f"#{what}-add")


def sent(page: Page) -> AbstractContextManager[object]:
    """A form that the browser itself sends: what follows finds the page it led to."""
    return page.expect_event("load")


def no_bill_kept(page: Page) -> None:
    """The tab forgets the bill once it is settled."""
    page.wait_for_function("() => sessionStorage.getItem('counter-bill') === null")


def press_at_once(page: Page, what: str) -> None:
    """As a hand does, without looking whether the button can be pressed."""
    box = page.locator(what).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
