"""Which tests are run where: nothing is left out of the judgement but the soak."""

from pathlib import Path

import pytest

from tests import run

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
