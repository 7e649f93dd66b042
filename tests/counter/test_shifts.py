"""A shift at the counter: opened, handed over by PIN, counted blind, closed."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from checkout.models import Sale
from stores.models import Shift, Store, User
from tests.counter.till import AtTill
from tests.factories.stores import (
    PASSWORD,
    PIN,
    ShiftFactory,
    StoreFactory,
    UserFactory,
    signed_in,
)
from tests.numbers import numbers_in

pytestmark = pytest.mark.django_db


def test_without_a_shift_nothing_is_sold() -> None:
    till = AtTill.unopened()
    assert till.get("")["Location"] == "/counter/shift/"
    assert till.post("charge/")["HX-Redirect"] == "/counter/shift/"


@pytest.mark.parametrize("task", ["hand-over", "close"])
def test_a_shift_that_was_not_opened_is_neither_passed_on_nor_closed(task: str) -> None:
    till = AtTill.unopened("store-manager")
    answer = till.client.post(f"/counter/shift/{task}/")
    assert answer["Location"] == "/counter/shift/"
    assert not Shift.objects.exists()


def test_a_shift_is_opened_with_the_change_in_the_drawer() -> None:
    till = AtTill.unopened()
    answer = till.client.post("/counter/shift/open/", {"opening_float": "500"})
    assert answer["Location"] == "/counter/"
    shift = Shift.objects.get(till=till.till)
    assert (shift.opening_float, shift.holder_id) == (500_00, till.user.pk)


@pytest.mark.parametrize("typed", ["", "many", "-5", "1e9", "9" * 30, "\x00"])
def test_a_float_that_is_none_opens_nothing(typed: str) -> None:
    till = AtTill.unopened()
    page = till.client.post("/counter/shift/open/", {"opening_float": typed})
    assert page.status_code == 200
    assert "alert-danger" in page.content.decode()
    assert not Shift.objects.exists()


def test_who_may_not_opens_no_shift() -> None:
    till = AtTill.unopened()
    till.signed_in(UserFactory.holding("marketing", store=till.store))
    refused = till.client.post("/counter/shift/open/", {"opening_float": "1"})
    assert refused.status_code == 403
    assert not Shift.objects.exists()


def test_the_next_one_takes_over_by_pin_and_stands_there(till: AtTill) -> None:
    after = UserFactory.holding("cashier", store=till.store)
    told = {"to": after.pk, "secret": "1111"}
    refused = till.client.post("/counter/shift/hand-over/", told)
    assert "The PIN or password is not right." in refused.content.decode()

    till.client.post("/counter/shift/hand-over/", {"to": after.pk, "secret": PIN})

    assert till.shift is not None
    till.shift.refresh_from_db()
    assert till.shift.holder_id == after.pk
    assert str(after) in till.get("").content.decode()


def test_a_pin_opens_the_till_and_not_the_office(till: AtTill) -> None:
    """A manager's PIN has few digits: it must not open what the password guards."""
    manager = UserFactory.holding("store-manager", store=till.store)
    till.client.post("/counter/shift/hand-over/", {"to": manager.pk, "secret": PIN})
    assert till.get("").status_code == 200

    for path in ("/admin/", "/admin/stores/user/", "/admin/login/"):
        answer = till.client.get(path)
        assert answer["Location"].startswith("/counter/sign-in/"), path

    told = {"username": manager.username, "password": PASSWORD}
    till.client.post("/counter/sign-in/", told)
    assert till.client.get("/admin/").status_code == 200


def test_somebody_without_the_right_takes_no_till(till: AtTill) -> None:
    outsider = UserFactory.create()
    told = {"to": outsider.pk, "secret": PIN}
    till.client.post("/counter/shift/hand-over/", told)
    assert till.shift is not None
    till.shift.refresh_from_db()
    assert till.shift.holder_id == till.user.pk


def test_the_count_is_blind_and_the_slip_tells_afterwards(till: AtTill) -> None:
    till.charge("88.00", tender="cash")
    before = till.get("shift/").content.decode()
    assert "588.00" not in numbers_in(before)

    answer = till.client.post("/counter/shift/close/", {"cash": "580.00", "wechat": ""})

    assert till.shift is not None
    assert answer["Location"] == f"/counter/shift/{till.shift.pk}/slip/"
    slip = till.client.get(answer["Location"]).content.decode()
    assert "588.00" in slip
    assert "−¥8.00" in slip or "-¥8.00" in slip
    assert till.get("")["Location"] == "/counter/shift/"


