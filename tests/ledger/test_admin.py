"""The books in the admin: read by the right people, mended by two, edited by nobody."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ledger.kinds import AccountKind, EntryKind
from ledger.models import Account, Entry, ProofRun, Seal
from ledger.services import Line, post_entry
from stores.models import Approval, AuditEvent, Store, User
from tests.factories.ledger import (
    NOON,
    an_act,
    balance,
    everything,
    fund,
    guarded,
    holding,
    house,
    points_unit,
    spend,
)
from tests.factories.stores import PIN, StoreFactory, UserFactory, signed_in
from tests.samples import mostly_long

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    return signed_in(UserFactory.holding("head-office", is_staff=True))


def at(store: Store, **facts: Any) -> Any:
    user = UserFactory.create()
    return an_act(
        actor=f"staff:{user.pk}", staff_id=user.pk, store_id=store.pk, **facts
    )


def page(model: str, verb: str = "changelist", *args: object) -> str:
    return reverse(f"admin:ledger_{model}_{verb}", args=args)


def mending(store: Store, checker: User, **typed: Any) -> dict[str, Any]:
    return {
        "key": f"admin:{uuid4()}",
        "store": store.pk,
        "reason": "wrong plan sold",
        "checker": checker.pk,
        "secret": PIN,
        **typed,
    }


@pytest.mark.parametrize(
    "language", mostly_long(["en", "zh-hans", "zh-hant"], "zh-hant")
)
@pytest.mark.parametrize("model", ["entry", "account", "lot", "proofrun", "seal"])
def test_every_list_and_row_opens_in_every_language(
    office: Client, model: str, language: str
) -> None:
    account = holding(100, expires_at=NOON + timedelta(days=1))
    spend(account, 30, act=at(StoreFactory.create()))
    office.post(page("proofrun") + "prove/")
    office.post(page("seal") + "seal/")
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    rows = {
        "entry": Entry,
        "account": Account,
        "lot": None,
        "proofrun": ProofRun,
    }.get(model)

    assert office.get(page(model)).status_code == 200
    if rows is not None:
        for row in rows.objects.all():
            assert office.get(page(model, "change", row.pk)).status_code == 200


def test_a_manager_sees_the_entries_of_their_own_store_only() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    account = holding(100)
    mine = spend(account, 10, act=at(here))
    others = spend(account, 20, act=at(there))
    manager = signed_in(UserFactory.holding("store-manager", store=here, is_staff=True))

    listed = manager.get(page("entry")).content.decode()

    assert str(mine.entry_id) in listed
    assert str(others.entry_id) not in listed
    assert manager.get(page("entry", "change", mine.entry_id)).status_code == 200
    assert manager.get(page("entry", "change", others.entry_id)).status_code == 404


def test_a_manager_does_not_see_another_stores_accounts() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    mine, others = house(store_id=here.pk), house(store_id=there.pk)
    manager = signed_in(UserFactory.holding("store-manager", store=here, is_staff=True))

    assert manager.get(page("account", "change", mine)).status_code == 200
    assert manager.get(page("account", "change", others)).status_code == 404
    assert manager.get(page("proofrun")).status_code == 403
    assert manager.get(page("seal")).status_code == 403


@pytest.mark.parametrize("model", ["entry", "account", "lot", "proofrun", "seal"])
def test_forged_forms_change_nothing_not_even_a_superusers(model: str) -> None:
    client = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
    account = holding(100)
    row: object = account
    if model == "entry":
        row = Entry.objects.get().pk
    before = everything()

    assert client.post(page(model, "add"), {"balance": 10**6}).status_code == 403
    changed = client.post(page(model, "change", row), {"balance": 10**6})
    deleted = client.post(page(model, "delete", row), {"post": "yes"})
    in_bulk = client.post(
        page(model), {"action": "delete_selected", "_selected_action": str(row)}
    )

    assert changed.status_code in {403, 404}
    assert deleted.status_code in {403, 404}
    assert in_bulk.status_code in {200, 302}
    assert everything() == before


def test_an_adjustment_needs_a_second_person_who_proves_it() -> None:
    store = StoreFactory.create()
    maker = UserFactory.holding("store-manager", store=store, is_staff=True)
    checker = UserFactory.holding("head-office")
    client, account = signed_in(maker), holding(100_00)
    url = f"{page('account', 'change', account).removesuffix('change/')}adjust/"
    typed = mending(store, checker, direction="down", amount="30.00")

    refused = client.post(url, {**typed, "secret": "000000"})
    assert refused.status_code == 200
    assert balance(account) == 100_00
    assert client.post(url, {**typed, "checker": maker.pk}).status_code == 200
    assert balance(account) == 100_00

    assert client.post(url, typed).status_code == 302
    assert client.post(url, typed).status_code == 302  # the same form, sent again

    assert balance(account) == 70_00
    entry = Entry.objects.get(kind=EntryKind.ADJUSTMENT)
    assert (entry.staff_id, entry.approver_id) == (maker.pk, checker.pk)
    assert entry.memo == "wrong plan sold"
    assert Approval.objects.filter(used_at__isnull=False).count() == 1
    assert AuditEvent.objects.filter(act="ledger.adjust").count() == 1


@pytest.mark.parametrize("amount", ["0", "-5", "1e9", "9" * 30, "12.345", "十", "😀"])
def test_impossible_amounts_get_a_sentence(amount: str) -> None:
    store = StoreFactory.create()
    client = signed_in(UserFactory.holding("store-manager", store=store, is_staff=True))
    checker, account = UserFactory.holding("head-office"), holding(100)
    points = guarded(AccountKind.POINTS, unit_id=points_unit())
    fund(points, 50, unit_id=points_unit())
    before = everything()

    for held in (account, points):
        url = f"{page('account', 'change', held).removesuffix('change/')}adjust/"
        answer = client.post(
            url, mending(store, checker, direction="up", amount=amount)
        )
        assert answer.status_code == 200

    assert everything() == before


def test_lowering_below_nothing_is_refused_in_a_sentence() -> None:
    store = StoreFactory.create()
    client = signed_in(UserFactory.holding("store-manager", store=store, is_staff=True))
    checker, account = UserFactory.holding("head-office"), holding(100)
    url = f"{page('account', 'change', account).removesuffix('change/')}adjust/"

    answer = client.post(url, mending(store, checker, direction="down", amount="1.01"))

    assert "There is not enough left to pay this." in answer.content.decode()
    assert balance(account) == 100


def test_what_was_made_by_hand_is_reversed_by_hand_and_only_that() -> None:
    store = StoreFactory.create()
    client = signed_in(UserFactory.holding("store-manager", store=store, is_staff=True))
    checker, account = UserFactory.holding("head-office"), guarded()
    gift = post_entry(
        kind=EntryKind.GRANT,
        key="gift",
        at=NOON,
        act=at(store),
        lines=[
            Line(
                debit_id=house(AccountKind.PROMOTION, slot=""),
                credit_id=account,
                amount=50,
            )
        ],
    )
    sale = spend(holding(10), 10, act=at(store))

    def reverse_url(entry_id: object) -> str:
        return f"{page('entry', 'change', entry_id).removesuffix('change/')}reverse/"

    typed = mending(store, checker)
    assert client.post(reverse_url(sale.entry_id), typed).status_code == 403
    assert client.post(reverse_url(gift.entry_id), typed).status_code == 302
    assert balance(account) == 0
    assert Entry.objects.filter(reverses_id=gift.entry_id).count() == 1


def test_head_office_freezes_and_releases_with_a_reason(office: Client) -> None:
    account = holding(100)
    stem = page("account", "change", account).removesuffix("change/")

    assert office.post(f"{stem}freeze/", {"reason": "stolen phone"}).status_code == 302
    assert Account.objects.get(pk=account).status == "frozen"
    assert office.post(f"{stem}release/", {"reason": "found"}).status_code == 302
    assert Account.objects.get(pk=account).status == "open"
    assert list(
        AuditEvent.objects.filter(act__startswith="ledger.")
        .order_by("pk")
        .values_list("act", flat=True)
    ) == ["ledger.froze", "ledger.released"]


def test_a_cashier_may_not_freeze_adjust_or_prove() -> None:
    store = StoreFactory.create()
    cashier = signed_in(UserFactory.holding("cashier", store=store, is_staff=True))
    account = holding(100)
    stem = page("account", "change", account).removesuffix("change/")
    before = everything()

    for url in (f"{stem}freeze/", f"{stem}adjust/", page("proofrun") + "prove/"):
        assert cashier.post(url, {"reason": "x"}).status_code == 403
    assert everything() == before
    assert not ProofRun.objects.exists()


def test_reading_a_page_proves_and_seals_nothing(office: Client) -> None:
    holding(100)

    assert office.get(page("proofrun") + "prove/").status_code == 200
    assert office.get(page("seal") + "seal/").status_code == 200
    assert not ProofRun.objects.exists()
    assert not Seal.objects.exists()

    assert office.post(page("proofrun") + "prove/").status_code == 302
    assert office.post(page("seal") + "seal/").status_code == 302
    assert ProofRun.objects.get().is_proven
    assert Seal.objects.get().entries == 1


def test_a_proof_names_every_row_that_differs(office: Client) -> None:
    evil = {"check": "lots", "row": "lot 7", "fact": "<script>", "expected": "5"}
    run = ProofRun.objects.create(
        started_at=NOON,
        finished_at=NOON,
        is_proven=False,
        counts={},
        sums={},
        differences=[{**evil, "found": "6"}],
    )

    shown = office.get(page("proofrun", "change", run.pk)).content.decode()

    assert '&lt;script&gt; <div class="text-font-subtle-light">lots</div>' in shown
    for cell in ("lot 7", "5", "6"):
        assert f">{cell}</td>" in shown


def test_a_list_of_entries_asks_the_database_a_fixed_number_of_times(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    account, store = holding(1_000), StoreFactory.create()
    for _ in range(30):
        spend(account, 10, act=at(store))

    with django_assert_max_num_queries(20):
        office.get(page("entry"))


def test_a_long_statement_is_paged_to_its_beginning(office: Client) -> None:
    account = holding(1_000)
    for _ in range(40):
        spend(account, 10)
    first = office.get(page("account", "change", account)).content.decode()
    older = reverse("admin:ledger_account_older", args=[account])
    assert f"{older}?before=" in first

    before = first.partition(f"{older}?before=")[2].partition('"')[0]
    second = office.get(f"{older}?before={before}").content.decode()

    assert "+¥10.00" in second  # the top-up, the very first movement
    assert f"{older}?before=" not in second
    for nonsense in ("x", "-1", "9" * 40, "١"):
        assert office.get(f"{older}?before={nonsense}").status_code == 200
