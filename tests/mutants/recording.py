"""Which test runs which line and which SQL function; and how long it takes.

Kept beside the sources as they were, so that a line is found again where it has moved.
"""

import difflib
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from django.db import connection

from .live_code import codes_in, functions_by_file
from .targets import TREE, modules

TOOL = sys.monitoring.PROFILER_ID
CALLED = """
SELECT array_agg(DISTINCT funcname::text) FROM pg_stat_xact_user_functions
WHERE schemaname = 'public'
"""
# Else the calls of a short test would be told with those of the next one.
FLUSH = "SELECT pg_stat_force_next_flush()"


class LineRecorder:
    """What one test after the other runs through, in this process."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self.functions: set[str] = set()
        self.ours = {str(path) for path in modules()}
        sys.monitoring.use_tool_id(TOOL, "mutants")
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, self._line)
        for name, functions in functions_by_file().items():
            if name in self.ours:
                for code in {c for one in functions for c in codes_in(one.__code__)}:
                    sys.monitoring.set_local_events(
                        TOOL, code, sys.monitoring.events.LINE
                    )

    def _line(self, code: CodeType, line: int) -> Any:
        self.seen.add((code.co_filename, line))
        return sys.monitoring.DISABLE

    def begin(self) -> None:
        self.seen.clear()
        self.functions.clear()
        sys.monitoring.restart_events()

    def note_functions(self) -> None:
        """Before the test's transaction is undone, for they are counted in it."""
        # A test without a database, or one that has broken its transaction.
        with suppress(Exception), connection.cursor() as cursor:
            cursor.execute(CALLED)
            self.functions.update(cursor.fetchone()[0] or ())
            cursor.execute(FLUSH)

    def lines(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for name, line in sorted(self.seen):
            found[os.path.relpath(name, TREE)].append(line)
        return found


@dataclass(slots=True)
class TestRecord:
    """All that is known of all tests."""

    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    by_line: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    by_function: dict[str, set[str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)  # path: seal of its text

    @classmethod
    def read(cls, folder: Path) -> "TestRecord":
        record = cls(folder)
        for path in sorted(folder.glob("*.json")):
            record.add(json.loads(path.read_text()))
        return record

    def add(self, known: dict[str, Any]) -> None:
        names = [name for name, _seconds in known["tests"]]
        self.seconds.update(known["tests"])
        self.failed.update(known["failed"])
        for function, numbers in known["functions"].items():
            self.by_function.setdefault(function, set()).update(
                names[number] for number in numbers
            )
        for path, lines in known["lines"].items():
            known_lines = self.by_line.setdefault(path, {})
            for line, now in _moved(
                self.folder, path, known["sources"].get(path, ""), lines
            ):
                known_lines.setdefault(now, set()).update(
                    names[number] for number in lines[line]
                )

    def of_line(self, path: str, first: int, last: int) -> set[str]:
        """Which tests run through any of these lines."""
        lines = self.by_line.get(path, {})
        return {test for line in range(first, last + 1) for test in lines.get(line, ())}

    def of_file(self, path: str) -> set[str]:
        return {test for tests in self.by_line.get(path, {}).values() for test in tests}


def seal_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def keep_sources(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """Copies of these files by the seal of their text."""
    kept = {}
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    for path in paths:
        kept[path] = seal_of(TREE / path)
        copy = folder / "sources" / kept[path]
        if not copy.exists():
            copy.write_bytes((TREE / path).read_bytes())
    return kept


def _moved(
    folder: Path, path: str, seal: str, lines: Iterable[str]
) -> Sequence[tuple[str, int]]:
    """Each line as it was recorded, and where it stands now."""
    if not (TREE / path).exists():
        return []
    if seal == seal_of(TREE / path) or not seal:
        return [(line, int(line)) for line in lines]
    places = _places(folder / "sources" / seal, TREE / path)
    return [(line, places[int(line)]) for line in lines if int(line) in places]


@cache
def _places(before: Path, now: Path) -> dict[int, int]:
    """Lines that stayed, and of those that were rewritten the first."""
    was, is_now = before.read_text().splitlines(), now.read_text().splitlines()
    matcher = difflib.SequenceMatcher(None, was, is_now, autojunk=False)
    places = {}
    for _kind, a, a_end, b, b_end in matcher.get_opcodes():
        for offset in range(a_end - a):
            places[a + offset + 1] = min(b + offset, max(b_end - 1, b)) + 1
    return places
