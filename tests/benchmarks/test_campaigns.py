"""The benchmark of campaigns still runs, and everybody gets one of each."""

import pytest

from benchmarks.campaigns import RowsDiffer, check
from tests.benchmarks.quickly import run_quickly
from tests.factories.automations import coupon, guests, message, play, running, words
from tests.factories.coupons import TemplateFactory


@pytest.mark.long
def test_a_quick_run_gives_to_everybody_in_every_way() -> None:
    printed = run_quickly("campaigns")

    for side in ("engine: ", "bare SQL: ", "1 at work: ", "2 at work: ", "4 at work: "):
        assert side in printed
    assert "for 20 members" in printed
    assert "| bills beside a worker : alone " in printed
    assert "a quick run judges nothing" in printed


@pytest.mark.django_db
def test_whoever_was_left_out_is_missed() -> None:
    guests(2)
    campaign = running(coupon(TemplateFactory.drawn()), message(words()))
    play(campaign)

    check(campaign, 2)
    with pytest.raises(RowsDiffer):
        check(campaign, 3)
