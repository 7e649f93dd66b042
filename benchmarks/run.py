"""`make bench`: posting beside hand-written SQL, the books, the best offer, the tills.

Ends with 1 where a ratio falls short of its aim by more than the noise.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psycopg

from benchmarks import peer, place, sides
from benchmarks.hordak_side import ACCOUNTS as PEER_WALLETS
from benchmarks.judge import Ratio, rate_row, table
from benchmarks.work import Books

STATEMENTS = "statements, plain tables (pgbench)"
SAME_TABLES = "statements, the books' tables (pgbench)"
FUNCTION = "ledger_post_entry (pgbench)"
DOOR = "post_entry (Python)"
DOOR_TO_FEW = "post_entry (Python), 1,000 wallets"
HORDAK = "django-hordak (Python), 1,000 wallets"
CLIENTS = (1, 8)

type Rates = dict[tuple[str, int], list[float]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    accounts: int
    rounds: int
    seconds: int
    has_peer: bool
    has_bulk: bool
    has_tills: bool
    has_office: bool
    is_judged: bool
    database: str


def plan(words: list[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--accounts", type=int, help="wallets (1,000,000)")
    parser.add_argument("--rounds", type=int, help="alternating rounds (5)")
    parser.add_argument("--seconds", type=int, help="for each side and round (10)")
    parser.add_argument("--no-peer", action="store_true", help="without django-hordak")
    parser.add_argument("--no-bulk", action="store_true", help="posting only")
    parser.add_argument("--no-tills", action="store_true", help="without the counter")
    parser.add_argument("--no-office", action="store_true", help="without its pages")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    quick = bool(given.quick)
    return Plan(
        accounts=given.accounts or (500 if quick else 1_000_000),
        rounds=given.rounds or (1 if quick else 5),
        seconds=given.seconds or (1 if quick else 10),
        has_peer=not (quick or given.no_peer),
        has_bulk=not given.no_bulk,
        has_tills=not (quick or given.no_tills),
        has_office=not (quick or given.no_office),
        is_judged=not quick,
        database=f"regulars_bench_quick_{os.getpid()}" if quick else "regulars_bench",
    )


def main(words: list[str]) -> int:
    """Measure as planned; 1 where an aim is missed."""
    planned = plan(words)
    server = place.server_url()
    with ExitStack() as stack:
        url = stack.enter_context(place.shop_database(server, planned.database))
        peer_url = None
        if planned.has_peer:
            name = f"{planned.database}_hordak"
            peer_url = stack.enter_context(place.database(server, name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        ratios = measure(planned, url=url, peer_url=peer_url)
    head = ["ratio, clients", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row() for ratio in ratios]))
    if not planned.is_judged:
        print("a quick run judges nothing")
        return 0
    is_met = all(ratio.is_met for ratio in ratios)
    return 0 if all([*others_too(planned), is_met]) else 1


def others_too(planned: Plan) -> Iterator[bool]:
    """The best offer, the office and the counter after the books, each in a process of
    its own.
    """
    yield by_itself("pricing")
    if planned.has_office:
        yield by_itself("office", f"--members={planned.accounts}")
    if planned.has_tills:
        yield by_itself(
            "checkout", f"--rounds={planned.rounds}", f"--seconds={planned.seconds}"
        )


def by_itself(name: str, *words: str) -> bool:
    """Whether another benchmark meets its aims."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    return subprocess.run(command, check=False).returncode == 0


def machine(url: str) -> str:
    """What this was measured on, and whether others were at work beside it."""
    with psycopg.connect(url) as connection:
        version, fsync = (
            connection.execute(f"SHOW {name}").fetchall()[0][0]
            for name in ("server_version", "fsync")
        )
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, PostgreSQL {version} "
        f"(fsync {fsync}), Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load before {load:.1f}"
    )


