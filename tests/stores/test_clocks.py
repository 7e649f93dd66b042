"""A store in another time zone: everything of it is told by its own clock."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name

from checkout.models import Sale
from common.admin import ExportMixin
from common.tables import clock, zone_of
from gift_cards import letters
from gift_cards.models import Gift
from imports import previews
from ledger.models import Account
from members import services as members_services
from members.models import StaffCardAct
from stored_value.models import Wallet
from stores.models import AuditEvent, Store, User
from tests.counter.till import AtTill
from tests.factories.members import MemberFactory
from tests.factories.stored_value import at_store, holding
from tests.factories.stores import StoreFactory, TillFactory, UserFactory, signed_in

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


def test_a_gift_says_its_last_day_by_the_clock_of_its_store() -> None:
    """Midnight there is noon here: the letter must not name the day after."""
    ends = datetime(2027, 1, 1, 5, tzinfo=UTC)
    card = SimpleNamespace(expires_at=ends, store=in_new_york())
    gift = SimpleNamespace(
        card=card,
        message="",
        giver_name="Ada",
        recipient_email="friend@example.com",
        recipient_name="Bo",
        pk=1,
        language="en",
    )
    values = letters.values_of(
        cast("Gift", gift), link="https://example.com/g", brand="House"
    )
    assert values["expiry"] == "It can be used until 31 Dec 2026."


def test_an_export_of_what_has_a_business_day_names_it() -> None:
    """01:30 in New York still belongs to the evening before."""
    office = signed_in(UserFactory.create(is_superuser=True, is_staff=True))
    with time_machine.travel(BEFORE, tick=False):
        till = AtTill.opened(store=in_new_york())
        till.charge("88.00", received="100")
    sale = Sale.objects.get()
    told = {"action": "export_csv", "_selected_action": [sale.pk]}
    answer = office.post(reverse("admin:checkout_sale_changelist"), told)
    file = b"".join(answer).decode()
    assert "2026-11-01T01:30:00-04:00" in file
    assert file.rstrip().endswith(",2026-10-31")


def test_every_export_of_what_has_a_business_day_has_its_column(
    rf: RequestFactory,
) -> None:
    request = rf.get("/")
    request.user = UserFactory.create(is_superuser=True, is_staff=True)
    without = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if isinstance(page, ExportMixin)
        and any(field.name == "business_date" for field in model._meta.fields)
        and "business_date" not in page._columns(request)
    ]
    assert without == []


def test_statements_and_lots_tell_each_stores_own_clock() -> None:
    """Of the wallet, of the account, on the member's page; and in the forms to refund
    a payment.
    """
    office = signed_in(UserFactory.create(is_superuser=True, is_staff=True))
    holder, _top_up = holding(300_00, by=at_store(in_new_york()), at=EVE)
    account = Account.objects.get(kind="principal", holder_id=holder.id)
    wallet = Wallet.objects.get(member_id=holder.id)

    def page(name: str, key: int) -> str:
        found = office.get(reverse(f"admin:{name}", args=[key]))
        assert found.status_code == 200
        return found.content.decode()

    for name, key in (
        ("stored_value_wallet_change", wallet.pk),
        ("stored_value_wallet_older", wallet.pk),
        ("ledger_account_change", account.pk),
        ("ledger_account_older", account.pk),
    ):
        assert "23:50 (New York)" in page(name, key), name
    member = page("members_member_change", holder.id)
    assert "31 Oct 2026" in member


def test_consents_and_a_stores_history_are_told_by_its_clock() -> None:
    office = signed_in(UserFactory.create(is_superuser=True, is_staff=True))
    store = in_new_york()
    member = MemberFactory.create()
    members_services.give_consent(
        member_id=member.pk,
        purpose="marketing",
        channels=["sms"],
        by=at_store(store),
        at=EVE,
    )
    address = reverse("admin:members_member_change", args=[member.pk])
    assert "23:50 (New York)" in office.get(address).content.decode()

    with time_machine.travel(EVE, tick=False):
        till = TillFactory.create(store=store)
    address = reverse("admin:stores_till_history", args=[till.pk])
    assert "23:50 (New York)" in office.get(address).content.decode()


def test_rows_of_the_log_are_named_by_the_clock_of_their_store() -> None:
    store = in_new_york()
    event = AuditEvent(at=EVE, act="stores.exported", actor="system:x", store=store)
    assert "23:50 (New York)" in str(event)
    act = StaffCardAct(at=EVE, store=store, staff=User(username="ada"))
    assert "23:50 (New York)" in str(act)


def test_the_first_bills_of_a_file_are_told_by_the_clock_of_their_store() -> None:
    one = {
        "bill": "1",
        "at": EVE.astimezone(ZoneInfo("America/New_York")).isoformat(),
        "store": "NYC",
        "member": "M1",
        "phone": "",
        "lines": 1,
        "amount": 100,
    }
    assert "23:50" in previews.examples({"examples": [one]})[0][1]
