"""Moving in with a million rows: how long it takes, and how much memory.

`python -m benchmarks.imports [--rows N] [--members N] [--quick]` writes files of
members (with money and points), of sales and of the lines of as many bills, and gives
them to the very commands of the console, each a process of its own: looked through,
brought in, and brought in once more. It ends with 1 where a row is lost, where the same
file changes anything, where a process needs more memory than the aim, where a bill of
several lines takes too long, or where the books differ.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import place
from benchmarks.judge import table
from benchmarks.run import machine

AIM_MB = 500
MEMBERS_TO_SALES = 4  # so many purchases for each who buys
FIRST_DAY = date(2025, 1, 1)
STORE = "HQ"
NAMES = ("陈玉兰", "林志明", "黄淑芬", "张家豪", "Ana Lima", "王怡君", "吴俊杰")
LINES_TO_BILL = 8
MOST_TIMES = 4  # what a bill of so many lines may take, of what a bill of one row takes
type Lines = Callable[[int], Iterator[str]]


def members(rows: int) -> Iterator[str]:
    yield "member,phone,name,email,joined,principal,bonus,points"
    for n in range(rows):
        joined = FIRST_DAY + timedelta(days=n % 365)
        mail = f"m{n}@example.com" if n % 4 == 0 else ""
        yield (
            f"C{n:08},+861{3_000_000_000 + n},{NAMES[n % len(NAMES)]},{mail},"
            f"{joined},{n % 500}.50,{n % 50},{n % 3000}"
        )


def sales(rows: int) -> Iterator[str]:
    yield "member,date,amount,quantity,item,bill"
    for n in range(rows):
        day = FIRST_DAY + timedelta(days=n % 600)
        yield f"C{n // MEMBERS_TO_SALES:08},{day},{n % 400}.90,{1 + n % 3},Tea,B{n:09}"


def lines(rows: int) -> Iterator[str]:
    yield "member,date,amount,quantity,item,category,bill"
    for n in range(rows * LINES_TO_BILL):
        bill = n // LINES_TO_BILL
        day = FIRST_DAY + timedelta(days=bill % 600)
        yield (
            f"C{bill // MEMBERS_TO_SALES:08},{day} 12:30,{n % 40}.90,{1 + n % 3},"
            f"Item {n % 997},Kind {n % 13},L{bill:09}"
        )


# What is in a file, and the command that it is for.
FILES: dict[str, tuple[str, Lines]] = {
    "members": ("members", members),
    "sales": ("sales", sales),
    "lines": ("sales", lines),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One command: its time on the clock, of the processor, its memory, its words."""

    seconds: float
    processor: float
    megabytes: float
    words: str


def main(words: list[str]) -> int:
    """Measure each file; 1 where something is lost, changed twice, or too large."""
    given = parse(words)
    with ExitStack() as stack:
        name = f"regulars_bench_imports_{os.getpid()}"
        url = stack.enter_context(place.shop_database(place.server_url(), name))
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        open_store()
        folder = Path(stack.enter_context(TemporaryDirectory()))
        problems: list[str] = []
        taken: dict[str, float] = {}
        for name, (kind, written) in FILES.items():
            if name in given.files:
                rows = (
                    (given.members or given.rows) if kind == "members" else given.rows
                )
                done, wrong = measure(name, kind, written, rows, folder)
                taken[name] = done.seconds
                problems += wrong
        if not given.quick:
            problems += compare(taken)
        problems += prove()
    for problem in problems:
        print(f"PROBLEM: {problem}")
    return 1 if problems else 0


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each file")
    parser.add_argument(
        "--members", type=int, help="rows of members, at least a quarter of the sales'"
    )
    parser.add_argument(
        "--files", nargs="*", default=list(FILES), choices=list(FILES), help="which"
    )
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    given = parser.parse_args(words)
    if given.quick:
        given.rows = 1_000
    return given


def open_store() -> None:
    from stores.models import Store  # noqa: PLC0415 (the settings stand only now)

    Store.objects.create(code=STORE, name="HQ", time_zone="Asia/Shanghai")


def compare(taken: dict[str, float]) -> list[str]:
    """Whether a bill of several lines takes little more than one of a single row."""
    if not {"sales", "lines"} <= taken.keys():
        return []
    times = taken["lines"] / taken["sales"]
    print(f"\na bill of {LINES_TO_BILL} lines takes {times:.1f} times a bill of a row")
    return [f"{times:.1f} times, the aim is {MOST_TIMES}"] if times > MOST_TIMES else []


def measure(
    name: str, kind: str, written: Lines, bills: int, folder: Path
) -> tuple[Run, list[str]]:
    """A file written, looked through, brought in, and brought in again."""
    file = folder / f"{name}.csv"
    with file.open("w", encoding="utf-8") as out:
        rows = sum(1 for line in written(bills) if out.write(f"{line}\n")) - 1
    print(f"\n{name}: {rows:,} rows, {file.stat().st_size / 2**20:.0f} MB", flush=True)
    told = {
        "looked through": run(kind, file, "--dry-run"),
        "brought in": run(kind, file),
        "the same again": run(kind, file),
    }
    head = ["", "seconds", "of the processor", "rows a second", "MB at most"]
    body = [
        [
            what,
            f"{done.seconds:.1f}",
            f"{done.processor:.1f}",
            f"{rows / done.seconds:,.0f}",
            f"{done.megabytes:.0f}",
        ]
        for what, done in told.items()
    ]
    print(table(head, body), flush=True)
    wanted = {
        "looked through": f"{rows:,} rows: {rows:,} new.",
        "brought in": f"{rows:,} rows: {rows:,} new.",
        "the same again": f"{rows:,} rows: {rows:,} same as before.",
    }
    problems = [
        f"{name}, {what}: {done.words}"
        for what, done in told.items()
        if wanted[what] not in done.words
    ]
    return told["brought in"], problems + [
        f"{name}, {what}: {done.megabytes:.0f} MB, the aim is {AIM_MB}"
        for what, done in told.items()
        if done.megabytes > AIM_MB
    ]


def run(kind: str, file: Path, *options: str) -> Run:
    """One of the console's commands in a process of its own."""
    began = time.perf_counter()
    command = ["manage.py", f"import_{kind}", str(file), "--source", "bench"]
    with TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        with said.open("w") as out:
            child = subprocess.Popen(
                [sys.executable, *command, "--store", STORE, *options],
                cwd=place.BASE_DIR,
                stdout=out,
                stderr=subprocess.DEVNULL,
            )
            _pid, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        words = said.read_text()
    return Run(
        seconds=time.perf_counter() - began,
        processor=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss / 1024,
        words=words.strip() or f"exit {child.returncode}",
    )


def prove() -> list[str]:
    from ledger import services as ledger_services  # noqa: PLC0415 (as above)

    began = time.perf_counter()
    proof = ledger_services.prove_books()
    at = datetime.now(UTC)
    print(f"\nproved at {at:%H:%M}: {time.perf_counter() - began:.1f} s", flush=True)
    return [] if proof.is_proven else ["the books differ"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
