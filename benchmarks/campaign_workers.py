"""Worker processes at one campaign: how much memory, how many help, who waits for them.

As a program (`python -m benchmarks.campaign_workers CAMPAIGN`) it is such a worker: it
says that it is ready, waits for a line, does all that is due, and says what it took.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Self

from benchmarks.judge import Ratio
from benchmarks.place import BASE_DIR

if TYPE_CHECKING:
    from benchmarks.at_work import TillsAtWork
    from benchmarks.campaign_world import CampaignWorld
    from stores.models import Store

MEMORY_AIM: Final = 1.2
TWO_AIM: Final = 1.6
FOUR_AIM: Final = 1.0
KEPT_AIM: Final = 0.8
CLIENTS: Final = 8


class WorkerFailed(Exception):
    """A worker ended without its news; its own words say why."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What workers did together, and what it took."""

    journeys: int
    seconds: float
    memory_kb: int  # of the largest

    @property
    def rate(self) -> float:
        """Journeys a second."""
        return self.journeys / self.seconds


class CampaignWorker:
    """A process of its own, started and waiting."""

    def __init__(self, campaign_id: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.campaign_workers", str(campaign_id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=BASE_DIR,
        )
        self._line()  # "ready"

    def begin(self) -> Self:
        """Let it go."""
        if self.process.stdin is not None:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
        return self

    @property
    def is_done(self) -> bool:
        """Whether it has nothing more to do."""
        return self.process.poll() is not None

    def end(self) -> dict[str, Any]:
        """Wait until it is done. Raises WorkerFailed."""
        told: dict[str, Any] = json.loads(self._line())
        self.process.communicate(timeout=60)
        return told

    def _line(self) -> str:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line.strip():
            raise WorkerFailed(self.process.wait())
        return line


def measure(
    world: "CampaignWorld", tills: "TillsAtWork | None", *, rounds: int, seconds: int
) -> list[Ratio]:
    """Memory, processes beside each other, and tills beside a process."""
    ratios = [memory(world), *together(world, rounds)]
    if tills is not None:
        ratios.append(beside_tills(world, tills, rounds=rounds, seconds=seconds))
    return ratios


def shift(
    world: "CampaignWorld",
    workers: int,
    *,
    store: "Store | None" = None,
    is_entered: bool = True,
) -> Shift:
    """So many workers do one campaign, with its members in it or still to come in."""
    from benchmarks import bulk, campaign_world  # noqa: PLC0415 (the settings stand)
    from campaigns import services as campaigns_services  # noqa: PLC0415

    made = campaign_world.campaign(world, f"{workers} at it", store=store)
    if is_entered:
        campaigns_services.enter_due(campaign_id=made.pk, at=campaign_world.AT)
    bulk.settle()
    ready = [CampaignWorker(made.pk) for _number in range(workers)]
    began = perf_counter()
    told = [worker.end() for worker in [worker.begin() for worker in ready]]
    taken = perf_counter() - began
    return Shift(
        sum(one["journeys"] for one in told),
        taken,
        max(one["memory_kb"] for one in told),
    )


def memory(world: "CampaignWorld") -> Ratio:
    """Of a worker that takes in and serves everybody, beside one for a tenth."""
    few = shift(world, 1, store=world.small, is_entered=False)
    all_of_them = shift(world, 1, is_entered=False)
    print(
        f"memory of a worker: {few.memory_kb / 1024:.0f} MB for {few.journeys:,}"
        f" members, {all_of_them.memory_kb / 1024:.0f} MB for {all_of_them.journeys:,}",
        flush=True,
    )
    name = "memory for all : for a tenth"
    sides = [float(all_of_them.memory_kb)], [float(few.memory_kb)]
    return Ratio(name, *sides, MEMORY_AIM, at_most=True)


def together(world: "CampaignWorld", rounds: int) -> list[Ratio]:
    """One, two and four at the same campaign, by the clock."""
    rates: dict[int, list[float]] = {1: [], 2: [], 4: []}
    for number in range(rounds):
        for workers in sorted(rates, reverse=bool(number % 2)):
            done = shift(world, workers)
            rates[workers].append(done.rate)
            print(f"{workers} at work: {done.rate:,.0f} members a second", flush=True)
    return [
        Ratio("two workers : one, by the clock", rates[2], rates[1], TWO_AIM),
        Ratio("four workers : two, by the clock", rates[4], rates[2], FOUR_AIM),
    ]


def beside_tills(
    world: "CampaignWorld", tills: "TillsAtWork", *, rounds: int, seconds: int
) -> Ratio:
    """Bills a second while a worker gives and writes, beside those alone."""
    from benchmarks import campaign_world  # noqa: PLC0415 (the settings stand)

    kept: list[float] = []
    alone: list[float] = []
    for number in range(rounds):
        alone.append(tills.rate("sale", CLIENTS, seconds))
        made = campaign_world.campaign(world, f"beside the tills {number}")
        worker = CampaignWorker(made.pk).begin()
        kept.append(tills.rate("sale", CLIENTS, seconds))
        if worker.is_done:
            print("the worker was done before the tills were", flush=True)
        told = worker.end()
        print(
            f"{kept[-1]:,.0f} bills a second beside a worker with"
            f" {told['journeys']:,} members, {alone[-1]:,.0f} alone",
            flush=True,
        )
    return Ratio("bills beside a worker : alone", kept, alone, KEPT_AIM)


def serve(campaign_id: int) -> None:
    """As a worker's tasks do it, from beginning to end."""
    import django  # noqa: PLC0415

    django.setup()
    from benchmarks.campaign_world import AT  # noqa: PLC0415
    from campaigns import services as campaigns_services  # noqa: PLC0415

    print("ready", flush=True)
    sys.stdin.readline()
    campaigns_services.enter_due(campaign_id=campaign_id, at=AT)
    done = campaigns_services.advance_due(campaign_id=campaign_id, at=AT)
    print(json.dumps({"journeys": done, "memory_kb": most_memory_kb()}), flush=True)


def most_memory_kb() -> int:
    """Of this program; `ru_maxrss` would count what its parent held when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