def measure(planned: Plan, *, url: str, peer_url: str | None) -> list[Ratio]:
    """Seed, prove, post in rounds, prove again; what to judge."""
    # These need the settings, which stand only now.
    from benchmarks import beside, bulk, bulk_coupons, bulk_tiers  # noqa: PLC0415
    from benchmarks import books as bench_books  # noqa: PLC0415

    books, seconds = bulk.timed(lambda: bench_books.seed(accounts=planned.accounts))
    print(f"seeded {books.wallets:,} wallets, twice: {seconds:.0f} s", flush=True)
    bulk.prove("as seeded")
    bulk.settle()
    rates = post(planned, books=books, url=url, peer_url=peer_url)
    bulk.prove("after the rounds")
    ratios = report(rates)
    if planned.has_bulk:
        ratios.append(bulk.expire(books=books))
        ratios.append(beside.sweep(books=books, url=url, seconds=planned.seconds))
        bulk.seal()
        bulk.prove("after expiry, with the chain")
        ratios.append(
            bulk_coupons.issue(members=planned.accounts, rounds=planned.rounds)
        )
        # Last: its growth value came from nowhere, so the books are no longer proven.
        ratios.append(
            bulk_tiers.review(members=planned.accounts, rounds=planned.rounds)
        )
    return ratios


def post(planned: Plan, *, books: Books, url: str, peer_url: str | None) -> Rates:
    """Every side in turn, round by round: postings a second."""
    from benchmarks.python_door import Door  # noqa: PLC0415

    rates: Rates = defaultdict(list)
    with ExitStack() as stack:
        door = stack.enter_context(Door(books=books, processes=max(CLIENTS)))
        by_pgbench = partial(sides.pgbench, url=url, books=books)
        by_statements = partial(by_pgbench, script="spend_by_statements")
        by_function = partial(by_pgbench, script="spend_by_function", schema="public")
        turns: list[tuple[str, int, Callable[..., float]]] = [
            (name, clients, side)
            for clients in CLIENTS
            for name, side in (
                (STATEMENTS, partial(by_statements, schema="plain")),
                (SAME_TABLES, partial(by_statements, schema="public")),
                (FUNCTION, by_function),
                (DOOR, door.rate),
            )
        ]
        if peer_url:
            environment = {**os.environ, "DATABASE_URL": peer_url}
            hordak = stack.enter_context(peer.hordak(environment=environment))
            to_few = partial(door.rate, wallets=PEER_WALLETS)
            turns += [(DOOR_TO_FEW, 1, to_few), (HORDAK, 1, hordak.rate)]
        for number in range(planned.rounds):
            # Every other round runs backwards, so that drift favours nobody.
            for name, clients, turn in turns[:: -1 if number % 2 else 1]:
                rates[name, clients].append(
                    turn(clients=clients, seconds=planned.seconds)
                )
            print(f"round {number + 1} of {planned.rounds}", flush=True)
    return rates


def report(rates: Rates) -> list[Ratio]:
    """Print the medians; hand back the ratios that have aims."""
    rows = [
        rate_row(f"{name}, {clients}", rates[name, clients])
        for name, clients in sorted(rates, key=lambda side: side[1])
    ]
    print("\n" + table(["postings a second, clients", "median", "from–to"], rows))
    ratios = []
    for clients in CLIENTS:
        statements = rates[STATEMENTS, clients]
        function = rates[FUNCTION, clients]
        door = rates[DOOR, clients]
        ratios += [
            Ratio(
                f"function : statements, plain tables, {clients}",
                function,
                statements,
                0.80,
            ),
            Ratio(
                f"function : statements, the books' tables, {clients}",
                function,
                rates[SAME_TABLES, clients],
            ),
            Ratio(f"Python : function, {clients}", door, function, 0.60),
        ]
    if (HORDAK, 1) in rates:
        door, hordak = rates[DOOR_TO_FEW, 1], rates[HORDAK, 1]
        ratios.append(Ratio("Python : django-hordak, 1", door, hordak, 4.0))
        # What is the most that any door to this server could reach.
        leanest = rates[STATEMENTS, 1]
        ratios.append(Ratio("statements : django-hordak, 1", leanest, hordak))
    return ratios


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
