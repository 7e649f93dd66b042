"""Pages in a browser: what their console complains about, and whom they keep out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.chromium import visitor

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
# Whether these hold depends on us, and they keep people out when they do not.
SERIOUS = {"serious", "critical"}


@contextmanager
def page_of(
    browser: Browser, language: str, **size: int
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complains about."""
    complaints: list[str] = []
    with visitor(browser, language=language, **size) as context:
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
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
