"""One process that has read all tests; for each mutant a copy of it runs a few.

A plugin of pytest: instead of running what was collected, it records what each test
runs through where that is not known yet, and then tries the mutants.
"""

import gc
import json
import os
import select
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from . import database, recording
from .live_code import functions_by_file
from .targets import TREE, module_name, modules

BROKEN = "(broken)"  # not the code that was tried, but this program


@dataclass(slots=True)
class TestRun:
    """What a run of some tests in a copy of the process came to."""

    failed: str = ""  # the first that failed; a word in brackets where it was no test
    ran: int = 0
    seconds: float = 0.0
    why: str = ""  # the end of its traceback
    data: dict[str, Any] = field(default_factory=dict)


class ForkedRun:
    """What happens in the copy: tests one after the other, until one fails."""

    def __init__(self, items: Sequence[pytest.Item], watch: bool) -> None:  # noqa: FBT001
        self.items, self.failed, self.why = items, "", ""
        self.watch = recording.LineRecorder() if watch else None
        self.seconds: dict[str, float] = defaultdict(float)
        self.skipped: set[str] = set()
        self.known: dict[str, Any] = {
            "tests": [], "failed": [], "lines": {}, "functions": {}, "sources": {}
        }  # fmt: skip

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed and not self.failed:
            self.failed, self.why = report.nodeid, report.longreprtext[-2000:]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        if self.watch is not None:
            self.watch.note_functions()

    def run(self) -> TestRun:
        done = 0
        for item, following in zip(self.items, [*self.items[1:], None], strict=True):
            if self.watch is not None:
                self.watch.begin()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            done += 1
            if self.watch is not None:
                self._note(item.nodeid)
                self.failed = ""
            elif self.failed:
                break
        seconds = sum(self.seconds.values())
        return TestRun(self.failed, done, seconds, self.why, self.known)

    def _note(self, name: str) -> None:
        assert self.watch is not None
        number = len(self.known["tests"])
        self.known["tests"].append([name, round(self.seconds[name], 3)])
        if self.failed:
            self.known["failed"].append(name)
        for function in self.watch.functions:
            self.known["functions"].setdefault(function, []).append(number)
        for path, lines in self.watch.lines().items():
            of_file = self.known["lines"].setdefault(path, {})
            for line in lines:
                of_file.setdefault(line, []).append(number)


class ForkServer:
    """The process that stays."""

    def __init__(
        self, folder: Path, work: Callable[["ForkServer", dict[str, pytest.Item]], None]
    ) -> None:
        self.folder, self.work = folder, work
        self.is_clean = False

    def pytest_collection(self, session: pytest.Session) -> None:
        # After pytest-django: whoever names a fixture last has it.
        session.config.pluginmanager.register(database)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        database.use()
        for path in modules():  # some are read with the first request only
            import_module(module_name(path))
        functions_by_file()
        gc.collect()
        gc.freeze()  # so that the copies share what was read
        self._record_what_is_new(items)
        self.work(self, items)
        return True

    def _record_what_is_new(self, items: dict[str, pytest.Item]) -> None:
        files: dict[Path, list[pytest.Item]] = defaultdict(list)
        for item in items.values():
            files[item.path].append(item)
        for path, of_file in files.items():
            name = os.path.relpath(str(path), TREE).replace("/", ".")
            kept = self.folder / f"{name}.json"
            seal = recording.seal_of(path)
            if kept.exists() and json.loads(kept.read_text()).get("seal") == seal:
                continue
            sys.stderr.write(f"recording {name}\n")
            limit = 600.0 + 5 * len(of_file)
            outcome = self.run(of_file, limit=limit, watch=True)
            if outcome.failed:
                sys.stderr.write(f"  not recorded: {outcome.failed}\n")
                continue
            known = {**outcome.data, "seal": seal}
            known["sources"] = recording.keep_sources(self.folder, known["lines"])
            kept.write_text(json.dumps(known))

    def run(
        self,
        items: Sequence[pytest.Item],
        *,
        limit: float,
        prepare: Callable[[], None] = lambda: None,
        watch: bool = False,
    ) -> TestRun:
        """These tests, in a copy of this process in which `prepare` was done."""
        if not self.is_clean:
            database.make()
        began = time.monotonic()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _in_child(items, write, prepare, watch)
        os.close(write)
        told = _listen(read, began + limit)
        os.close(read)
        if told is None:
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if told is None:
            outcome = TestRun("(out of time)")
        elif not told:
            outcome = TestRun("(the process ended)")
        else:
            outcome = TestRun(**json.loads(told))
        self.is_clean = bool(told) and not any(map(commits, items[: outcome.ran]))
        outcome.seconds = time.monotonic() - began
        return outcome


def commits(item: pytest.Item) -> bool:
    """Whether a test leaves rows behind that it has to sweep away."""
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and bool(marker.kwargs.get("transaction"))
    return is_marked or "transactional_db" in getattr(item, "fixturenames", ())


def _in_child(
    items: Sequence[pytest.Item],
    write: int,
    prepare: Callable[[], None],
    watch: bool,  # noqa: FBT001
) -> None:
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        plugins = items[0].config.pluginmanager
        plugins.unregister(name="terminalreporter")
        prepare()
        child = ForkedRun(items, watch)
        plugins.register(child)
        outcome = child.run()
    except BaseException:
        outcome = TestRun(BROKEN, why=traceback.format_exc())
    try:
        with os.fdopen(write, "w") as pipe:
            pipe.write(json.dumps(asdict(outcome)))
    finally:
        os._exit(0)


def _listen(read: int, until: float) -> str | None:
    """All that the child says; None where it takes too long."""
    said = b""
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([read], [], [], left)[0]:
            return None
        piece = os.read(read, 1 << 20)
        if not piece:
            return said.decode()
        said += piece
