"""Ways of paying: set up by head office, taken where they are, kept by the books."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import override

from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import HolderAccount
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import NotAllowed, TenderUnknown
from stores.models import AuditEvent, Shift, ShiftCount, Store, TenderKind, User
from tests.factories.ledger import yuan
from tests.factories.stores import (
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    signed_in,
)
from tests.factories.tenders import a_tender

pytestmark = pytest.mark.django_db
FOUR = ["cash", "card", "wechat", "alipay"]
LIST = "admin:stores_tenderkind_changelist"
ADD = "admin:stores_tenderkind_add"


def account(store: Store, slot: str) -> int:
    return ledger_services.open_account(
        HolderAccount(
            kind=AccountKind.TENDER,
            unit_id=yuan(),
            holder_kind="store",
            holder_id=store.pk,
            slot=slot,
        )
    )


def test_a_shop_begins_with_the_four_it_always_had() -> None:
    store = StoreFactory.create()

    assert list(stores_selectors.tenders(store)) == FOUR
    for language, names in {
        "en": ["Cash", "Bank card", "WeChat Pay", "Alipay"],
        "zh-hans": ["现金", "银行卡", "微信支付", "支付宝"],
        "zh-hant": ["現金", "銀行卡", "微信支付", "支付寶"],
    }.items():
        with override(language):
            assert [stores_selectors.tender_name(code) for code in FOUR] == names


def test_one_is_taken_where_it_is_and_no_more_once_switched_off() -> None:
    here, there = StoreFactory.create(), StoreFactory.create()
    kind = a_tender("voucher", store_codes=[here.code])

    assert "voucher" in stores_selectors.tenders(here)
    assert "voucher" not in stores_selectors.tenders(there)
    assert stores_selectors.require_taken("voucher", store_id=here.pk) == kind
    with pytest.raises(TenderUnknown):
        stores_selectors.require_taken("voucher", store_id=there.pk)

    kind.is_active = False
    office = UserFactory.holding("head-office")
    stores_services.save_tender(tender=kind, by=office, at=now())

    assert "voucher" not in stores_selectors.tenders(here)
    assert stores_selectors.tender_name("voucher") == "Voucher"
    with pytest.raises(TenderUnknown):
        stores_selectors.require_taken("voucher", store_id=here.pk)


def test_only_head_office_sets_one_up_and_the_log_names_it() -> None:
    kind = TenderKind(code="voucher", name_en="Voucher")
    for role in ("cashier", "store-manager", "auditor"):
        with pytest.raises(NotAllowed):
            stores_services.save_tender(
                tender=kind, by=UserFactory.holding(role), at=now()
            )
    assert TenderKind.objects.count() == 4

    stores_services.save_tender(
        tender=kind, by=UserFactory.holding("head-office"), at=now()
    )

    assert AuditEvent.objects.latest("pk").act == "stores.tender_added"
    assert kind.history.count() == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"code": "Voucher"},
        {"code": "stored"},
        {"code": ""},
        {"code": "v" * 21},
        {"name_en": ""},
    ],
)
def test_the_database_refuses_what_is_no_way_of_paying(facts: dict[str, str]) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        TenderKind.objects.create(**{"code": "voucher", "name_en": "V", **facts})


def test_cash_is_taken_everywhere() -> None:
    for facts in (
        {"is_active": False},
        {"store_codes": ["S1"]},
        {"is_counted": False},
        {"is_refundable": False},
    ):
        with (
            pytest.raises(IntegrityError, match="cash_is_taken_everywhere"),
            transaction.atomic(),
        ):
            TenderKind.objects.filter(code="cash").update(**facts)


def test_the_books_keep_an_account_of_known_ways_of_paying_only() -> None:
    store = StoreFactory.create()
    a_tender("voucher")

    assert account(store, "voucher")
    with pytest.raises(IntegrityError, match="no way of paying"), transaction.atomic():
        account(store, "seashells")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM stores_tenderkind WHERE code = 'alipay'",
        "UPDATE stores_tenderkind SET code = 'other' WHERE code = 'alipay'",
        "UPDATE stores_tenderkind SET earns = false WHERE code = 'alipay'",
        "TRUNCATE stores_tenderkind",
    ],
)
def test_code_and_earning_stay_and_none_is_deleted(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"stays|never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert TenderKind.objects.filter(code="alipay", earns=True).exists()


def test_the_nightly_proof_names_an_account_of_no_way_of_paying() -> None:
    store = StoreFactory.create()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE ledger_account DISABLE TRIGGER stores_tender_is_known"
        )
        number = account(store, "seashells")
        cursor.execute(
            "ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER stores_tender_is_known"
        )

    proof = ledger_services.prove_books()

    found = [each for each in proof.differences if "way of paying" in str(each)]
    assert f"account {number}" in str(found)


def a_shift(store: Store) -> tuple[Shift, User]:
    user = UserFactory.holding("store-manager", store=store)
    shift = ShiftFactory.create(till=TillFactory.create(store=store), opened_by=user)
    return shift, user


def take(shift: Shift, user: User, tender: str, amount: int) -> None:
    by = stores_services.act(staff=user, shift=shift, at=now())
    stores_services.take_payment_step(
        amount=amount,
        tender=tender,
        by=by,
        at=now(),
        key=f"{tender}:{shift.pk}",
        fingerprint=b"x" * 32,
    )


def test_a_close_counts_what_is_counted_and_takes_the_rest_from_the_books() -> None:
    store = StoreFactory.create()
    a_tender("voucher")
    a_tender("room", is_counted=False)
    shift, user = a_shift(store)
    for tender in ("voucher", "room"):
        take(shift, user, tender, 30_00)

    assert list(stores_selectors.counted_tenders(store)) == [*FOUR, "voucher"]
    with pytest.raises(TenderUnknown):
        stores_services.close_shift(
            shift=shift, counted={"seashells": 1}, by=user, at=now()
        )
    assert not ShiftCount.objects.exists()

    stores_services.close_shift(
        shift=shift,
        counted={"cash": shift.opening_float, "voucher": 20_00},
        by=user,
        at=now(),
    )

    told = {count.tender: count for count in ShiftCount.objects.all()}
    assert (told["voucher"].expected, told["voucher"].difference) == (30_00, -10_00)
    assert (told["room"].counted, told["room"].difference) == (30_00, 0)
    shift.refresh_from_db()
    assert "Voucher" in stores_selectors.shift_summary(shift)


def test_head_office_adds_and_changes_one_in_the_admin() -> None:
    client = signed_in(UserFactory.holding("head-office"))
    typed = {
        "code": "voucher",
        "name_en": "Meal voucher",
        "name_zh_hans": "餐券",
        "name_zh_hant": "餐券",
        "position": "50",
        "is_counted": "on",
        "is_refundable": "on",
        "earns": "on",
        "account_code": "1002.07",
        "store_codes": "",
        "is_active": "on",
    }

    assert client.get(reverse(ADD)).status_code == 200
    assert client.post(reverse(ADD), typed).status_code == 302
    kind = TenderKind.objects.get(code="voucher")
    row = reverse("admin:stores_tenderkind_change", args=[kind.pk])
    assert client.get(row).status_code == 200
    changed = {**typed, "code": "other", "earns": "", "is_active": ""}
    assert client.post(row, changed).status_code == 302

    kind.refresh_from_db()
    assert (kind.code, kind.earns, kind.is_active) == ("voucher", True, False)
    history = reverse("admin:stores_tenderkind_history", args=[kind.pk])
    assert client.get(history).status_code == 200
    assert "1002.07" in client.get(reverse(LIST)).content.decode()
    wrong = client.post(reverse(ADD), {**typed, "code": "two", "store_codes": "NONE"})
    assert wrong.status_code == 200
    reader = signed_in(UserFactory.holding("store-manager"))
    assert reader.get(reverse(LIST)).status_code == 200
    assert reader.post(reverse(ADD), {**typed, "code": "x"}).status_code == 403
