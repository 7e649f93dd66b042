"""Pages in a browser: what their console complains about, and whom they keep out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.chromium import visitor

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
# Whether these hold depends on us, and they keep people out when they do not.
SERIOUS = {"serious", "critical"}
# What htmx says of a request that we gave up ourselves, a quote for a newer one; of
# one that failed it says `htmx:sendError` or `htmx:responseError` besides.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")


@contextmanager
def page_of(
    browser: Browser, language: str, **size: int
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complains about."""
    complaints: list[str] = []
    with visitor(browser, language=language, **size) as context:
        page = context.new_page()

        def heard(said: ConsoleMessage) -> None:
            if said.type == "error" and not said.text.startswith(GIVEN_UP):
                complaints.append(said.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, complaints


def violations(page: Page) -> list[str]:
    """What axe finds that would keep somebody out."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("async () => await axe.run()")
    return [
        f"{rule['id']}: {node['target']}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]
