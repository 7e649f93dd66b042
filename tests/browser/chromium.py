"""Debian's Chromium, driven by Playwright and kept from talking to anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.run import browser as find_browser

QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = {"en": "en", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(
    browser: Browser, *, language: str, width: int = 1440, height: int = 900
) -> Iterator[BrowserContext]:
    """Somebody whose browser asks for pages in one of our languages."""
    context = browser.new_context(
        locale=LANGUAGES[language], viewport={"width": width, "height": height}
    )
    try:
        yield context
    finally:
        context.close()
