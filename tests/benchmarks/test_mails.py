"""The benchmark of letters still runs, and every letter is taken once."""

import pytest

from tests.benchmarks.quickly import run_quickly


@pytest.mark.long
def test_a_quick_run_hands_every_letter_over() -> None:
    printed = run_quickly("mails")

    for side in ("the sender: ", "bare smtplib: "):
        assert side in printed
    assert "a quick run judges nothing" in printed
