"""How long tills may queue: published by head office, per store, within a week."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils.timezone import now

from policies import selectors as policies_selectors
from policies import services as policies_services
from policies.errors import PolicyRefused
from policies.models import MOST_HOURS_BACK, OfflinePolicy
from stores import services as stores_services
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


def publish(**rules: object) -> OfflinePolicy:
    at = now()
    return policies_services.publish(
        version=OfflinePolicy(in_force_from=at, reason="storms", **rules),
        by=stores_services.act(task="test", at=at),
        at=at,
    )


def test_a_shop_begins_with_three_days_and_five_minutes() -> None:
    first = policies_selectors.in_force(OfflinePolicy, at=now())

    assert (first.hours_back, first.ahead) == (72, timedelta(minutes=5))
    assert first.hours_at(None) == first.hours_at("S1") == 72


def test_stores_have_hours_of_their_own() -> None:
    StoreFactory.create(code="OWN")

    version = publish(hours_back=48, store_hours=["OWN=0"])

    assert (version.hours_at("OWN"), version.hours_at("OTHER")) == (0, 48)


@pytest.mark.parametrize(
    "rules",
    [
        {"store_hours": ["NOWHERE=1"]},
        {"store_hours": ["OWN"]},
        {"store_hours": ["OWN=-1"]},
        {"store_hours": ["OWN=169"]},
        {"store_hours": ["OWN=1", "OWN=2"]},
        {"hours_back": MOST_HOURS_BACK + 1},
        {"minutes_ahead": 61},
    ],
)
def test_what_makes_no_sense_is_not_published(rules: dict[str, object]) -> None:
    StoreFactory.create(code="OWN")

    with pytest.raises(PolicyRefused):
        publish(**rules)

    assert OfflinePolicy.objects.count() == 1


def test_the_database_keeps_the_bounds_though_nobody_asked() -> None:
    with pytest.raises(IntegrityError, match="policies_offlinepolicy_bounds_are_short"):
        OfflinePolicy.objects.create(
            number=9, in_force_from=now(), reason="x", hours_back=MOST_HOURS_BACK + 1
        )


def test_head_office_publishes_it_in_the_admin() -> None:
    StoreFactory.create(code="OWN")
    office = signed_in(UserFactory.holding("head-office"))
    address = reverse("admin:policies_offlinepolicy_add")
    typed = {
        "hours_back": "24",
        "minutes_ahead": "5",
        "store_hours": "OWN=12",
        "in_force_from_0": "",
        "in_force_from_1": "",
        "reason": "storms",
    }

    assert office.get(address).status_code == 200
    assert office.post(address, typed).status_code == 302

    version = OfflinePolicy.objects.latest("number")
    assert (version.hours_back, version.store_hours) == (24, ["OWN=12"])
    shown = reverse("admin:policies_offlinepolicy_change", args=[version.pk])
    assert office.get(shown).status_code == 200
    cashier = signed_in(UserFactory.holding("cashier"))
    assert cashier.post(address, typed).status_code == 403
    assert OfflinePolicy.objects.count() == 2
