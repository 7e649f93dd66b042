"""Play a shop's sales history through the API, as live sales, as fast as it goes.

`python -m benchmarks.replay FILE` starts the web as `make run` does, on a database of
its own that is thrown away; members are enrolled, top up, get coupons and buy at many
tills at once, on lines that break now and then. It ends with 1 where a sale was lost or
doubled, or the books are not proven.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import place
from benchmarks.run import machine
from benchmarks.serving import Web

if TYPE_CHECKING:
    from benchmarks.replay.play import Course
    from imports.options import ImportOptions


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m benchmarks.replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("file", type=Path, help="CSV or XLSX: docs/imports.md, sales")
    found.add_argument("--map", action="append", default=[], metavar="THEIRS=OURS")
    for name in ("--encoding", "--delimiter", "--sheet", "--date-format"):
        found.add_argument(name, default="")
    found.add_argument("--store", default="", help="where a row names none")
    found.add_argument("--decimals", type=int)
    found.add_argument("--minor", action="store_true", help="amounts in cents")
    found.add_argument("--decimal-comma", action="store_true")
    for name, usual, words in (
        ("--tills", 20, "at once"),
        ("--top-up-every", 3, "purchases of a member (0: never)"),
        ("--coupon-every", 4, "purchases of a member (0: never)"),
        ("--quoted", 33, "of a hundred purchases are quoted first"),
        ("--points", 25, "of a hundred are paid with all points there are"),
        ("--trouble", 100, "of a thousand requests are sent twice or cut off"),
        ("--slips", 20, "of a thousand purchases are first asked for wrongly"),
        ("--processes", 2, "of the web"),
        ("--threads", 4, "of each process"),
    ):
        found.add_argument(
            name, type=int, default=usual, metavar="N", help=f"{words} ({usual})"
        )
    found.add_argument("--seed", default="1", help="another: other choices")
    return found


def main(words: list[str]) -> int:
    """Play it, judge it, print what came of it."""
    given = parser().parse_args(words)
    if not given.file.is_file():
        raise SystemExit(f"There is no file {given.file}.")
    server = place.server_url()
    with ExitStack() as stack:
        url = stack.enter_context(
            place.shop_database(server, f"regulars_replay_{os.getpid()}")
        )
        print(machine(url), flush=True)
        place.set_up(url)
        stack.callback(place.tidy)
        from benchmarks.replay import run  # noqa: PLC0415 (needs the settings)
        from common.errors import DomainError  # noqa: PLC0415

        role = run.restricted_role()
        stack.callback(run.disconnect)
        try:
            history = run.read(given.file, options(given))
        except DomainError as refused:
            raise SystemExit(str(refused)) from refused
        web = Web(
            {
                "DATABASE_ROLE": role,
                "WEB_PROCESSES": str(given.processes),
                "WEB_THREADS": str(given.threads),
            }
        )
        return run.run(history, course(given), web)


def options(given: argparse.Namespace) -> "ImportOptions":
    """How the file is to be read, as `import_sales` is told."""
    from imports.options import ImportOptions, mapping_from  # noqa: PLC0415

    return ImportOptions(
        source="replay",
        mapping=mapping_from(given.map),
        encoding=given.encoding,
        delimiter=given.delimiter,
        sheet=given.sheet,
        store=given.store,
        date_format=given.date_format,
        decimals=given.decimals,
        minor=given.minor,
        decimal_comma=given.decimal_comma,
    )


def course(given: argparse.Namespace) -> "Course":
    """How it is to be played."""
    from benchmarks.replay.play import Course  # noqa: PLC0415

    return Course(
        tills=max(1, given.tills),
        trouble=given.trouble,
        quoted=given.quoted,
        with_points=given.points,
        slips=given.slips,
        top_up_every=given.top_up_every,
        coupon_every=given.coupon_every,
        seed=given.seed,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
