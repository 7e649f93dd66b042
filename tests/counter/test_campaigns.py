"""What runs today, told at the counter."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from campaigns.at_counter import FOR_WHOM, campaigns_today
from campaigns.kinds import CampaignKind
from tests.counter.till import AtTill
from tests.factories.automations import a_campaign, coupon, message, points, running
from tests.factories.automations import words as told
from tests.factories.coupons import TemplateFactory
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def test_a_cashier_reads_what_it_gives_and_for_whom() -> None:
    with time_machine.travel(NOON):
        till = AtTill.opened()
        elsewhere = StoreFactory.create()
        cake = TemplateFactory.drawn(name_en="Cake")
        running(coupon(cake), points(5), kind="birthday", name="Birthday week")
        running(message(told("email")), kind="welcome", name="Hello", store=till.store)
        running(points(5), kind="welcome", name="Not ours", store=elsewhere)
        a_campaign(points(5), kind="welcome", name="A draft")

        link = till.get("").content.decode()
        shown = till.get("campaigns/").content.decode()

    assert 'href="/counter/campaigns/"' in link
    for sentence in (
        "Birthday week", "Coupon: Cake · 5 points", "For: Guests with a birthday",
        "Hello", "A message, no gift", "For: New members",
    ):  # fmt: skip
        assert sentence in shown
    assert "Not ours" not in shown
    assert "A draft" not in shown


@pytest.mark.parametrize(
    ("facts", "days", "is_there"),
    [
        ({"kind": "welcome", "starts_at": NOON + timedelta(days=1)}, 0, False),
        ({"kind": "welcome", "starts_at": NOON + timedelta(days=1)}, 1, True),
        ({"kind": "welcome", "ends_at": NOON + timedelta(days=1)}, 1, False),
        ({"kind": "repeating", "entry": "period", "repeat_day": 5}, 0, True),
        ({"kind": "repeating", "entry": "period", "repeat_day": 5}, 1, False),
    ],
)
def test_only_what_runs_on_the_day(
    facts: dict[str, Any], days: int, *, is_there: bool
) -> None:
    store = StoreFactory.create()
    running(points(5), **facts)
    found = campaigns_today(store.pk, at=NOON + timedelta(days=days))
    assert bool(found) is is_there


def test_nothing_runs_and_the_page_says_so(till: AtTill) -> None:
    assert (
        "Nothing runs at this store today." in till.get("campaigns/").content.decode()
    )


def test_each_occasion_is_told_in_words() -> None:
    assert set(FOR_WHOM) == set(CampaignKind)
