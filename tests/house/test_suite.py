"""Which tests are run where: nothing is left out of the judgement but the soak."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import run, turn
from tests.numbers import numbers_in
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "left_out"),
    [([], ["slow", "long"]), (["--long"], ["slow"]), (["--soak"], [])],
)
def test_each_form_of_the_suite_leaves_out_less(
    words: list[str], left_out: list[str]
) -> None:
    assert run.left_out_of(words) == left_out


def test_the_judgement_runs_the_checks_and_the_long_tests() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()

    assert "make check" in lines
    assert "make test ARGS=--long" in lines
    assert "export CI=true" in lines  # a missing browser is a failure there


def test_a_missing_browser_fails_the_judgement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert run.main([]) == 1
    assert "apt-get install chromium" in capsys.readouterr().err


def test_a_second_run_on_one_server_is_told_so_and_a_server_of_its_own_is_free() -> (
    None
):
    with turn.take("postgresql://of-this-test"):
        with pytest.raises(turn.ServerTaken, match="REGULARS_TEST_DATA="):
            turn.take("postgresql://of-this-test")
        turn.take("postgresql://of-another").close()
    turn.take("postgresql://of-this-test").close()


@pytest.mark.long
def test_a_second_run_ends_with_that_sentence_and_does_not_hang() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-q", __file__],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": settings.DATABASE_URL},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert told.returncode == 4
    assert "Another run of the tests (process " in told.stdout + told.stderr


# What these give holds nothing that a machine made up: no key, no sequence.
TOLD = {"numbers_in", "redact_text"}


def chances(tree: ast.AST) -> list[int]:
    """Lines that hope that a few digits do not come up in a key or a sequence."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)):
            continue
        left, right = node.left, node.comparators[0]
        if not isinstance(left, ast.Constant) or not isinstance(
            left.value, str | bytes
        ):
            continue
        text = left.value if isinstance(left.value, str) else left.value.decode()
        called = ast.unparse(right.func) if isinstance(right, ast.Call) else ""
        if re.fullmatch(r"[\da-f.,]{1,5}", text) and called not in TOLD:
            found.append(node.lineno)
    return found


def test_no_test_hopes_that_digits_stand_nowhere_on_a_page() -> None:
    hopes = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for line in chances(ast.parse(path.read_text()))
    ]

    assert hopes == []


def test_such_a_hope_is_seen_and_a_whole_number_is_none() -> None:
    assert chances(ast.parse('assert "588" not in page')) == [1]
    assert chances(ast.parse('assert b"138" not in answer.content')) == [1]
    assert chances(ast.parse('assert "588.00" not in numbers_in(page)')) == []
    assert numbers_in("<b>Store 1588</b> ¥5,588.00 a588f") == {"1588", "5,588.00"}
