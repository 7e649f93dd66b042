"""What was killed and what survived, by app."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .mutant import Mutant
from .targets import TREE
from .trial import MutantResult

REASONS = Path(__file__).with_name("equivalent.toml")
LEAST_PERCENT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """A mutant that was tried, as the file of results keeps it."""

    name: str
    app: str
    path: str
    line: int
    kind: str
    before: str
    after: str
    outcome: str
    by: str
    ran: int
    of: int
    seconds: float

    def __str__(self) -> str:
        extent = f"{self.ran} of {self.of} tests ran"
        return (
            f"{self.path}:{self.line} {self.kind} ({extent})\n"
            f"  - {self.before}\n  + {self.after}"
        )


def row_of(mutant: Mutant, result: MutantResult) -> ResultRow:
    source = (TREE / mutant.path).read_bytes()
    before, after = mutant.diff(source)
    return ResultRow(
        name=mutant.name(source), app=mutant.app, path=mutant.path, line=mutant.line,
        kind=mutant.kind, before=before, after=after, **asdict(result),
    )  # fmt: skip


class ResultFile:
    """What was tried before; one line of JSON a mutant, the last one counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.by_name: dict[str, ResultRow] = {}
        if path.exists():
            for text in path.read_text().splitlines():
                row = ResultRow(**json.loads(text))
                self.by_name[row.name] = row

    def add(self, row: ResultRow) -> None:
        self.by_name[row.name] = row
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def equivalents() -> list[dict[str, str]]:
    """Those that change nothing: `path`, the line `before` and `after`, and `why`."""
    rows: list[dict[str, str]] = tomllib.loads(REASONS.read_text()).get("mutant", [])
    return rows


def summary(rows: Iterable[ResultRow]) -> tuple[str, bool]:
    """The survivors and the table by app; and whether enough were killed."""
    known = {(one["path"], one["before"], one["after"]) for one in equivalents()}
    killed, same, survived = Counter[str](), Counter[str](), Counter[str]()
    words = []
    for row in rows:
        if row.outcome == "killed":
            killed[row.app] += 1
        elif (row.path, row.before, row.after) in known:
            same[row.app] += 1
        else:
            survived[row.app] += 1
            words.append(str(row))
    heads = ("mutants", "killed", "equivalent", "survived", "%")
    table = [f"{'app':<14}" + "".join(f"{head:>12}" for head in heads)]
    for app in sorted({*killed, *same, *survived}):
        table.append(_row(app, killed[app], same[app], survived[app]))
    table.append(_row("all", killed.total(), same.total(), survived.total()))
    share = _percent(killed.total(), survived.total())
    return "\n".join([*words, "", *table]), share >= LEAST_PERCENT


def _row(app: str, killed: int, same: int, survived: int) -> str:
    percent = _percent(killed, survived)
    figures = (killed + same + survived, killed, same, survived, percent)
    return f"{app:<14}" + "".join(f"{figure:>12}" for figure in figures)


def _percent(killed: int, survived: int) -> int:
    """Of those that a test could see, rounded down; 100 where there are none."""
    seen_or_not = killed + survived
    return 100 * killed // seen_or_not if seen_or_not else 100
