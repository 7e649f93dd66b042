"""`make mutants`: a copy of the tree, and in it one process that tries the mutants."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from .fork_server import ForkServer
from .mutant import Mutant
from .recording import TestRecord
from .report import ResultFile, row_of, summary
from .sample import all_mutants, draw
from .targets import TREE
from .trial import Trials

INSIDE = "MUTANTS_FOLDER"  # set in the process that works in the copy
# What watches the repository, other programs or other processes runs no mutant.
LEFT_OUT = (
    "benchmarks",
    "browser",
    "config",
    "demo",
    "house",
    "http",
    "mutants",
    "runtime",
)


def options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--sample", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--app", action="append", default=[])
    parser.add_argument(
        "--at", action="append", default=[], metavar="FILE[:LINE]",
        help="every mutant of a file, or of a line of it, and no sample",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="what survived too")
    parser.add_argument("--fresh", action="store_true", help="all of it again")
    parser.add_argument("--list", action="store_true", help="try nothing, name them")
    parser.add_argument(
        "--tests", action="append", default=[], metavar="FOLDER", help="only these"
    )
    parser.add_argument("--record", action="store_true", help="only record the tests")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    chosen = options(words)
    if chosen.list:
        for mutant in wanted(chosen):
            before, after = mutant.diff((TREE / mutant.path).read_bytes())
            sys.stdout.write(f"{mutant.path}:{mutant.line} {mutant.kind}\n")
            sys.stdout.write(f"  - {before}\n  + {after}\n")
        return 0
    if INSIDE in os.environ:
        return inside(chosen, Path(os.environ[INSIDE]))
    return in_a_copy(words)


def in_a_copy(words: list[str]) -> int:
    """The tree that somebody works in is never touched."""
    folder = TREE / "var" / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    own = {
        INSIDE: str(folder),
        "REGULARS_TEST_DATA": str(
            Path(os.environ.get("REGULARS_TEST_DATA") or TREE / "var/postgres-test")
            .expanduser()
            .resolve()
        ),
        # So that each test's calls of SQL functions are counted.
        "PGOPTIONS": "-c track_functions=all",
    }
    with tempfile.TemporaryDirectory(prefix="regulars-mutants-") as copy:
        copy_tree(Path(copy))
        command = [sys.executable, "-m", "tests.mutants", *words]
        return subprocess.run(
            command, cwd=copy, env={**os.environ, **own}, check=False
        ).returncode


def copy_tree(target: Path) -> None:
    """What git knows or would take, and the messages that are compiled."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TREE, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    compiled = [str(path.relative_to(TREE)) for path in TREE.glob("locale/**/*.mo")]
    for name in filter(None, [*listed, *compiled]):
        if (TREE / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TREE / name, target / name)


def wanted(chosen: argparse.Namespace) -> list[Mutant]:
    found = all_mutants(chosen.app, chosen.at)
    if not chosen.at:
        return draw(found, size=chosen.sample, seed=chosen.seed)
    lines = {one for one in chosen.at if ":" in one}
    return [
        one for one in found
        if one.path in chosen.at or f"{one.path}:{one.line}" in lines
    ]  # fmt: skip


def inside(chosen: argparse.Namespace, folder: Path) -> int:
    results = ResultFile(folder / "results.jsonl")
    (folder / "record").mkdir(exist_ok=True)
    mutants = wanted(chosen)

    def work(warm: ForkServer, items: dict[str, pytest.Item]) -> None:
        if not chosen.record:
            trials = Trials(warm, items, TestRecord.read(warm.folder))
            try_all(trials, mutants, results, chosen)

    folders = chosen.tests or sorted(
        str(path) for path in Path("tests").iterdir()
        if path.is_dir() and path.name not in (*LEFT_OUT, "__pycache__")
    )  # fmt: skip
    ended = pytest.main(
        [
            *folders, "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider",
            "--capture=sys", "-m", "not slow and not browser and not redis",
        ],
        plugins=[ForkServer(folder / "record", work)],
    )  # fmt: skip
    if ended not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return int(ended)
    tried = [
        results.by_name[name]
        for mutant in mutants
        if (name := mutant.name((TREE / mutant.path).read_bytes())) in results.by_name
    ]
    words, enough = summary(row for row in tried if row.outcome != "invalid")
    sys.stdout.write(f"\n{words}\n")
    return 0 if enough or chosen.record else 1


def try_all(
    trials: Trials,
    mutants: list[Mutant],
    results: ResultFile,
    chosen: argparse.Namespace,
) -> None:
    for number, mutant in enumerate(mutants, 1):
        name = mutant.name((TREE / mutant.path).read_bytes())
        before = results.by_name.get(name)
        is_settled = before is not None and not (
            chosen.fresh or (chosen.again and before.outcome == "survived")
        )
        if is_settled:
            continue
        row = row_of(mutant, trials.try_out(mutant))
        results.add(row)
        by = f" by {row.by}" if row.by else ""
        sys.stderr.write(
            f"{number}/{len(mutants)} {row.outcome}{by} ({row.seconds} s)\n{row}\n"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
