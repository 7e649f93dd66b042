"""The counter beside the limit: bills, gift cards and look-ups over HTTP.

`python -m benchmarks.checkout [--members N] [--rounds N] [--seconds N] [--quick]`
seeds a shop and, beside it, the leanest checkout that the same server can do
(`sql/limit`), lets both work in turn, and ends with 1 where a ratio is short of its aim
by more than the noise. `make bench` runs it after the books.
"""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks import place
from benchmarks.judge import Ratio, rate_row, table
from benchmarks.run import machine
from benchmarks.tills import Turn

CLIENTS: Final = 8
CAPTURE, HOT, GIFT = "a bill, over HTTP", "one hot wallet, over HTTP", "a gift card"
LOOK, EMPTY = "a look-up, over HTTP", "the empty view, over HTTP"
LIMIT, LIMIT_HOT = "the limit (pgbench)", "the limit's hot row (pgbench)"
LIMIT_GIFT, LIMIT_LOOK = "the limit's debit (pgbench)", "the limit's look-up (pgbench)"

type Turns = dict[str, list[Turn]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    members: int
    rounds: int
    seconds: int
    is_judged: bool


class Lost(Exception):
    """Speed without correctness does not count."""


def plan(words: list[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="benchmarks.checkout", description=__doc__)
    parser.add_argument("--members", type=int, help="of each side (100,000)")
    parser.add_argument("--rounds", type=int, help="alternating rounds (5)")
    parser.add_argument("--seconds", type=int, help="for each side and round (6)")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    quick = bool(given.quick)
    return Plan(
        members=given.members or (300 if quick else 100_000),
        rounds=given.rounds or (1 if quick else 5),
        seconds=given.seconds or (1 if quick else 6),
        is_judged=not quick,
    )


def main(words: list[str]) -> int:
    """Measure as planned; 1 where an aim is missed."""
    planned = plan(words)
    with ExitStack() as stack:
        name = f"regulars_bench_tills_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        ratios = judged(measure(planned, url=url))
    head = ["ratio, 8 clients", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row() for ratio in ratios]))
    if not planned.is_judged:
        print("a quick run judges nothing")
        return 0
    return 0 if all(ratio.is_met for ratio in ratios) else 1


def measure(planned: Plan, *, url: str) -> Turns:
    """Seed both sides, let them work in turn, and prove that nothing is lost."""
    # These need the settings, which stand only now.
    from benchmarks import bulk, counter, limit  # noqa: PLC0415
    from benchmarks.at_work import TillsAtWork  # noqa: PLC0415

    store, shop = counter.open_shop()
    shop, seconds = bulk.timed(
        lambda: counter.fill(store, shop, members=planned.members)
    )
    print(f"seeded {shop.members:,} members: {seconds:.0f} s", flush=True)
    limit.build(members=planned.members)
    bulk.prove("as seeded")
    bulk.settle()
    turns: Turns = defaultdict(list)
    with TillsAtWork(shop) as tills:
        by_pgbench = partial(limit.play, url=url, members=planned.members)
        sides: list[tuple[str, Callable[..., Turn]]] = [
            (LIMIT, partial(by_pgbench, "checkout")),
            (CAPTURE, partial(tills.play, "sale")),
            (LIMIT_HOT, partial(by_pgbench, "hot")),
            (HOT, partial(tills.play, "hot")),
            (LIMIT_GIFT, partial(by_pgbench, "debit")),
            (GIFT, partial(tills.play, "gift")),
            (LIMIT_LOOK, partial(by_pgbench, "look_up")),
            (LOOK, partial(tills.play, "look")),
            (EMPTY, partial(tills.play, "empty")),
        ]
        for work in ("sale", "hot", "gift", "look", "empty"):
            # Plans are made, settings read.
            tills.play(work, clients=CLIENTS, seconds=1)
        for number in range(planned.rounds):
            # Every other round runs backwards, so that drift favours nobody.
            for name, side in sides[:: -1 if number % 2 else 1]:
                turns[name].append(side(clients=CLIENTS, seconds=planned.seconds))
            print(f"round {number + 1} of {planned.rounds}", flush=True)
        done = sum(tills.done[work] for work in ("sale", "hot", "gift"))
        print(f"the tills took {tills.busiest:.0%} of a core at most", flush=True)
    check(done)
    bulk.prove("after the rounds")
    report(turns)
    return turns


def check(answered: int) -> None:
    """Every bill that was answered is there, once. Raises Lost."""
    from checkout.models import Sale  # noqa: PLC0415 (the settings stand only now)

    found = Sale.objects.count()
    if found != answered:
        raise Lost(f"{found:,} sales for {answered:,} answers")
    print(f"{found:,} sales: none lost, none doubled", flush=True)


def rates(turns: list[Turn]) -> list[float]:
    return [turn.done / turn.seconds for turn in turns]


def report(turns: Turns) -> None:
    rows = [
        [*rate_row(name, rates(some)), f"{_median_p95(some) * 1000:.1f}"]
        for name, some in turns.items()
    ]
    head = ["a second, 8 clients", "median", "from–to", "p95 ms"]
    print("\n" + table(head, rows), flush=True)


def _median_p95(turns: list[Turn]) -> float:
    return sorted(turn.p95 for turn in turns)[len(turns) // 2]


def judged(turns: Turns) -> list[Ratio]:
    """What is held against what, and the aims."""
    of = {name: rates(some) for name, some in turns.items()}
    slow = {name: [turn.p95 for turn in some] for name, some in turns.items()}
    return [
        Ratio("bill : the limit", of[CAPTURE], of[LIMIT], 0.40),
        Ratio(
            "p95 of a bill : of the limit",
            slow[CAPTURE],
            slow[LIMIT],
            2.5,
            at_most=True,
        ),
        Ratio("hot wallet : the limit's hot row", of[HOT], of[LIMIT_HOT], 0.50),
        Ratio("look-up : the empty view", of[LOOK], of[EMPTY], 0.30),
        Ratio("gift card : the limit's debit", of[GIFT], of[LIMIT_GIFT]),
        Ratio("look-up : the limit's look-up", of[LOOK], of[LIMIT_LOOK]),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
