"""How fast the counter's screens are among very many members, over HTTP.

`python -m benchmarks.screens [--members N] [--turns N] [--quick]` seeds a shop, signs a
cashier in on granian as `make run` starts it, and asks for one screen after another,
one request at a time and each time for another guest. Ends with 1 where the fragment
of a quote takes longer than 60 ms or a page longer than 100 ms at the 95th percentile.
"""

import argparse
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Final

import httpx

from benchmarks import place
from benchmarks.judge import table
from benchmarks.run import machine
from benchmarks.serving import Web

FRAGMENT_MS: Final = 60.0
PAGE_MS: Final = 100.0
WARM: Final = 15
VISITS: Final = 6  # of each guest who is asked for
NAME, PASSWORD = "bench-cashier", "seven lanterns"
GUEST = re.compile(r'name="guest" value="([^"]*)"')


class NotAnswered(Exception):
    """A screen said something else than its page."""


@dataclass
class Screen:
    """A browser that sends its `Secure` cookies over plain http too."""

    address: str
    cookies: dict[str, str]
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.address, timeout=30)

    def ask(
        self, path: str, told: dict[str, str] | None = None, *, by_htmx: bool = False
    ) -> httpx.Response:
        """A page, or what a form is answered with. Raises NotAnswered."""
        headers = {
            "Cookie": "; ".join(f"{name}={it}" for name, it in self.cookies.items()),
            "Accept-Language": "zh-hans",
            "Accept-Encoding": "gzip",
        }
        if by_htmx:
            headers["HX-Request"] = "true"
        if told is None:
            answer = self.http.get(path, headers=headers)
        else:
            headers["X-CSRFToken"] = next(
                (it for name, it in self.cookies.items() if "csrf" in name), ""
            )
            answer = self.http.post(path, data=told, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        if answer.status_code not in (200, 302):
            raise NotAnswered(f"{path}: {answer.status_code}")
        return answer


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is asked for."""

    public_id: str
    phone: str
    sealed: str = ""


def main(words: list[str]) -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="benchmarks.screens", description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=300, help="of each screen")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    members, turns = (200, 20) if given.quick else (given.members, given.turns)
    with ExitStack() as stack:
        name = f"regulars_bench_screens_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        cookies, guests = seeded(members, wanted=turns + WARM)
        web = stack.enter_context(Web({"WEB_PROCESSES": "1", "WEB_THREADS": "4"}))
        screen = Screen(web.address, cookies)
        sign_in(screen)
        rows, is_met = measured(screen, guests, turns)
    head = ["screen", "p50 ms", "p95 ms", "kB sent", "aim", "is"]
    print(f"\n{members:,} members, {turns} turns each\n" + table(head, rows))
    if given.quick:
        print("a quick run judges nothing")
        return 0
    return 0 if is_met else 1


def seeded(members: int, *, wanted: int) -> tuple[dict[str, str], list[Guest]]:
    """The shop, a cashier in an open shift, and guests who were here before."""
    # These need the settings, which stand only now.
    from django.core import signing  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import bulk, counter  # noqa: PLC0415
    from counter.place import COOKIE, SALT  # noqa: PLC0415
    from recognition import services as recognition_services  # noqa: PLC0415
    from recognition.services import SoldLine  # noqa: PLC0415
    from stores import services as stores_services  # noqa: PLC0415
    from stores.models import Assignment, Role, Till, User  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    store, shop = counter.open_shop()
    _shop, seconds = bulk.timed(lambda: counter.fill(store, shop, members=members))
    print(f"seeded {members:,} members: {seconds:.0f} s", flush=True)
    bulk.settle()
    today = datetime.now(UTC)
    till = Till.objects.create(store=store, code="S1")
    cashier = User.objects.create_user(NAME, PASSWORD, display_name="Bench")
    Assignment.objects.create(
        user=cashier, role=Role.objects.get(code="shift-lead"), store=store
    )
    stores_services.open_shift(till=till, staff=cashier, opening_float=0, at=today)
    dice = random.Random(1)
    chosen = sorted(dice.sample(range(1, members + 1), min(wanted, members)))
    dice.shuffle(chosen)
    for member in chosen:
        for visit in range(VISITS):
            at = today - timedelta(days=9 * (visit + 1))
            recognition_services.note_visit(
                member_id=member,
                store_id=store.pk,
                at=at,
                business_date=at.date(),
                amount=8_800,
                lines=[SoldLine(sku="N1", name="牛肉面", quantity=1, amount=8_800)],
                source="bench",
                reference=f"{member}:{visit}",
            )
    guests = [
        Guest(f"00000000-0000-7000-8000-{member:012x}", f"1{3_000_000_000 + member}")
        for member in chosen
    ]
    return {COOKIE: signing.dumps(till.pk, salt=SALT)}, guests


def sign_in(screen: Screen) -> None:
    """As at the door. Raises NotAnswered."""
    screen.ask("/counter/sign-in/")
    told = {"username": NAME, "password": PASSWORD}
    if screen.ask("/counter/sign-in/", told).status_code != 302:
        raise NotAnswered("the cashier was not let in")


def measured(
    screen: Screen, guests: list[Guest], turns: int
) -> tuple[list[list[str]], bool]:
    """A row for each screen, and whether all are quick enough."""
    known = {guest.public_id: _sealed(screen, guest) for guest in guests}

    def quote(guest: Guest) -> httpx.Response:
        told = {"amount": "88.00", "guest": known[guest.public_id], "tender": "cash"}
        return screen.ask("/counter/quote/", told, by_htmx=True)

    def page(path: str) -> Callable[[Guest], httpx.Response]:
        return lambda guest: screen.ask(path.format(guest.public_id))

    def find(text: Callable[[Guest], str]) -> Callable[[Guest], httpx.Response]:
        return lambda guest: screen.ask(
            "/counter/find/", {"q": text(guest), "key": "x"}, by_htmx=True
        )

    screens = [
        ("quote, fragment", quote, FRAGMENT_MS),
        ("found by a phone", find(lambda guest: guest.phone), PAGE_MS),
        ("found by four digits", find(lambda guest: guest.phone[-4:]), PAGE_MS),
        ("a bill for nobody", page("/counter/"), PAGE_MS),
        ("a bill for a guest", page("/counter/guests/{}/"), PAGE_MS),
        ("top-up", page("/counter/guests/{}/top-up/"), PAGE_MS),
        ("look after", page("/counter/guests/{}/care/"), PAGE_MS),
        ("today's sales", page("/counter/sales/"), PAGE_MS),
        ("enrol", page("/counter/enrol/"), PAGE_MS),
        ("shift", page("/counter/shift/"), PAGE_MS),
    ]
    rows, is_met = [], True
    for name, one, aim in screens:
        taken, weights = [], []
        for number in range(WARM + turns):
            guest = guests[number % len(guests)]
            began = time.perf_counter()
            answer = one(guest)
            took = time.perf_counter() - began
            if answer.status_code != 200:
                raise NotAnswered(f"{name}: {answer.status_code}")
            if number >= WARM:
                taken.append(took * 1000)
                weights.append(answer.num_bytes_downloaded)
        p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1]
        is_quick = p95 <= aim
        is_met = is_met and is_quick
        rows.append(
            [
                name,
                f"{statistics.median(taken):.1f}",
                f"{p95:.1f}",
                f"{statistics.median(weights) / 1000:.1f}",
                f"≤ {aim:.0f}",
                "met" if is_quick else "MISSED",
            ]
        )
    return rows, is_met


def _sealed(screen: Screen, guest: Guest) -> str:
    """How the page of a bill names this guest. Raises NotAnswered."""
    found = GUEST.search(screen.ask(f"/counter/guests/{guest.public_id}/").text)
    if found is None or not found[1]:
        raise NotAnswered("the page names no guest")
    return found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
