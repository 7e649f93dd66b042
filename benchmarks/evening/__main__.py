"""A busy evening: the demo's restaurants, played through the real screens.

`python -m benchmarks.evening` starts everything as `make run` does, on a database of
its own that is thrown away. Browsers at several tills sell at the same time: by phone,
its last digits, a card's number or to nobody known, with coupons, points, top-ups,
double clicks, reloads, the back button and lost answers. Then the drawers are counted
and the books are held against what was typed. It ends with 1 where a screen was stuck,
a sale is missing or there twice, a drawer does not add up, or the books are unproven.
"""

import argparse
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Queue

import django

from benchmarks import place
from benchmarks.evening import plan
from benchmarks.evening.plan import Turn
from benchmarks.evening.till import Evening, Place, Tally
from benchmarks.judge import table
from benchmarks.run import machine
from benchmarks.serving import HOST, free_port

TILLS = [Place(store, till) for till in ("T1", "T2") for store in ("xtd", "jas", "ljz")]
BUSIEST = [TILLS[0], TILLS[3], *TILLS[1:3], *TILLS[4:]]  # two at the first store


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.evening",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--sales", type=int, default=200)
    found.add_argument("--tills", type=int, default=3, choices=range(1, 7))
    found.add_argument("--seed", default="1")
    return found


def main(words: list[str]) -> int:
    given = parser().parse_args(words)
    server = place.server_url()
    with ExitStack() as stack:
        url = stack.enter_context(
            place.database(server, f"regulars_evening_{os.getpid()}")
        )
        print(machine(url), flush=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["DATABASE_URL"] = url
        os.environ["LEDGER_SEAL_FILE"] = str(folder / "heads.jsonl")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        address = f"http://{HOST}:{stack.enter_context(house())}"
        django.setup()
        from benchmarks.evening import judge  # noqa: PLC0415 (needs the settings)

        stack.callback(judge.disconnect)
        turns = plan.turns(judge.guests(), sales=given.sales, seed=given.seed)
        pictures = Path(tempfile.mkdtemp(prefix="evening-"))
        tally, seconds = played(turns, BUSIEST[: given.tills], address, pictures)
        print(f"\n{counted(tally, seconds, given.tills)}\n\n{times(tally)}\n")
        wrong = [*tally.wrong, *judge.faults(turns)]
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    if not wrong:
        print("No screen was stuck, no sale lost or doubled; the books are proven.")
    return 1 if wrong else 0


@contextmanager
def house() -> Iterator[int]:
    """Everything that `make run` starts; the port it listens on."""
    port = free_port()
    launcher = subprocess.Popen(
        [sys.executable, "-m", "config.launcher"],
        cwd=place.BASE_DIR,
        env={**os.environ, "PORT": str(port), "HOST": HOST},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not any("Ctrl-C" in line for line in launcher.stdout or ()):
            raise SystemExit("It did not start; what it said stands above.")
        yield port
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.communicate(timeout=60)


def played(
    turns: Sequence[Turn], places: Sequence[Place], address: str, pictures: Path
) -> tuple[Tally, float]:
    """All tills at once; how long it took from the first guest to the last drawer."""
    from demo import shop  # noqa: PLC0415 (needs the settings)

    managers = [one for one in shop.sign_ins() if one.role == "store-manager"]
    pins = {(one.store or "").lower(): one.pin for one in managers}
    waiting: Queue[Turn] = Queue()
    for turn in turns:
        waiting.put(turn)
    tally = Tally()
    tills = [
        Evening(
            one,
            address=address,
            password=shop.PASSWORD,
            pin=pins[one.store],
            waiting=waiting,
            tally=tally,
            pictures=pictures,
        )
        for one in places
    ]
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(tills)) as pool:
        for done in [pool.submit(till.work) for till in tills]:
            done.result()
    return tally, time.perf_counter() - begun


def counted(tally: Tally, seconds: float, tills: int) -> str:
    """What happened, and how often."""
    rows = [
        [what, f"{n:,}"]
        for what, n in tally.counts.most_common()
        if what != "stuck screens"
    ]
    rows += [
        ["stuck screens", f"{tally.counts['stuck screens']}"],
        ["minutes, from the first sign-in to the last slip", f"{seconds / 60:.1f}"],
    ]
    return table([f"at {tills} tills", ""], rows)


def times(tally: Tally) -> str:
    """What a cashier waits for at each step, as the browser shows it."""
    rows = [
        [
            step,
            f"{len(took):,}",
            f"{1000 * statistics.median(took):.0f}",
            f"{1000 * sorted(took)[math.ceil(0.95 * len(took)) - 1]:.0f}",
        ]
        for step, took in tally.seconds.items()
    ]
    return table(["step", "times", "median ms", "p95 ms"], rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
