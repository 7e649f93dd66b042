"""One mutant tried: the tests that run through it, the likely ones first."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from . import database, live_code, sql_mutants
from .fork_server import BROKEN, ForkServer, TestRun, commits
from .mutant import Mutant
from .recording import TestRecord
from .targets import TREE

# What one mutant may cost, by how long its tests took when they were recorded.
SECONDS, TESTS = 60.0, 400
TESTS_COLD = 80
# These put the text of the files themselves in place of what the database holds.
READ_THE_TEXT = ("tests/locks/", "test_guards_off.py", "test_sql_installation.py")


@dataclass(slots=True, kw_only=True)
class MutantResult:
    """What came of it: `killed`, `survived`, or `invalid` where no function results."""

    outcome: str
    by: str = ""  # the test that saw it
    ran: int = 0
    of: int = 0  # how many tests run through it
    seconds: float = 0.0


@dataclass(slots=True)
class Trials:
    """All that a trial needs."""

    warm: ForkServer
    items: dict[str, pytest.Item]
    record: TestRecord
    sound: set[str] = field(default_factory=set)  # seen to pass without any change
    unsound: set[str] = field(default_factory=set)

    def try_out(self, mutant: Mutant) -> MutantResult:
        """Whether any test sees it."""
        source = (TREE / mutant.path).read_bytes()
        tests = self.tests_of(mutant)
        while True:
            chosen = self.affordable(tests, mutant)
            if not chosen:
                return MutantResult(outcome="survived", of=len(tests))
            outcome = self.run(mutant, source, chosen)
            if outcome.failed == "(invalid)":
                return MutantResult(outcome="invalid")
            if outcome.failed == BROKEN:
                raise RuntimeError(outcome.why)
            if outcome.failed and not self.is_sound(outcome.failed):
                tests = [test for test in tests if test not in self.unsound]
                continue
            return MutantResult(
                outcome="killed" if outcome.failed else "survived",
                by=outcome.failed,
                ran=outcome.ran,
                of=len(tests),
                seconds=round(outcome.seconds, 1),
            )

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Those of its own app first, and of these the quick ones."""
        home = f"tests/{mutant.app}/"
        if mutant.function:
            # One that the database writes into its callers is counted nowhere.
            at_home = {test for test in self.items if test.startswith(home)}
            known = {
                test
                for test in self.record.by_function.get(mutant.function, at_home)
                if not any(word in test for word in READ_THE_TEXT)
            }
        elif mutant.is_in_function:
            known = self.record.of_line(mutant.path, mutant.line, mutant.line)
        else:
            known = self.record.of_file(mutant.path)
        usable = known & self.items.keys() & self.record.seconds.keys()
        usable -= self.record.failed | self.unsound
        return sorted(
            usable,
            key=lambda test: (
                not test.startswith(home),
                commits(self.items[test]),  # after it the database is made anew
                self.record.seconds[test],
                test,
            ),
        )

    def affordable(self, tests: list[str], mutant: Mutant) -> list[str]:
        most = TESTS if mutant.is_in_function else TESTS_COLD
        chosen: list[str] = []
        left = SECONDS
        for test in tests[:most]:
            left -= self.record.seconds[test]
            if left < 0 and chosen:
                break
            chosen.append(test)
        return chosen

    def limit(self, tests: list[str]) -> float:
        """A loop may have no end now; and other work may slow everything down."""
        return 60 + 10 * sum(self.record.seconds[test] for test in tests)

    def run(self, mutant: Mutant, source: bytes, tests: list[str]) -> TestRun:
        if mutant.function:
            return self._in_database(mutant, source, tests)
        if mutant.is_in_function:
            return self.warm.run(
                [self.items[test] for test in tests],
                limit=self.limit(tests),
                prepare=lambda: patch(mutant, source),
            )
        return self._in_a_new_process(mutant, source, tests)

    def is_sound(self, test: str) -> bool:
        """Whether this test passes when nothing is changed; asked once."""
        if test.startswith("("):
            return True
        if test not in self.sound | self.unsound:
            again = self.warm.run([self.items[test]], limit=self.limit([test]))
            (self.unsound if again.failed else self.sound).add(test)
            if again.failed:
                sys.stderr.write(f"{test} fails unchanged: {again.why}\n")
        return test in self.sound

    def _in_database(self, mutant: Mutant, source: bytes, tests: list[str]) -> TestRun:
        if not self.warm.is_clean:
            database.make()
            self.warm.is_clean = True
        try:
            database.execute(_statement(mutant, mutant.applied(source)))
        except psycopg.Error:
            return TestRun("(invalid)")
        items = [self.items[test] for test in tests]
        outcome = self.warm.run(items, limit=self.limit(tests))
        if self.warm.is_clean:
            database.execute(_statement(mutant, source))
        return outcome

    def _in_a_new_process(
        self, mutant: Mutant, source: bytes, tests: list[str]
    ) -> TestRun:
        command = [
            sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:randomly",
            "-p", "no:cacheprovider", *tests,
        ]  # fmt: skip
        with _written(mutant, source):
            try:
                done = subprocess.run(
                    command,
                    cwd=TREE,
                    capture_output=True,
                    text=True,
                    timeout=self.limit(tests),
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return TestRun("(out of time)", len(tests))
        failed = [
            line.split()[1] for line in done.stdout.splitlines()
            if line.startswith(("FAILED ", "ERROR "))
        ]  # fmt: skip
        by = failed[0] if failed and failed[0] in self.items else "(it does not start)"
        return TestRun(by if done.returncode else "", len(tests))


@contextmanager
def _written(mutant: Mutant, source: bytes) -> Iterator[None]:
    """In the copy of the tree, and only for so long."""
    path = TREE / mutant.path
    path.write_bytes(mutant.applied(source))
    try:
        yield
    finally:
        path.write_bytes(source)


def _statement(mutant: Mutant, source: bytes) -> str:
    text = source.decode()
    return next(
        text[function.start : function.end]
        for function in sql_mutants.functions(text)
        if function.name == mutant.function
    )


def patch(mutant: Mutant, source: bytes) -> None:
    """Give the functions of this process the code that they have in the mutant."""
    name = str(TREE / mutant.path)
    module = compile(mutant.applied(source), name, "exec", dont_inherit=True)
    codes = {
        (code.co_qualname, code.co_firstlineno): code
        for code in live_code.codes_in(module)
    }
    patched = 0
    for function in live_code.functions_by_file()[name]:
        was = function.__code__
        code = codes.get((was.co_qualname, was.co_firstlineno))
        if code is not None and code != was:
            function.__code__ = code
            patched += 1
    if not patched:
        raise RuntimeError(f"nothing here runs {mutant.path}:{mutant.line}")
