"""Coming in: signing in, the till of a screen, and whom the counter lets stay."""

import pytest
from django.test import Client

from stores.models import AuditEvent
from tests.counter.till import AtTill
from tests.factories.stores import (
    PASSWORD,
    PIN,
    StoreFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]  # Django's own type is private
    return client.post(
        "/counter/sign-in/", {"username": username, "password": password, **more}
    )


def test_a_cashier_signs_in_and_comes_to_the_counter() -> None:
    store = StoreFactory.create()
    user = UserFactory.holding("cashier", store=store)
    client = Client()

    assert sign_in(client, user.username)["Location"] == "/"
    assert client.get("/")["Location"] == "/counter/"
    assert client.get("/counter/")["Location"] == "/counter/till/"


def test_who_sells_nothing_goes_to_the_office() -> None:
    client = Client()
    sign_in(client, UserFactory.holding("auditor").username)
    assert client.get("/")["Location"] == "/admin/"


def test_nobody_else_gets_in() -> None:
    user = UserFactory.holding("cashier", store=StoreFactory.create())
    client = Client()

    page = sign_in(client, user.username, "wrong")

    assert page.status_code == 200
    assert "alert-danger" in page.content.decode()
    assert client.get("/counter/")["Location"].startswith("/counter/sign-in/")


def test_one_comes_back_to_where_one_was_and_to_no_other_house() -> None:
    user = UserFactory.holding("cashier", store=StoreFactory.create())
    wanted = "/counter/shift/"
    assert sign_in(Client(), user.username, next=wanted)["Location"] == wanted
    for elsewhere in ("https://example.com/", "//example.com", "javascript:1"):
        assert sign_in(Client(), user.username, next=elsewhere)["Location"] == "/"


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in() -> None:
    answer = Client().post(
        "/counter/quote/",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/counter/shift/",
        },
    )
    assert answer["HX-Redirect"] == "/counter/sign-in/?next=%2Fcounter%2Fshift%2F"


def test_a_manager_beside_the_cashier_says_which_till_it_is() -> None:
    till = AtTill.unopened()
    manager = UserFactory.holding("store-manager", store=till.store)
    till.client.cookies.clear()
    till.client.force_login(till.user, backend="stores.backends.RoleBackend")
    told = {"till": till.till.pk, "manager": manager.username, "secret": "9999"}

    refused = till.client.post("/counter/till/", told)
    assert "The PIN or password is not right." in refused.content.decode()
    assert "till" not in till.client.cookies

    answer = till.client.post("/counter/till/", {**told, "secret": PIN})
    assert answer["Location"] == "/counter/"
    assert till.client.cookies["till"]["httponly"]
    assert till.get("")["Location"] == "/counter/shift/"
    event = AuditEvent.objects.get(act="counter.till_bound")
    assert event.staff_id == manager.pk


def test_a_cashier_alone_binds_no_screen() -> None:
    till = AtTill.unopened()
    till.client.cookies.pop("till")
    other = UserFactory.holding("cashier", store=till.store)
    for told in ({}, {"manager": other.username, "secret": PIN}):
        page = till.client.post("/counter/till/", {"till": till.till.pk, **told})
        assert page.status_code == 200
    assert not AuditEvent.objects.filter(act="counter.till_bound").exists()


def test_a_manager_of_another_store_binds_nothing_here() -> None:
    till = AtTill.unopened()
    stranger = UserFactory.holding("store-manager", store=StoreFactory.create())
    told = {"till": till.till.pk, "manager": stranger.username, "secret": PIN}
    page = till.client.post("/counter/till/", told)
    assert "You may not do this here." in page.content.decode()


def test_tills_of_other_stores_are_not_to_be_chosen() -> None:
    till = AtTill.unopened("store-manager")
    elsewhere = TillFactory.create()
    page = till.client.post("/counter/till/", {"till": elsewhere.pk})
    assert page.status_code == 200
    assert not AuditEvent.objects.filter(act="counter.till_bound").exists()


@pytest.mark.parametrize("forged", ["", "1", "x:y:z"])
def test_a_forged_cookie_is_no_till(forged: str) -> None:
    till = AtTill.opened()
    till.client.cookies["till"] = forged
    assert till.get("")["Location"] == "/counter/till/"


def test_a_till_out_of_use_is_no_till(till: AtTill) -> None:
    type(till.till).objects.filter(pk=till.till.pk).update(is_active=False)
    assert till.get("")["Location"] == "/counter/till/"


def test_who_works_elsewhere_is_told_so(till: AtTill) -> None:
    till.signed_in(UserFactory.holding("cashier", store=StoreFactory.create()))
    page = till.get("")
    assert page.status_code == 403
    assert "You have no role at this store" in page.content.decode()


def test_signing_out_leaves_the_shift_open(till: AtTill) -> None:
    assert till.client.get("/counter/sign-out/").status_code == 405
    till.client.post("/counter/sign-out/")
    assert till.get("")["Location"].startswith("/counter/sign-in/")
    assert till.shift is not None
    till.shift.refresh_from_db()
    assert till.shift.is_open
