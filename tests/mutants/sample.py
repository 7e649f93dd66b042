"""Which mutants are tried: drawn by a seed, some of each kind, the same every time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from . import python_mutants, sql_mutants
from .mutant import Mutant
from .targets import TREE, access_targets, is_access_check, python_targets, sql_targets

# Of a hundred mutants so many are of each kind; what guards something more often.
OF_PYTHON = {
    "dropped refusal": 12, "dropped filter": 12, "dropped condition": 12,
    "comparison": 10, "boundary": 10, "dropped call": 8, "and/or": 6, "sum": 6,
    "constant": 5, "swapped": 4,
}  # fmt: skip
ACCESS_KINDS = {
    "dropped refusal", "dropped filter", "dropped condition", "comparison",
    "dropped call", "and/or",
}  # fmt: skip
OF_SQL = {
    "dropped refusal": 3, "dropped condition": 3, "comparison": 3, "boundary": 2,
    "and/or": 2, "sum": 1, "constant": 1,
}  # fmt: skip


def all_mutants(apps: Sequence[str] = (), paths: Sequence[str] = ()) -> list[Mutant]:
    found: list[Mutant] = []
    for targets, mutants in (
        (python_targets(), python_mutants.mutants),
        (sql_targets(), sql_mutants.mutants),
    ):
        for path in targets:
            name = str(path.relative_to(TREE))
            if _wanted(name, apps, paths):
                found += mutants(name, path.read_bytes())
    for path in access_targets():
        name = str(path.relative_to(TREE))
        if _wanted(name, apps, paths):
            found += _access_mutants(name, path.read_bytes())
    return found


def _access_mutants(name: str, source: bytes) -> Iterator[Mutant]:
    lines = source.decode().splitlines()
    for mutant in python_mutants.mutants(name, source):
        # `if not place.may(…):` and the `raise` below it.
        around = " ".join(lines[mutant.line - 1 : mutant.line + 1])
        if (
            mutant.is_in_function
            and mutant.kind in ACCESS_KINDS
            and is_access_check(around)
        ):
            yield mutant


def _wanted(name: str, apps: Sequence[str], paths: Sequence[str]) -> bool:
    app = name.partition("/")[0]
    return (not apps or app in apps) and (
        not paths or any(name == path.partition(":")[0] for path in paths)
    )


def draw(mutants: Iterable[Mutant], *, size: int, seed: int) -> list[Mutant]:
    """By what they say and not where they stand: an edit above draws no others."""
    pools: dict[tuple[bool, str], list[Mutant]] = defaultdict(list)
    lots: dict[Mutant, str] = {}
    sources: dict[str, bytes] = {}
    for mutant in mutants:
        source = sources.setdefault(mutant.path, (TREE / mutant.path).read_bytes())
        word = f"{seed}:{mutant.name(source)}"
        lots[mutant] = hashlib.sha256(word.encode()).hexdigest()
        pools[bool(mutant.function), mutant.kind].append(mutant)
    for pool in pools.values():
        pool.sort(key=lambda one: lots[one], reverse=True)
    wanted = [
        (of_sql, kind, share)
        for of_sql, shares in ((False, OF_PYTHON), (True, OF_SQL))
        for kind, share in shares.items()
    ]
    drawn: list[Mutant] = []
    while len(drawn) < size and any(pools.values()):
        for of_sql, kind, share in wanted:
            pool = pools.get((of_sql, kind), [])
            drawn += [pool.pop() for _ in range(min(share, len(pool)))]
    # Of each kind some among the first ones too, so that a small sample is a fair one.
    drawn.sort(key=lambda one: lots[one])
    return drawn[:size]
