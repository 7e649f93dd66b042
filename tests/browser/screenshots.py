"""`make screenshots`: start the whole of it beside the data, and draw its pages."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.serving import free_port
from tests.browser import counter_screens
from tests.browser.chromium import LANGUAGES, chromium, visitor

BASE_DIR = Path(__file__).resolve().parent.parent.parent
TARGET = BASE_DIR / "docs" / "screenshots"
SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
SIGN_IN = re.compile(r"^  (\S+) +(\S+) +PIN", re.MULTILINE)
PAGES = {
    "dashboard": "/admin/",
    "entries": "/admin/ledger/entry/",
    "shifts": "/admin/stores/shift/",
    "proofs": "/admin/ledger/proofrun/",
}


@contextmanager
def running() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A shop of its own: its address, and who may sign in."""
    with shop() as (address, said):
        yield address, SIGN_IN.findall(said)


@contextmanager
def shop() -> Iterator[tuple[str, str]]:
    """A shop of its own: its address, and what a newcomer reads."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        launcher = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "REGULARS_DATA": f"{folder}/postgres",
                "PORT": str(port),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", welcomed(launcher)
        finally:
            launcher.send_signal(signal.SIGINT)
            launcher.communicate(timeout=60)


def welcomed(launcher: subprocess.Popen[str]) -> str:
    assert launcher.stdout is not None
    said = ""
    for line in launcher.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise SystemExit("The application did not start; what it said stands above.")


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(f"{address}/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/admin/")


def draw(browser: Browser, address: str, people: list[tuple[str, str]]) -> None:
    """Every page in every language at every width."""
    username, password = next(
        person for person in people if person[0].startswith("head-office")
    )
    manager = next(person for person in people if person[0].startswith("manager"))
    played = counter_screens.play(browser, address, manager)
    for language in LANGUAGES:
        for size, (width, height) in SIZES.items():
            folder = TARGET / language / size
            folder.mkdir(parents=True, exist_ok=True)
            with visitor(
                browser, language=language, width=width, height=height
            ) as context:
                page = context.new_page()
                page.goto(f"{address}/admin/login/")
                page.screenshot(path=folder / "sign-in.png")
                sign_in(page, address, username, password)
                for name, path in PAGES.items():
                    page.goto(f"{address}{path}")
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=folder / f"{name}.png")
            with visitor(
                browser, language=language, width=width, height=height
            ) as context:
                counter_screens.draw(context.new_page(), address, played, folder)


def main() -> int:
    with running() as (address, people), chromium() as browser:
        draw(browser, address, people)
    sys.stdout.write(f"Drawn into {TARGET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
