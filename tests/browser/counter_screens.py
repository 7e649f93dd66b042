"""The counter's screens, played through once and then drawn: sale, receipt, slip."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Cookie, Page, expect

from tests.browser.chromium import visitor

TILL_OF_THE_WALK, TILL_OF_THE_SLIP = "前台 1", "前台 2"
SURNAMES = ("王", "李", "张", "刘", "陈", "杨")
WELL_KNOWN = 9  # things to be told of a guest
BILL = 268


@dataclass(frozen=True, slots=True)
class Played:
    """Who is signed in where, whose bill it is, and what was left behind."""

    cookies: list[Cookie]
    guest: str
    receipt: str
    top_up_receipt: str
    slip: str

    def pages(self) -> dict[str, str]:
        """Each screen that only has to be opened."""
        return {
            "receipt": self.receipt,
            "top-up": f"{self.guest}top-up/",
            "top-up-receipt": self.top_up_receipt,
            "care": f"{self.guest}care/",
            "gift-cards": "/counter/gift-cards/",
            "codes": "/counter/codes/",
            "enrol": "/counter/enrol/",
            "today": "/counter/sales/",
            "shift": "/counter/shift/",
            "slip": self.slip,
        }


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(f"{address}/counter/sign-in/")
    page.fill("#username", username)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_load_state()


def path_of(page: Page, address: str) -> str:
    return page.url.removeprefix(address)


def choose_till(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/counter/till/")
    page.locator("label.choice", has_text=name).first.click()
    page.locator("main form .btn-primary").click()
    page.wait_for_load_state()


def open_shift(page: Page, address: str) -> None:
    """Unless one is open, with the change that a drawer begins with."""
    page.goto(f"{address}/counter/shift/")
    if page.locator("#opening_float").is_visible():
        page.fill("#opening_float", "500")
        page.press("#opening_float", "Enter")
        page.wait_for_url(f"{address}/counter/")


def closed_shift(page: Page, address: str) -> str:
    """A drawer that was counted a little short; the address of its slip."""
    choose_till(page, address, TILL_OF_THE_SLIP)
    open_shift(page, address)
    sell(page, address, "88")
    page.goto(f"{address}/counter/shift/")
    page.fill("#count-cash", "586.50")
    page.locator(".btn-danger").click()
    page.wait_for_url("**/slip/")
    return path_of(page, address)


def sell(page: Page, address: str, amount: str, guest: str = "/counter/") -> str:
    """By keyboard; the address of the receipt."""
    page.goto(f"{address}{guest}")
    page.fill("#amount", amount)
    expect(page.locator("#sum .line").first).to_be_visible()
    page.press("#amount", "Enter")
    expect(page.locator("#charge")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/**")
    return path_of(page, address)


def best_known(page: Page, address: str) -> str:
    """Who has most to be told of, and enough in the wallet for the bill."""
    rated: list[tuple[int, str]] = []
    for surname in SURNAMES:
        for number in range(found_by(page, address, surname)):
            found_by(page, address, surname)
            page.locator(".candidate").nth(number).click()
            page.wait_for_url("**/guests/**")
            wallet = page.locator("#guest .stat b").first.inner_text()
            held = float(re.sub(r"[^0-9.]", "", wallet) or 0)
            told = page.locator("#guest .chip, #guest .glance > div").count()
            rated.append((told if held > BILL else 0, path_of(page, address)))
            if max(rated)[0] >= WELL_KNOWN:
                return max(rated)[1]
    return max(rated)[1]


def found_by(page: Page, address: str, words: str) -> int:
    """How many of them are on the screen."""
    page.goto(f"{address}/counter/")
    page.fill("#q", words)
    page.press("#q", "Enter")
    expect(page.locator(".candidate").first).to_be_visible()
    return page.locator(".candidate").count()


def play(browser: Browser, address: str, manager: tuple[str, str]) -> Played:
    """One short shift, so that there is something to draw."""
    with visitor(browser, language="zh-hans") as context:
        page = context.new_page()
        sign_in(page, address, *manager)
        slip = closed_shift(page, address)
        choose_till(page, address, TILL_OF_THE_WALK)
        open_shift(page, address)
        guest = best_known(page, address)
        page.goto(f"{address}{guest}top-up/")
        page.locator(".plan").first.click()
        page.locator(".charge").click()
        page.wait_for_url("**/top-ups/**")
        top_up_receipt = path_of(page, address)
        sell(page, address, "42.50")
        return Played(
            cookies=context.cookies(),
            guest=guest,
            receipt=sell(page, address, "88", guest),
            top_up_receipt=top_up_receipt,
            slip=slip,
        )


def draw(page: Page, address: str, played: Played, folder: Path) -> None:
    """Every screen once, into a folder."""
    page.goto(f"{address}/counter/sign-in/")
    page.screenshot(path=folder / "counter-sign-in.png")
    page.context.add_cookies(played.cookies)  # type: ignore[arg-type]  # what it gave
    page.goto(f"{address}/counter/")
    page.screenshot(path=folder / "counter-empty.png")
    page.goto(f"{address}{played.guest}")
    page.fill("#amount", str(BILL))
    expect(page.locator("#sum .line").first).to_be_visible()
    page.wait_for_selector("#charge:enabled")
    page.screenshot(path=folder / "counter-sale.png", animations="disabled")
    for name, path in played.pages().items():
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"counter-{name}.png")
