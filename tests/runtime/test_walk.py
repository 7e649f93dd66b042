"""The README's walk at the counter, from a new `make run`, to the letter."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import chromium, visitor
from tests.browser.screenshots import running

README: Final = (Path(__file__).parents[2] / "README.md").read_text()
SECONDS: Final = 60_000  # of a machine on which other tests run beside


def said(pattern: str) -> str:
    """What the walk tells one to type, or what it promises."""
    walk = README.split("## A walk in five minutes", 1)[1].split("\n## ", 1)[0]
    found = re.search(pattern, " ".join(walk.split()))
    assert found is not None, pattern
    return found[1]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A new shop, looked at by a newcomer."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with (
        running() as (address, _people),
        chromium() as browser,
        visitor(browser, language="en") as context,
    ):
        context.set_default_timeout(SECONDS)
        page = context.new_page()
        page.goto(f"{address}/counter/")
        yield page


def sign_in(page: Page) -> None:
    page.fill("#username", said(r"Sign in at the counter as `([\w-]+)`"))
    page.fill("#password", re.findall(r"with the password `([\w-]+)`", README)[0])
    page.press("#password", "Enter")


def choose_the_till(page: Page) -> None:
    till = said(r"Choose till (\w+)")
    page.locator("label.choice", has_text=f"· {till}").click()
    page.fill("#manager", said(r"the manager beside you says so with `([\w-]+)`"))
    page.fill("#secret", said(r"and the PIN (\d+)"))
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/counter/shift/")
    page.fill("#opening_float", said(r"Open the shift with (\d+)"))
    page.press("#opening_float", "Enter")
    page.wait_for_url("**/counter/")


@pytest.mark.long
@pytest.mark.browser
def test_a_newcomer_walks_from_the_first_sign_in_to_a_drawer_that_adds_up(
    page: Page,
) -> None:
    phone = said(r"a phone such as ([\d ]+\d)")
    sign_in(page)
    choose_the_till(page)

    page.goto(page.url.split("/counter/")[0] + "/counter/enrol/")
    page.fill("#phone", phone)
    page.fill("#name", "李明")
    page.press("#name", "Enter")
    page.wait_for_url("**/guests/**")

    page.goto(f"{page.url.split('?')[0]}top-up/")
    page.locator("button.plan", has_text=said(r"tap “([^”]+)”")).click()
    page.locator("label.tender", has_text="Cash").click()
    page.get_by_role("button", name="Take the money").click()
    receipt = page.locator(".panel", has_text=said(r"The receipt shows (\d+)"))
    expect(receipt.first).to_be_visible(timeout=SECONDS)

    page.goto(page.url.split("/counter/")[0] + "/counter/")
    page.keyboard.press("F2")
    page.keyboard.type(phone)
    page.keyboard.press("Enter")
    expect(page.locator(".person-name")).to_be_visible(timeout=SECONDS)
    expect(page.locator("#amount")).to_be_focused()
    page.keyboard.type(said(r"Type (\d+), Enter, Enter"))
    expect(page.locator("#charge")).to_contain_text("from stored value")
    page.keyboard.press("Enter")
    expect(page.locator("#charge")).to_be_focused(timeout=SECONDS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-settled]")).to_be_visible(timeout=SECONDS)

    page.goto(page.url.split("/counter/")[0] + "/counter/sales/")
    page.locator("a", has_text="Refund").first.click()
    page.fill("#amount", said(r"refund (\d+) of it"))
    page.fill("#reason", "one dish was cold")
    page.locator(".btn-danger").click()
    page.wait_for_url("**/refunds/**")

    page.goto(page.url.split("/counter/")[0] + "/counter/shift/")
    page.fill("#count-cash", said(r"there are (\d+) in it"))
    page.get_by_role("button", name="Close the shift").click()
    page.wait_for_url("**/slip/")
    expect(page.locator("main")).to_contain_text("adds up to the cent")
    send_birthday_letters(page)


def send_birthday_letters(page: Page) -> None:
    """The last step: a draft is started, and its letters and texts leave."""
    home = page.url.split("/counter/")[0]
    page.context.clear_cookies()
    page.goto(f"{home}/admin/login/")
    page.fill("[name=username]", said(r"/admin/> as `([\w-]+)`"))
    page.fill("[name=password]", re.findall(r"with the password `([\w-]+)`", README)[0])
    page.press("[name=password]", "Enter")
    page.goto(f"{home}/admin/campaigns/campaign/")
    page.get_by_role("link", name=said(r"Campaigns → (\S+) → Preview")).click()
    page.get_by_role("link", name="Preview").click()
    page.wait_for_url("**/preview/")
    expect(page.get_by_role("heading", name="Preview: ")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name=re.compile(r"\bStart$")).click()
    page.fill("[name=reason]", "Everybody likes a birthday")
    page.press("[name=reason]", "Enter")
    page.wait_for_url("**/change/")
    letters = page.locator("article", has_text=re.compile("，生日快乐"))
    seconds = 0
    while letters.count() < 6 and seconds < 60:
        page.wait_for_timeout(1_000)
        page.goto(f"{home}/messages/sent/")
        seconds += 1
    # A letter and a text to each of three; the day may be somebody else's, too.
    expect(letters.nth(5)).to_be_visible()
    page.goto(f"{home}/admin/campaigns/grant/")
    expect(page.locator("body")).to_contain_text("生日礼")
