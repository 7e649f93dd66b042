"""A gift card's debit in ours beside pretix's, same server, same run.

`python -m benchmarks.pretix [--rounds N] [--seconds N] [--members N]` makes a Python
environment with pretix from PyPI in `var/bench/pretix` and a database of its own,
serves it with gunicorn as its documentation says (it may do without Redis, and does),
and lets eight tills debit gift cards at either in turn. Ends with 1 where ours
is not ten times as fast, by more than the noise.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks import place
from benchmarks.judge import Ratio, rate_row, table
from benchmarks.run import machine
from benchmarks.sides import SideFailed

AIM: Final = 10.0
CLIENTS: Final = 8
PACKAGES: Final = ["pretix==2026.8.0", "gunicorn"]
SIDE: Final = Path(__file__).resolve().parent / "side.py"
READY_SECONDS: Final = 120
WORKERS: Final = 2 * (os.cpu_count() or 1) + 1  # as gunicorn counsels


@dataclass(frozen=True, slots=True)
class Pretix:
    """Where pretix lives on this machine."""

    folder: Path
    database: str
    port: int

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
        }
        return {
            **kept,
            "PRETIX_CONFIG_FILE": str(self.folder / "pretix.cfg"),
            "DJANGO_SETTINGS_MODULE": "pretix.settings",
        }

    def install(self) -> None:
        """Its packages, once; they never meet ours."""
        ready = self.folder / ".ready"
        if ready.exists():
            return
        uv: list[str | Path] = [sys.executable, "-m", "uv", "--quiet"]
        venv = self.folder / "venv"
        subprocess.run(
            [*uv, "venv", "--clear", "--python", sys.executable, venv], check=True
        )
        fill = [*uv, "pip", "install", "--python", self.python, *PACKAGES]
        subprocess.run(fill, check=True)
        ready.touch()

    def configure(self) -> None:
        """Its settings file, for this database."""
        told = connection_of(self.database)
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        lines = [
            *("[pretix]", "instance_name=Bench", f"url=http://localhost:{self.port}"),
            *(f"datadir={data}", "currency=CNY", "registration=off"),
            *("[database]", "backend=postgresql", *told),
            *("[django]", f"secret={'bench' * 12}", "[mail]", "from=bench@localhost"),
        ]
        (self.folder / "pretix.cfg").write_text("\n".join(lines) + "\n")

    def manage(self, *words: str) -> None:
        subprocess.run(
            [self.python, "-m", "pretix", *words],
            check=True,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )

    def furnish(self) -> dict[str, Any]:
        """An organiser, a gift card for each till, and a token."""
        done = subprocess.run(
            [self.python, SIDE, str(CLIENTS)],
            check=True,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found


def connection_of(url: str) -> list[str]:
    """A database's address as pretix writes it."""
    parts = urlsplit(url)
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "")
    return [
        f"name={parts.path.lstrip('/')}",
        f"user={unquote(parts.username or '')}",
        f"password={unquote(parts.password or '')}",
        f"host={host}",
        f"port={parts.port or ''}",
    ]


class Serving(AbstractContextManager["Serving"]):
    """gunicorn with pretix, and tills that debit its gift cards."""

    def __init__(self, pretix: Pretix, told: Mapping[str, Any]) -> None:
        self.pretix, self.told = pretix, told
        # It tells of each task that it runs; what is wrong with it stands there too.
        self.log = (pretix.folder / "gunicorn.log").open("w")
        self.server = subprocess.Popen(
            [
                *(pretix.python, "-m", "gunicorn", "pretix.wsgi", "--name", "pretix"),
                *("--workers", str(WORKERS), "--max-requests", "1200"),
                *("--max-requests-jitter", "50", "--log-level", "warning"),
                # Its start takes longer than gunicorn waits where five begin at once.
                *("--timeout", str(READY_SECONDS)),
                *("--bind", f"127.0.0.1:{pretix.port}"),
            ],
            env=pretix.environment,
            cwd=pretix.folder,
            stdout=self.log,
            stderr=self.log,
        )

    def __enter__(self) -> Self:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.play(0.1)
            except (OSError, SideFailed):
                if time.monotonic() > deadline or self.server.poll() is not None:
                    raise
                time.sleep(1)
            else:
                return self

    def play(self, seconds: float) -> float:
        """Debits a second, each till from a card of its own."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.pretix.tills"),
                *(str(self.pretix.port), str(seconds), json.dumps(dict(self.told))),
            ],
            capture_output=True,
            text=True,
            cwd=place.BASE_DIR,
            check=False,
        )
        if done.returncode:
            raise SideFailed(done.stderr[-1500:])
        return float(done.stdout)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.terminate()
        self.server.wait(timeout=30)
        self.log.close()


def main(words: list[str]) -> int:
    """Measure both in turn; 1 where ours falls short."""
    parser = argparse.ArgumentParser(prog="benchmarks.pretix", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--members", type=int, default=10_000)
    given = parser.parse_args(words)
    with ExitStack() as stack:
        server = place.server_url()
        ours = stack.enter_context(
            place.shop_database(server, f"regulars_bench_{os.getpid()}")
        )
        theirs = stack.enter_context(
            place.database(server, f"pretix_bench_{os.getpid()}")
        )
        print(machine(ours), flush=True)
        place.set_up(ours)
        stack.callback(place.tidy)
        # These need the settings, which stand only now.
        from benchmarks import bulk, counter  # noqa: PLC0415
        from benchmarks.at_work import TillsAtWork  # noqa: PLC0415
        from benchmarks.serving import free_port  # noqa: PLC0415

        pretix = Pretix(place.BENCH_DIR / "pretix", theirs, free_port())
        pretix.folder.mkdir(parents=True, exist_ok=True)
        pretix.install()
        pretix.configure()
        pretix.manage("migrate")
        store, shop = counter.open_shop()
        shop = counter.fill(store, shop, members=given.members)
        tills = stack.enter_context(TillsAtWork(shop))
        serving = stack.enter_context(Serving(pretix, pretix.furnish()))
        of_ours: list[float] = []
        of_theirs: list[float] = []
        for number in range(given.rounds):
            sides: list[tuple[list[float], Callable[[], float]]] = [
                (of_ours, partial(tills.rate, "gift", CLIENTS, given.seconds)),
                (of_theirs, partial(serving.play, given.seconds)),
            ]
            for rates, side in sides[:: -1 if number % 2 else 1]:
                rates.append(side())
            print(f"round {number + 1} of {given.rounds}", flush=True)
        bulk.prove("after the rounds")
    head = ["debits of gift cards a second, 8 clients", "median", "from–to"]
    rows = [rate_row("ours", of_ours), rate_row("pretix 2026.8.0", of_theirs)]
    print("\n" + table(head, rows))
    ratio = Ratio("ours : pretix", of_ours, of_theirs, AIM)
    head = ["ratio, 8 clients", "median", "noise", "from–to", "aim", "is"]
    print("\n" + table(head, [ratio.row()]))
    return 0 if ratio.is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
