"""A store in another time zone: everything of it is told by its own clock."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name

from checkout.models import Sale
from common.tables import clock, zone_of
from gift_cards import letters
from gift_cards.models import Gift
from stores.models import Store
from tests.counter.till import AtTill
from tests.factories.stored_value import at_store, holding
from tests.factories.stores import StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db

# The night in which New York goes back to winter: 01:30 comes twice.
BEFORE = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30, summer; 13:30 in Shanghai
AFTER = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30, winter
EVE = datetime(2026, 11, 1, 3, 50, tzinfo=UTC)  # 23:50 of the day before


def in_new_york() -> Store:
    return StoreFactory.create(time_zone="America/New_York")


def test_the_counter_tells_the_time_of_its_store() -> None:
    for zone, told in (
        ("America/New_York", "23:50"),
        ("Asia/Urumqi", "09:50"),
        ("Asia/Shanghai", "11:50"),
    ):
        with time_machine.travel(EVE, tick=False):
            till = AtTill.opened(store=StoreFactory.create(time_zone=zone))
            till.charge("88.00", received="100")
            sale = Sale.objects.filter(store=till.store).get()
            assert told in till.get(f"receipts/{sale.pk}/").content.decode()
            assert told in till.get("sales/").content.decode()
        assert get_current_timezone_name() == "Asia/Shanghai"


def test_the_office_tells_each_rows_own_clock_and_says_where() -> None:
    office = signed_in(UserFactory.create(is_superuser=True, is_staff=True))
    _holder, there = holding(300_00, by=at_store(in_new_york()), at=EVE)
    _holder, here = holding(300_00, by=at_store(), at=EVE)

    page = office.get(reverse("admin:stored_value_topup_changelist")).content.decode()
    assert "23:50 (New York)" in page
    assert "11:50" in page
    assert "11:50 (" not in page  # the house's own clock needs no name

    address = reverse("admin:stored_value_topup_change", args=[there.pk])
    assert "23:50 (New York)" in office.get(address).content.decode()
    address = reverse("admin:stored_value_topup_change", args=[here.pk])
    assert "11:50" in office.get(address).content.decode()


def test_an_export_tells_the_time_of_each_store() -> None:
    office = signed_in(UserFactory.create(is_superuser=True, is_staff=True))
    _holder, there = holding(300_00, by=at_store(in_new_york()), at=BEFORE)
    _holder, then = holding(300_00, by=at_store(in_new_york()), at=AFTER)
    told = {"action": "export_csv", "_selected_action": [there.pk, then.pk]}
    answer = office.post(reverse("admin:stored_value_topup_changelist"), told)
    file = b"".join(answer).decode()
    assert "2026-11-01T01:30:00-04:00" in file
    assert "2026-11-01T01:30:00-05:00" in file


def test_a_row_of_no_store_has_the_houses_clock() -> None:
    zone = zone_of(in_new_york(), "pk")
    assert clock(EVE, zone).endswith("(New York)")
    assert zone_of(object()).tzname(EVE) == "CST"  # of no store: the house's


def test_a_gift_says_its_last_day_by_the_clock_of_its_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Midnight there is noon here: the letter must not name the day after."""
    ends = datetime(2027, 1, 1, 5, tzinfo=UTC)
    card = SimpleNamespace(expires_at=ends, store=in_new_york())
    gift = SimpleNamespace(
        card=card,
        message="",
        giver_name="Ada",
        recipient_email="friend@example.com",
        recipient_name="Bo",
        public_id="1",
        language="en",
    )
    monkeypatch.setattr(letters, "picture_of", lambda *_words, **_more: b"")
    letter = letters._letter(cast("Gift", gift), "https://example.com/g", "House")
    assert "2026" in str(letter.body)
    assert "2027" not in str(letter.body)
