"""Lists that nobody edits, and that open though they are long."""

from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from common import admin as common_admin
from common.admin import CappedPaginator, ReadOnlyAdmin
from stores.models import AuditEvent, Store, User
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


class Stores(ReadOnlyAdmin[Store]):
    list_display = ["code", "name", "is_active", "shout"]

    def shout(self, store: Store) -> str:
        return store.name.upper()


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", "a long password", display_name="B")


@pytest.fixture
def page() -> Stores:
    return Stores(Store, AdminSite())


def request(method: str, user: User | AnonymousUser, **data: Any) -> HttpRequest:
    found: HttpRequest = getattr(RequestFactory(), method)("/", data)
    found.user = user
    found._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # Django's own switch
    return found


def test_a_superuser_may_look_and_nothing_else(page: Stores, boss: User) -> None:
    asked = request("get", boss)
    assert page.has_view_permission(asked)
    assert not page.has_add_permission(asked)
    assert not page.has_change_permission(asked)
    assert not page.has_delete_permission(asked)


def test_a_forged_form_changes_nothing(page: Stores, boss: User) -> None:
    store = StoreFactory.create(name="Before")
    forged = {"name": "After", "code": store.code}

    with pytest.raises(PermissionDenied):
        page.changeform_view(request("post", boss, **forged), str(store.pk))
    with pytest.raises(PermissionDenied):
        page.add_view(request("post", boss, **forged))
    with pytest.raises(PermissionDenied):
        page.delete_view(request("post", boss, post="yes"), str(store.pk))

    store.refresh_from_db()
    assert store.name == "Before"
    assert Store.objects.count() == 1


def test_deleting_is_not_offered_and_exporting_is(page: Stores, boss: User) -> None:
    assert set(page.get_actions(request("get", boss))) == {"export_csv", "export_xlsx"}


def test_exports_hold_what_the_list_shows(page: Stores, boss: User) -> None:
    StoreFactory.create(code="RIV", name="=江畔")
    response = page.export_csv(request("post", boss), Store.objects.all())
    assert response["Content-Disposition"] == 'attachment; filename="store.csv"'
    body = b"".join(response).decode()
    lines = body.removeprefix("\ufeff").splitlines()
    assert lines[0].lower().split(",")[:2] == ["code", "name"]
    assert lines[1] == "RIV,'=江畔,True,'=江畔"

    book = page.export_xlsx(request("post", boss), Store.objects.all())
    content = b"".join(book)
    book.close()
    assert content.startswith(b"PK")


def test_the_log_says_who_took_how_many_rows_along(page: Stores, boss: User) -> None:
    StoreFactory.create_batch(3)
    some = Store.objects.exclude(pk=Store.objects.latest("pk").pk)

    page.export_csv(request("post", boss), some)
    book = page.export_xlsx(request("post", boss), Store.objects.all())

    told = AuditEvent.objects.order_by("pk").values_list("act", "staff", "facts")
    assert list(told) == [
        ("stores.exported", boss.pk, {"what": what, "rows": rows, "file": file})
        for what, rows, file in (
            ("stores.store", 2, "csv"),
            ("stores.store", 3, "xlsx"),
        )
    ]
    book.close()


def test_nothing_leaves_where_nobody_keeps_the_log(
    page: Stores, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common_admin, "_recorders", [])
    for export in (page.export_csv, page.export_xlsx):
        with pytest.raises(ValueError, match="not enough values"):
            export(request("post", boss), Store.objects.all())


def test_who_may_not_see_may_not_export(page: Stores) -> None:
    stranger = User.objects.create_user("nobody", display_name="N")
    asked = request("get", stranger)
    assert not page.has_export_permission(asked)
    assert page.get_actions(asked) == {}


def test_a_long_list_is_counted_no_further_than_it_is_paged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(common_admin, "COUNTED_ROWS", 3)
    StoreFactory.create_batch(5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        paginator = CappedPaginator(Store.objects.order_by("name"), 2)
        assert paginator.count == 3
        assert paginator.num_pages == 2
    sql = queries[0]["sql"]
    assert "LIMIT 3" in sql
    assert "ORDER BY" not in sql
