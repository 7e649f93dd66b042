"""One till: a browser of its own, a lead with two hands, and a watch."""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Final
from urllib.parse import parse_qs

from playwright.sync_api import Error, Page, Request, Route, expect

from benchmarks.evening.plan import TENDERS, Turn
from tests.browser.chromium import chromium, visitor
from tests.browser.counter_screens import sign_in

PATIENCE: Final = 20_000  # milliseconds; a screen that takes longer is stuck
FLOAT: Final = 500_00
SETTLED: Final = "[data-settled]"
READY: Final = "() => document.getElementById('charge')?.disabled === false"
CHARGING: Final = "**/counter/charge/"
CHANGED: Final = "The amount has changed"
ADDS_UP: Final = "It adds up to the cent."


@dataclass(frozen=True, slots=True)
class Place:
    """A till, and who stands at it; the manager says which till the screen is."""

    store: str
    till: str

    @property
    def label(self) -> str:
        return f"· {self.till}"


@dataclass
class Tally:
    """What all tills saw together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def took(self, step: str, seconds: float) -> None:
        with self.lock:
            self.seconds[step].append(seconds)


class Evening:
    """Turns are taken from one queue until nobody waits any more."""

    def __init__(
        self,
        place: Place,
        *,
        address: str,
        password: str,
        pin: str,
        waiting: "Queue[Turn]",
        tally: Tally,
        pictures: Path,
    ) -> None:
        self.place, self.address, self.password = place, address, password
        self.pin, self.waiting, self.tally = pin, waiting, tally
        self.pictures = pictures
        self.drawer: Counter[str] = Counter()
        self.due = 0  # as the last charge was sent
        self.page: Page = None  # type: ignore[assignment]  # there from `work` on

    def work(self) -> None:
        """Open, sell, count and close."""
        with chromium() as browser, visitor(browser, language="en") as context:
            self.page = context.new_page()
            self.page.set_default_timeout(PATIENCE)
            self.page.on("request", self.see)
            self.begin()
            while True:
                try:
                    turn = self.waiting.get_nowait()
                except Empty:
                    break
                self.take(turn)
            self.close(self.drawer)

    def begin(self) -> None:
        """Sign in, say which till this is, close what lies open, count the change."""
        page, at = self.page, self.place.store
        sign_in(page, self.address, f"lead-{at}", self.password)
        page.goto(f"{self.address}/counter/till/")
        page.locator("label.choice", has_text=self.place.label).click()
        if page.locator("#manager").is_visible():
            page.fill("#manager", f"manager-{at}")
            page.fill("#secret", self.pin)
        page.locator("main form .btn-primary").click()
        page.wait_for_load_state()
        self.open("shift/")
        if not page.locator("#opening_float").is_visible():
            self.close(Counter(), adds_up=False)
            self.open("shift/")
        page.fill("#opening_float", f"{FLOAT / 100:.2f}")
        page.press("#opening_float", "Enter")
        page.wait_for_url(f"{self.address}/counter/")

    def take(self, turn: Turn) -> None:
        """One guest; a screen that hangs is drawn, told, and left for the next."""
        try:
            self.serve(turn)
        except (Error, AssertionError) as trouble:
            picture = self.pictures / f"{turn.reference}.png"
            self.page.unroute_all()
            self.page.screenshot(path=picture)
            first = str(trouble).splitlines()[0]
            self.tally.count("stuck screens")
            self.tally.wrong.append(f"{turn}: {first} ({picture})")
            self.open("")

    def serve(self, turn: Turn) -> None:
        page = self.page
        if turn.said:
            self.find(turn.said)
        if turn.top_up and page.locator("a[href$='/top-up/'].btn").count():
            self.top_up(turn)
        page.fill("[name=reference]", turn.reference)
        with self.watch("quote"):
            page.fill("#amount", f"{turn.amount / 100:.2f}")
            page.wait_for_function(READY)
        if turn.trouble == "reload before":
            page.reload()
            page.wait_for_function(READY)
            expect(page.locator("#amount")).to_have_value(f"{turn.amount / 100:.2f}")
            self.tally.count("reloaded with a bill on the screen")
        if turn.points and page.locator("#use-points").count():
            self.asks(lambda: page.check("#use-points"))
            self.tally.count("paid with points")
        page.locator(f"input[name=tender][value={TENDERS[turn.tender]}]").check(
            force=True
        )
        if page.locator("#code-box").is_visible():
            self.without_code()
        self.charge(turn)

    def find(self, said: str) -> None:
        """By scan, phone or its last digits; of several the first is meant."""
        page = self.page
        with self.watch("find"):
            page.fill("#q", said)
            page.press("#q", "Enter")
            page.wait_for_selector(".candidate, .person-name")
        if page.locator(".candidate").count():
            self.tally.count("chosen among several")
            with self.watch("choose"):
                page.locator(".candidate").first.click()
                page.wait_for_selector(".person-name")

    def top_up(self, turn: Turn) -> None:
        page, tender = self.page, TENDERS[turn.tender]
        page.locator("a[href$='/top-up/'].btn").click()
        page.fill("#amount", str(turn.top_up // 100))
        page.locator(f"input[name=tender][value={tender}]").check(force=True)
        with self.watch("top up"):
            page.locator(".charge").dblclick()
            page.wait_for_selector(SETTLED)
        self.drawer[tender] += turn.top_up
        self.tally.count("top-ups")
        page.locator("#next").click()
        page.wait_for_selector(".person-name")

    def without_code(self) -> None:
        """The guest knows no payment code: nothing is taken from what they own."""
        page = self.page
        self.asks(
            lambda: page.locator("input[name=tender][value=cash]").check(force=True)
        )
        if page.locator("#code-box").is_visible():
            self.asks(lambda: page.uncheck("#use-points"))
        self.tally.count("paid without the wallet for want of its code")

    def charge(self, turn: Turn) -> None:
        page = self.page
        own = page.locator("#sum .line.minus").count()
        if turn.trouble == "lost answer":
            self.lose_an_answer()
        with self.watch("charge" if turn.trouble != "lost answer" else "asked again"):
            if turn.trouble == "double click":
                page.locator("#charge").dblclick()
            else:
                page.locator("#charge").click()
            page.wait_for_selector(f"{SETTLED}, #refusal")
            while page.locator("#refusal").count():
                self.say_again()
        self.page.unroute_all()
        self.drawer[TENDERS[turn.tender]] += self.due
        self.tally.count("sales")
        if own:
            self.tally.count("with a discount, points or stored value")
        if turn.trouble:
            self.tally.count(turn.trouble)
        if turn.trouble == "reload after":
            page.reload()
            page.wait_for_selector(SETTLED)
        if turn.trouble == "back":
            page.go_back()
            expect(page.locator("#amount")).to_have_value("")
            self.open("")
            return
        with self.watch("next guest"):
            page.press("#q", "Enter")
            page.wait_for_url(f"{self.address}/counter/")
            page.wait_for_function("() => document.activeElement?.id === 'q'")

    def say_again(self) -> None:
        """Another till moved this guest's money meanwhile: the new amount is said."""
        page, said = self.page, self.page.inner_text("#refusal")
        if CHANGED not in said:
            raise AssertionError(said)
        self.tally.count("told the new amount, and charged that")
        with page.expect_response(CHARGING):
            page.locator("#charge").click()
        page.wait_for_timeout(200)

    def see(self, request: Request) -> None:
        if request.url.endswith("/counter/charge/"):
            self.due = int(parse_qs(request.post_data or "")["due"][0])

    def lose_an_answer(self) -> None:
        """The house charges, and nobody hears of it."""

        lost: list[str] = []

        def lose(route: Route) -> None:
            if lost:
                route.continue_()
                return
            lost.append(route.request.url)
            route.fetch()
            route.abort()

        self.page.route(CHARGING, lose)

    def asks(self, change: Callable[[], None]) -> None:
        """Do something that asks for a new quote, and wait for that."""
        with self.page.expect_response("**/counter/quote/"):
            change()
        self.page.wait_for_function(READY)

    def close(self, drawer: Counter[str], *, adds_up: bool = True) -> None:
        """Count what is in the drawer; the books have to agree to the cent."""
        page = self.page
        self.open("shift/")
        for tender in TENDERS:
            held = drawer[tender] + (FLOAT if tender == "cash" else 0)
            page.fill(f"#count-{tender}", f"{held / 100:.2f}")
        page.locator(".btn-danger").click()
        page.wait_for_url(re.compile("/slip/"))
        if adds_up:
            says = page.locator("main").inner_text()
            agrees = ADDS_UP in says
            self.tally.count("drawers that add up" if agrees else "drawers that do NOT")
            if not agrees:
                self.tally.wrong.append(f"a drawer does not add up:\n{says}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/counter/{path}")

    @contextmanager
    def watch(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.tally.took(step, time.perf_counter() - begun)
