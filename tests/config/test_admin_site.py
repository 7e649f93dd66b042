"""The office: its sidebar, its first page, each person's share of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from config import menu, theme
from config.admin import AdminSite
from config.house import APPS
from ledger import selectors as ledger_selectors
from ledger.models import ProofRun
from stores.models import Store, User
from tests.factories.stores import ShiftFactory, StoreFactory, UserFactory

pytestmark = pytest.mark.django_db


def client_of(user: User, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    return client


def titles(user: User, rf: Any) -> dict[str, list[str]]:
    request = rf.get("/admin/")
    request.user = user
    return {
        str(group["title"]): [str(item["title"]) for item in group["items"]]
        for group in theme.navigation(request)
    }


@pytest.fixture
def boss() -> User:
    return UserFactory.create(is_superuser=True)


def test_there_is_one_site_and_it_is_ours() -> None:
    assert isinstance(admin.site, AdminSite)


def test_the_sidebar_names_only_pages_that_exist(boss: User, rf: Any) -> None:
    found = titles(boss, rf)
    assert next(iter(found)) == "Today"
    assert found["Shop"][:4] == ["Stores", "Tills", "Staff", "Roles"]
    assert {"Shifts", "Approvals", "Audit log"} <= set(found["Shop"])
    assert found["The books"] == ["Entries", "Accounts", "Lots", "Proofs", "Seals"]
    assert found["Members"][0] == "Members"
    # Every page that is named exists, or the sidebar would pass over it.
    assert sum(map(len, found.values())) == 1 + sum(len(p) for _, p in menu.GROUPS)


def test_a_person_without_rights_sees_no_groups(rf: Any) -> None:
    assert titles(UserFactory.create(), rf) == {"Today": ["Dashboard"]}


def test_an_auditor_sees_the_books(rf: Any) -> None:
    found = titles(UserFactory.holding("auditor"), rf)
    assert "Entries" in found["The books"]
    assert "Proofs" in found["The books"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Entries today", "No shift is open.", "Nobody holds anything yet."]),
        ("zh-hans", ["今日分录", "没有进行中的班次。"]),
        ("zh-hant", ["今日分錄", "沒有進行中的班次。"]),
    ],
)
def test_an_empty_house_has_a_first_page(
    boss: User, language: str, words: list[str]
) -> None:
    page = client_of(boss, language).get("/admin/").content.decode()
    for word in words:
        assert word in page


def test_figures_are_those_of_the_books(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    StoreFactory.create()
    today = timezone.localdate()
    rows = [
        {"day": today, "kind": "top_up", "unit": "CNY", "entries": 2, "amount": 30000},
        {"day": today, "kind": "sale", "unit": "CNY", "entries": 3, "amount": 1234},
        {"day": today, "kind": "accrual", "unit": "points", "entries": 1, "amount": 7},
    ]
    asked: list[dict[str, Any]] = []

    def daily_totals(**given: Any) -> list[dict[str, Any]]:
        asked.append(given)
        return [{**row, "day": given["until"]} for row in rows]

    monkeypatch.setattr(ledger_selectors, "daily_totals", daily_totals)
    context = client_of(boss).get("/admin/").context
    assert context["days"]["entries_today"] == 6
    assert context["days"]["moved_today"] == 31234
    assert '"312.34"' in context["days"]["moved_chart"]
    # The days before are asked for once; today each time.
    assert [one["days"] for one in asked] == [13, 1]
    assert [one["stores"] for one in asked] == [None, None]
    client_of(boss).get("/admin/")
    assert [one["days"] for one in asked] == [13, 1, 1]


def test_a_store_manager_is_shown_their_own_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine, _other = StoreFactory.create(), StoreFactory.create()
    manager = UserFactory.holding("store-manager", store=mine)
    ours, theirs = ShiftFactory.create(till__store=mine), ShiftFactory.create()
    asked: dict[str, Any] = {}

    def daily_totals(**given: Any) -> list[Any]:
        asked.update(given)
        return []

    monkeypatch.setattr(ledger_selectors, "daily_totals", daily_totals)
    context = client_of(manager).get("/admin/").context

    assert asked["stores"] == [mine.pk]
    assert list(context["open_shifts"]["rows"]) == [ours]
    assert theirs not in context["open_shifts"]["rows"]
    assert "owed" not in context  # what the whole house owes is not one store's


@pytest.mark.parametrize(
    ("age", "differences", "words"),
    [
        (timedelta(hours=1), [], ["proven", "ago"]),
        (timedelta(hours=30), [], ["older than a day: look at the worker"]),
        (timedelta(hours=1), [{}, {}], ["2 rows differ", "is-red"]),
    ],
)
def test_the_last_proof_is_told_as_it_is(
    boss: User, age: timedelta, differences: list[Any], words: list[str]
) -> None:
    at = timezone.now() - age
    ProofRun.objects.create(
        started_at=at,
        finished_at=at,
        is_proven=not differences,
        counts={},
        sums={},
        differences=differences,
    )
    page = client_of(boss).get("/admin/").content.decode()
    for word in words:
        assert word in page


def test_no_page_of_the_books_can_be_written_to(boss: User) -> None:
    client = client_of(boss)
    before = Store.objects.count()
    for name in ("entry", "account", "lot", "proofrun", "seal"):
        assert client.get(f"/admin/ledger/{name}/").status_code == 200
        assert client.get(f"/admin/ledger/{name}/add/").status_code == 403
        assert client.post(f"/admin/ledger/{name}/add/", {}).status_code == 403
    assert Store.objects.count() == before


def test_no_library_brings_pages_of_its_own(boss: User) -> None:
    """Authenticators' secrets, groups that nothing asks: none of it has an address."""
    theirs = [
        model._meta.label
        for model in admin.site._registry
        if apps.get_app_config(model._meta.app_label).name not in APPS
    ]
    assert theirs == []
    for page in ("otp_totp/totpdevice/", "otp_static/staticdevice/", "auth/group/"):
        assert client_of(boss).get(f"/admin/{page}").status_code == 404
