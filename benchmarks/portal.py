"""The members' portal among few members and among very many.

`python -m benchmarks.portal [--members N] [--many N] [--turns N] [--quick]` seeds two
shops, signs some members in, and opens each screen of the portal as one after the other
of them, beside our own empty view. What counts is processor time, Python's and
PostgreSQL's, without parallel workers: others at work on the machine do not change it.
Ends with 1 where the first screen needs more than six questions, three times the empty
view or 100 ms, or serves fewer of very many members than 0.8 of what it serves of few.
"""

import argparse
import gc
import os
import random
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from benchmarks import place
from benchmarks.judge import AIM_WORDS, table
from benchmarks.run import machine

FIRST: Final = ""
SCREENS: Final = (
    FIRST,
    "code/",
    "wallet/",
    "wallet/plans/",
    "wallet/statements/",
    "coupons/",
    "coupons/used/",
    "coupons/expired/",
    "rewards/",
    "rewards/orders/",
    "rewards/points/",
    "rewards/receipt/",
    "me/",
    "me/consents/",
)
# The frame of a page with nothing in it that is anybody's.
FRAME: Final = "/portal/offline/"
EMPTY: Final = "/healthz"
MOST_QUESTIONS: Final = 6
MOST_TIMES: Final = 3.0
MOST_MS: Final = 100.0
LEAST_RATE: Final = 0.8
GUESTS: Final = 50
WARM: Final = 5


class ScreenFailed(Exception):
    """A screen said something else than its page."""


@dataclass(frozen=True, slots=True)
class ScreenCost:
    """What one screen takes: medians of its turns."""

    ms: float
    most_questions: int


type Costs = dict[str, ScreenCost]


def main(words: list[str]) -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(prog="benchmarks.portal", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000, help="of the small shop")
    parser.add_argument("--many", type=int, default=1_000_000, help="of the large one")
    parser.add_argument("--turns", type=int, default=100, help="of each screen")
    parser.add_argument(
        "--quick", action="store_true", help="only see that it works; judges nothing"
    )
    given = parser.parse_args(words)
    sizes, turns = (given.members, given.many), given.turns
    if given.quick:
        sizes, turns = (100, 200), 2
    with ExitStack() as stack:
        # One database: the settings stand for one, and the large shop is the small one
        # with more members.
        name = f"regulars_bench_portal_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        os.environ["LOG_LEVEL"] = "ERROR"
        place.set_up(url)
        stack.callback(place.tidy)
        few, many = measure(sizes, turns)
    rows, is_met = judged(few, many)
    head = ["screen", "questions", f"ms, {sizes[0]:,}", f"ms, {sizes[1]:,}"]
    print(table([*head, "of the empty view", "rate, many : few", "is"], rows))
    if given.quick:
        print("a quick run judges nothing")
        return 0
    return 0 if is_met else 1


def measure(sizes: tuple[int, int], turns: int) -> tuple[Costs, Costs]:
    """Of the shop with few members, and of the same with very many."""
    # These need the settings, which stand only now.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from benchmarks import bulk, counter  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)
    store, shop = counter.open_shop()
    found = []
    for members in sizes:
        more = partial(counter.fill, store, shop, members=members)
        shop, seconds = bulk.timed(more)
        print(f"{members:,} members: {seconds:.0f} s", flush=True)
        with connection.cursor() as cursor:
            # A worker's time would be nobody's: all of it is spent where it is counted.
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        found.append(costs(signed_in(members), turns))
    return found[0], found[1]


def signed_in(members: int) -> list[Any]:
    """Browsers of some members."""
    from django.conf import settings  # noqa: PLC0415 (the settings stand only now)
    from django.test import Client  # noqa: PLC0415

    from accounts.digests import digest_of_token, new_token  # noqa: PLC0415
    from accounts.models import MemberDevice  # noqa: PLC0415

    at, clients = datetime.now(UTC), []
    chosen = random.Random(1).sample(range(1, members + 1), min(GUESTS, members))
    for member in chosen:
        token = new_token()
        MemberDevice.objects.create(
            member_id=member,
            token_digest=digest_of_token(token),
            name="Bench",
            signed_in_at=at,
            seen_at=at,
            expires_at=at + timedelta(days=90),
        )
        client = Client(headers={"Accept-Language": "zh-hans"}, SERVER_NAME="localhost")
        client.cookies[settings.MEMBER_COOKIE_NAME] = token
        clients.append(client)
    return clients


def costs(clients: list[Any], turns: int) -> Costs:
    """Each screen for one guest after the other, in turn with all others."""
    paths = [FRAME, *(f"/portal/{screen}" for screen in SCREENS)]
    taken: dict[str, list[float]] = {path: [] for path in paths}
    asked: dict[str, int] = dict.fromkeys(paths, 0)
    gc.collect()
    gc.freeze()
    gc.disable()  # else it falls upon the same page in every turn
    for turn in range(WARM + turns):
        client = clients[turn % len(clients)]
        # Every other turn runs backwards, so that drift favours nobody.
        for path in paths[:: -1 if turn % 2 else 1]:
            gc.collect()
            ms, questions = once(client, path)
            if turn >= WARM:
                taken[path].append(ms)
                asked[path] = max(asked[path], questions)
    # By itself: what a page leaves to be done after it is not the empty view's.
    empty = [once(clients[0], EMPTY)[0] for _turn in range(WARM + turns)][WARM:]
    return {
        EMPTY: ScreenCost(statistics.median(empty), 0),
        **{
            path: ScreenCost(statistics.median(taken[path]), asked[path])
            for path in paths
        },
    }


def once(client: Any, path: str) -> tuple[float, int]:
    """Milliseconds of the processor, and questions. Raises ScreenFailed."""
    from django.db import connection  # noqa: PLC0415 (the settings stand only now)

    from benchmarks.processor import spent_by  # noqa: PLC0415

    questions = [0]

    def count(execute: Any, *given: Any) -> Any:
        questions[0] += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        answer, spent = spent_by(lambda: client.get(path, secure=True))
    if answer.status_code != 200:
        raise ScreenFailed(f"{path}: {answer.status_code}")
    return spent.seconds * 1000, questions[0]


def judged(few: Costs, many: Costs) -> tuple[list[list[str]], bool]:
    """A row for each screen; only the first has aims but for the rate."""
    rows, is_met = [], True
    for path, cost in few.items():
        times = max(cost.ms / few[EMPTY].ms, many[path].ms / many[EMPTY].ms)
        rate = cost.ms / many[path].ms
        questions = max(cost.most_questions, many[path].most_questions)
        is_first = path == f"/portal/{FIRST}"
        fits = path == EMPTY or rate >= LEAST_RATE
        if is_first:
            fits = (
                fits
                and questions <= MOST_QUESTIONS
                and times <= MOST_TIMES
                and max(cost.ms, many[path].ms) <= MOST_MS
            )
        is_met = is_met and fits
        rows.append(
            [
                path,
                str(questions),
                f"{cost.ms:.1f}",
                f"{many[path].ms:.1f}",
                f"{times:.1f} ×",
                f"{rate:.2f}",
                AIM_WORDS[fits],
            ]
        )
    return rows, is_met


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