def test_a_blank_is_no_count_and_a_drawer_far_off_is_counted_again(
    till: AtTill,
) -> None:
    Store.objects.filter(pk=till.store.pk).update(recount_above=5_00)
    till.charge("88.00", tender="wechat")
    close, counted = "/counter/shift/close/", {"cash": "500.00", "wechat": ""}

    blank = till.client.post(close, counted).content.decode()
    assert "count it, or write 0" in blank
    off = till.client.post(close, {**counted, "wechat": "0"}).content.decode()
    assert "Count again" in off
    assert 'name="reason"' in off
    assert "88.00" not in numbers_in(off)
    assert till.shift is not None
    till.shift.refresh_from_db()
    assert till.shift.is_open

    told = {**counted, "wechat": "0", "reason": "the terminal was reset"}
    answer = till.client.post(close, told)
    slip = till.client.get(answer["Location"]).content.decode()
    assert "the terminal was reset" in slip

    manager = UserFactory.holding("store-manager", store=till.store)
    page = signed_in(manager).get("/admin/").content.decode()
    assert "Drawers that did not add up" in page
    assert "the terminal was reset" in page
    other = UserFactory.holding("store-manager", store=StoreFactory.create())
    assert "terminal" not in signed_in(other).get("/admin/").content.decode()


def test_a_count_that_cannot_be_closes_nothing(till: AtTill) -> None:
    for typed in ("", "lots", "-1"):
        till.client.post("/counter/shift/close/", {"cash": typed})
    assert till.shift is not None
    till.shift.refresh_from_db()
    assert till.shift.is_open


def test_another_stores_slip_is_not_there(till: AtTill) -> None:
    other = ShiftFactory.create()
    assert till.get(f"shift/{other.pk}/slip/").status_code == 404


def left_open(role: str = "cashier", *, since: timedelta) -> AtTill:
    """A till whose shift is of the business day that ended so long ago."""
    till = AtTill.unopened(role)
    began = (now() - since).astimezone(till.store.zone)
    Store.objects.filter(pk=till.store.pk).update(day_starts_at=began.time())
    till.shift = ShiftFactory.create(
        till=till.till,
        opened_by=till.user,
        business_date=began.date() - timedelta(days=1),
    )
    return till


def test_a_shift_that_was_left_open_is_named_and_closed_before_anything_is_sold() -> (
    None
):
    till = left_open(since=timedelta(minutes=10))
    assert till.get("")["Location"] == "/counter/shift/"
    assert till.post("charge/")["HX-Redirect"] == "/counter/shift/"
    assert till.get("enrol/")["Location"] == "/counter/shift/"
    page = till.get("shift/").content.decode()
    assert "was left open" in page
    assert str(till.user) in page
    assert 'action="/counter/shift/hand-over/"' not in page
    handed = till.client.post("/counter/shift/hand-over/", {"to": 1, "secret": PIN})
    assert handed["Location"] == "/counter/shift/"
    assert not Sale.objects.exists()


def test_a_manager_closes_what_somebody_left_open() -> None:
    till = left_open(since=timedelta(minutes=10))
    till.signed_in(UserFactory.holding("store-manager", store=till.store))
    closed = till.client.post("/counter/shift/close/", {"cash": "500.00"})
    assert "/slip/" in closed["Location"]
    till.client.post("/counter/shift/open/", {"opening_float": "500"})
    assert till.get("").status_code == 200


def test_whoever_is_at_work_when_the_day_ends_may_finish() -> None:
    def came(till: AtTill, ago: timedelta) -> str:
        User.objects.filter(pk=till.user.pk).update(last_login=now() - ago)
        return str(till.get("").headers.get("Location", "sells"))

    till = left_open(since=timedelta(minutes=10))
    assert came(till, timedelta(minutes=20)) == "sells"
    assert came(till, timedelta(minutes=5)) == "/counter/shift/"
    till = left_open(since=timedelta(hours=3, minutes=1))
    assert came(till, timedelta(hours=5)) == "/counter/shift/"
