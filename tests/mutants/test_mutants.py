"""The tool itself: the mutants that it makes and draws, and that it leaves no trace."""

import ast
from pathlib import Path

import pytest

from common import money
from tests.mutants import python_mutants, report, sample, sql_mutants, targets, trial
from tests.mutants.__main__ import copy_tree
from tests.mutants.mutant import Mutant
from tests.mutants.report import ResultRow
from tests.mutants.targets import TREE

PYTHON = b'''
LARGEST = 10

def spend(amount: int, *, limit: int = 5) -> int:
    """Take it out; never more than there is."""
    if not 0 < amount <= LARGEST and limit:
        raise ValueError
    require(amount)
    rows = Row.objects.filter(pk=amount, used=None)
    return min(amount, limit) + post(debit_id=amount, credit_id=limit)
'''
SQL = b"""
CREATE OR REPLACE FUNCTION spend(p_amount bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  -- never = more
  IF p_amount <= 0 THEN
    RAISE EXCEPTION 'not = so';
  END IF;
  RETURN (SELECT sum(amount) FROM lot WHERE is_open AND account = p_amount ORDER BY id);
END
$$;
CREATE TRIGGER other BEFORE UPDATE ON lot WHEN (OLD.id = 1) EXECUTE FUNCTION x();
"""


def after(found: list[Mutant], source: bytes) -> set[str]:
    return {mutant.diff(source)[1] for mutant in found}


def test_each_guard_of_a_function_has_its_mutants() -> None:
    found = python_mutants.mutants("app/services.py", PYTHON)

    for mutant in found:
        ast.parse(mutant.applied(PYTHON))
    assert {
        "if False:",
        "if not 0 >= amount <= LARGEST and limit:",
        "if not 0 < amount < LARGEST and limit:",
        "if not 0 < amount <= LARGEST or limit:",
        "if not 0 < amount <= LARGEST and True:",
        "pass",
        "rows = Row.objects.filter(used=None)",
        "rows = Row.objects.filter(pk=amount, )",
        "return max(amount, limit) + post(debit_id=amount, credit_id=limit)",
        "return min(amount, limit) + post(debit_id=limit, credit_id=amount)",
        "return min(amount, limit) - post(debit_id=amount, credit_id=limit)",
    } <= after(found, PYTHON)
    of_the_module = {m.diff(PYTHON)[1] for m in found if not m.is_in_function}
    assert of_the_module == {
        "LARGEST = 11",
        "def spend(amount: int, *, limit: int = 6) -> int:",
    }


def test_each_guard_of_an_sql_function_has_its_mutants() -> None:
    found = sql_mutants.mutants("app/sql/spend.sql", SQL)

    assert {mutant.function for mutant in found} == {"spend"}
    where = "RETURN (SELECT sum(amount) FROM lot WHERE is_open"
    assert after(found, SQL) == {
        "IF p_amount > 0 THEN",
        "IF p_amount < 0 THEN",
        "IF p_amount <= 1 THEN",
        "IF false THEN",
        f"{where} AND account <> p_amount ORDER BY id);",
        f"{where} OR account = p_amount ORDER BY id);",
        f"{where} ORDER BY id);",
    }


def test_a_function_is_changed_where_it_runs_and_only_there() -> None:
    path = TREE / "common/money.py"
    source = path.read_bytes()
    mutant = next(
        one
        for one in python_mutants.mutants("common/money.py", source)
        if one.kind == "constant" and one.is_in_function
    )
    codes = {
        name: value.__code__
        for name, value in vars(money).items()
        if hasattr(value, "__code__")
    }
    try:
        trial.patch(mutant, source)
        changed = [
            name
            for name, code in codes.items()
            if getattr(money, name).__code__ != code
        ]
    finally:
        for name, code in codes.items():
            getattr(money, name).__code__ = code
    assert len(changed) == 1
    assert path.read_bytes() == source


def test_the_same_seed_draws_the_same_and_of_every_kind() -> None:
    mutants = sample.all_mutants()
    drawn = sample.draw(mutants, size=200, seed=1)

    assert drawn == sample.draw(reversed(mutants), size=200, seed=1)
    assert len(set(drawn)) == 200
    assert drawn != sample.draw(mutants, size=200, seed=2)
    assert {one.kind for one in drawn if not one.function} == set(sample.OF_PYTHON)
    assert {one.app for one in drawn} > {"ledger", "points", "stored_value", "stores"}


def test_a_copy_of_the_tree_is_whole(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    for path in (*targets.python_targets(), *targets.sql_targets()):
        assert (tmp_path / path.relative_to(TREE)).read_bytes() == path.read_bytes()


def test_what_changes_nothing_is_still_there_and_has_a_reason() -> None:
    for known in report.equivalents():
        path = TREE / known["path"]
        of = sql_mutants if path.suffix == ".sql" else python_mutants
        source = path.read_bytes()
        diffs = {one.diff(source) for one in of.mutants(known["path"], source)}
        assert (known["before"], known["after"]) in diffs, known
        assert len(known["why"]) > 20, known


def row(outcome: str, before: str = "if short:", after: str = "if False:") -> ResultRow:
    return ResultRow(
        name="", app="ledger", path="ledger/rules.py", line=1, kind="", before=before,
        after=after, outcome=outcome, by="", ran=0, of=0, seconds=0.0,
    )  # fmt: skip


def test_what_changes_nothing_counts_neither_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = {"path": "ledger/rules.py", "before": "a", "after": "b", "why": ""}
    monkeypatch.setattr(report, "equivalents", lambda: [known])
    same = [row("survived", "a", "b")] * 5
    words, enough = report.summary([*[row("killed")] * 9, row("survived"), *same])

    assert words.splitlines()[-1].split() == ["all", "15", "9", "5", "1", "90"]
    assert enough
    assert "  - a" not in words  # those that need a test or a sentence are named

    words, enough = report.summary([*[row("killed")] * 17, *[row("survived")] * 2])
    assert words.splitlines()[-1].split() == ["all", "19", "17", "0", "2", "89"]
    assert not enough
