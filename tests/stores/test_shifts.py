"""Opening, handing over, closing blind."""

from datetime import date, timedelta
from unicodedata import east_asian_width

import pytest
from django.utils.translation import override

from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import (
    AmountOutOfRange,
    NotAllowed,
    ProofRefused,
    RecountNeeded,
    SameHands,
    ShiftAlreadyOpen,
    ShiftIsClosed,
    TenderNotCounted,
    TenderUnknown,
    TillNotInUse,
)
from stores.models import (
    AuditEvent,
    HandOver,
    ProofTries,
    Shift,
    ShiftCount,
    Store,
    User,
)
from tests.factories.stores import (
    NOON,
    PIN,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
EVENING = NOON + timedelta(hours=9)


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def cashier(store: Store) -> User:
    return UserFactory.holding("cashier", store=store)


def opened(store: Store, cashier: User) -> Shift:
    return stores_services.open_shift(
        till=TillFactory.create(store=store),
        staff=cashier,
        opening_float=500_00,
        at=NOON,
    )


def test_a_shift_opens_on_the_stores_own_day(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)

    assert shift.business_date == date(2026, 11, 20)
    assert (shift.holder, shift.opened_by, shift.store) == (cashier, cashier, store)
    assert stores_selectors.open_shift_on(shift.till) == shift
    event = AuditEvent.objects.get(act="stores.shift_opened")
    assert (event.staff, event.store, event.till, event.shift) == (
        cashier,
        store,
        shift.till,
        shift,
    )
    assert event.facts == {"opening_float": 500_00}


def test_an_open_till_is_not_opened_again(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)

    with pytest.raises(ShiftAlreadyOpen):
        stores_services.open_shift(
            till=shift.till, staff=cashier, opening_float=1, at=NOON
        )

    assert Shift.objects.get() == shift
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("opening_float", [-1, 10**15 + 1, 2**63, 10**40])
def test_an_impossible_float_is_refused(
    store: Store, cashier: User, opening_float: int
) -> None:
    till = TillFactory.create(store=store)

    with pytest.raises(AmountOutOfRange):
        stores_services.open_shift(
            till=till, staff=cashier, opening_float=opening_float, at=NOON
        )

    assert not Shift.objects.exists()


def test_a_till_out_of_use_is_not_opened(store: Store, cashier: User) -> None:
    tills = [
        TillFactory.create(store=store, is_active=False),
        TillFactory.create(store=StoreFactory.create(is_active=False)),
    ]
    boss = UserFactory.create(is_superuser=True)

    for till in tills:
        with pytest.raises(TillNotInUse):
            stores_services.open_shift(till=till, staff=boss, opening_float=0, at=NOON)

    assert not Shift.objects.exists()


def test_nobody_opens_another_stores_till(cashier: User) -> None:
    elsewhere = TillFactory.create()

    with pytest.raises(NotAllowed):
        stores_services.open_shift(
            till=elsewhere, staff=cashier, opening_float=0, at=NOON
        )

    assert not Shift.objects.exists()


def test_the_next_one_takes_over_with_a_pin(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)
    following = UserFactory.holding("cashier", store=store)

    stores_services.hand_over(
        shift=shift, to=following, secret=PIN, by=cashier, at=EVENING
    )

    shift.refresh_from_db()
    assert shift.holder == following
    passed = HandOver.objects.get()
    assert (passed.given_by, passed.taken_by, passed.at) == (
        cashier,
        following,
        EVENING,
    )
    assert AuditEvent.objects.filter(act="stores.shift_handed_over").count() == 1


def test_without_the_right_pin_the_till_stays(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)
    following = UserFactory.holding("cashier", store=store)

    with pytest.raises(ProofRefused):
        stores_services.hand_over(
            shift=shift, to=following, secret="0", by=cashier, at=EVENING
        )

    shift.refresh_from_db()
    assert shift.holder == cashier
    assert not HandOver.objects.exists()
    assert ProofTries.objects.get(account=following, maker=cashier).failures == 1


def test_a_till_is_not_handed_to_a_stranger_or_to_oneself(
    store: Store, cashier: User
) -> None:
    shift = opened(store, cashier)
    stranger = UserFactory.holding("cashier", store=StoreFactory.create())

    with pytest.raises(NotAllowed):
        stores_services.hand_over(
            shift=shift, to=stranger, secret=PIN, by=cashier, at=EVENING
        )
    with pytest.raises(NotAllowed):
        stores_services.hand_over(
            shift=shift, to=cashier, secret=PIN, by=stranger, at=EVENING
        )
    with pytest.raises(SameHands):
        stores_services.hand_over(
            shift=shift, to=cashier, secret=PIN, by=cashier, at=EVENING
        )

    shift.refresh_from_db()
    assert shift.holder == cashier
    assert not HandOver.objects.exists()


def test_the_close_counts_first_and_compares_afterwards(
    store: Store, cashier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = opened(store, cashier)
    monkeypatch.setattr(
        "stores.services.shifts.ledger_selectors.tender_totals",
        lambda *, shift_id: {"cash": 1_200_00, "alipay": 88_00, "voucher": 10_00},
    )

    stores_services.close_shift(
        shift=shift,
        counted={"cash": 1_690_00, "card": 5_00, "alipay": 88_00},
        by=cashier,
        at=EVENING,
    )

    shift.refresh_from_db()
    assert (shift.closed_by, shift.closed_at) == (cashier, EVENING)
    counts = ShiftCount.objects.values_list(
        "tender", "counted", "expected", "difference"
    )
    assert set(counts) == {
        ("cash", 1_690_00, 1_700_00, -10_00),
        ("card", 5_00, 0, 5_00),
        ("alipay", 88_00, 88_00, 0),
        ("voucher", 0, 10_00, -10_00),
    }
    event = AuditEvent.objects.get(act="stores.shift_closed")
    assert event.facts["differences"]["cash"] == -10_00


def test_a_way_of_paying_that_was_used_is_counted_or_said_to_be_nil(
    store: Store, cashier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = opened(store, cashier)
    monkeypatch.setattr(
        "stores.services.shifts.ledger_selectors.tender_totals",
        lambda *, shift_id: {"cash": -500_00, "alipay": 8_00, "card": 0},
    )

    with pytest.raises(TenderNotCounted, match="Alipay"):
        stores_services.close_shift(shift=shift, counted={}, by=cashier, at=EVENING)
    shift.refresh_from_db()
    assert shift.is_open
    assert not ShiftCount.objects.exists()

    stores_services.close_shift(
        shift=shift, counted={"alipay": 0}, by=cashier, at=EVENING
    )
    assert ShiftCount.objects.get(tender="alipay").difference == -8_00


def test_a_drawer_far_off_is_counted_again_and_says_why(
    store: Store, cashier: User
) -> None:
    store.recount_above = 5_00
    store.save()
    shift = opened(store, cashier)

    with pytest.raises(RecountNeeded) as refusal:
        stores_services.close_shift(
            shift=shift, counted={"cash": 494_99}, by=cashier, at=EVENING
        )
    assert not set("0123456789") & set(str(refusal.value))  # blind still
    shift.refresh_from_db()
    assert shift.is_open
    assert not ShiftCount.objects.exists()
    sent_back = AuditEvent.objects.get(act="stores.shift_counted_again")
    assert sent_back.facts == {"counted": {"cash": 494_99}}
    assert (sent_back.staff, sent_back.shift) == (cashier, shift)

    stores_services.close_shift(
        shift=shift,
        counted={"cash": 494_99},
        by=cashier,
        at=EVENING,
        reason=" change given twice ",
    )
    shift.refresh_from_db()
    assert shift.difference_reason == "change given twice"
    assert "change given twice" in stores_selectors.shift_summary(shift)


@pytest.mark.parametrize(("limit", "counted"), [(5_00, 495_00), (None, 0)])
def test_a_drawer_within_the_limit_is_counted_once(
    store: Store, cashier: User, limit: int | None, counted: int
) -> None:
    store.recount_above = limit
    store.save()
    shift = opened(store, cashier)

    stores_services.close_shift(
        shift=shift, counted={"cash": counted}, by=cashier, at=EVENING
    )

    shift.refresh_from_db()
    assert not shift.is_open
    assert not shift.difference_reason


def test_a_closed_shift_stays_closed(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)
    stores_services.close_shift(
        shift=shift, counted={"cash": 500_00}, by=cashier, at=EVENING
    )

    with pytest.raises(ShiftIsClosed):
        stores_services.close_shift(
            shift=shift, counted={"cash": 1}, by=cashier, at=EVENING
        )
    with pytest.raises(ShiftIsClosed):
        stores_services.hand_over(
            shift=shift,
            to=UserFactory.holding("cashier", store=store),
            secret=PIN,
            by=cashier,
            at=EVENING,
        )
    shift.refresh_from_db()
    with pytest.raises(ShiftIsClosed):
        stores_services.act(staff=cashier, shift=shift, at=EVENING)

    assert ShiftCount.objects.get().counted == 500_00
    assert opened_again(shift, cashier).pk != shift.pk


def opened_again(shift: Shift, cashier: User) -> Shift:
    return stores_services.open_shift(
        till=shift.till, staff=cashier, opening_float=0, at=EVENING
    )


@pytest.mark.parametrize(
    ("counted", "refusal"),
    [
        ({"cash": -1}, AmountOutOfRange),
        ({"cash": 2**63}, AmountOutOfRange),
        ({"": 1}, TenderUnknown),
        ({"😀" * 41: 1}, TenderUnknown),
    ],
)
def test_an_impossible_count_closes_nothing(
    store: Store, cashier: User, counted: dict[str, int], refusal: type[Exception]
) -> None:
    shift = opened(store, cashier)

    with pytest.raises(refusal):
        stores_services.close_shift(
            shift=shift, counted=counted, by=cashier, at=EVENING
        )

    shift.refresh_from_db()
    assert shift.is_open
    assert not ShiftCount.objects.exists()


def test_nobody_closes_another_stores_shift(cashier: User) -> None:
    shift = ShiftFactory.create()

    with pytest.raises(NotAllowed):
        stores_services.close_shift(shift=shift, counted={}, by=cashier, at=EVENING)

    shift.refresh_from_db()
    assert shift.is_open


def test_the_slip_tells_no_total_before_the_close(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)
    open_slip = stores_selectors.shift_summary(shift)
    stores_services.close_shift(
        shift=shift, counted={"cash": 499_00}, by=cashier, at=EVENING
    )
    shift.refresh_from_db()

    slip = stores_selectors.shift_summary(shift)

    assert "Expected" not in open_slip
    assert "-¥1.00" in slip
    assert "2026-11-20 21:00" in slip  # the store's clock


def test_the_slip_is_as_wide_in_chinese(store: Store) -> None:
    shift = ShiftFactory.create(opened_by=UserFactory.create(display_name="吴丽华"))

    with override("zh-hans"):
        lines = stores_selectors.shift_summary(shift).splitlines()

    wide = {
        sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)
        for line in lines[1:-1]
    }
    assert wide == {42}


def test_the_context_of_an_act_names_everything(store: Store, cashier: User) -> None:
    shift = opened(store, cashier)
    boss = UserFactory.create()

    doing = stores_services.act(
        staff=cashier, shift=shift, approver=boss, at=EVENING, request_id="r-1"
    )

    assert doing.actor == f"staff:{cashier.pk}"
    assert doing.business_date == date(2026, 11, 20)
    assert (doing.store_id, doing.till_id) == (store.pk, shift.till_id)
    assert (doing.staff_id, doing.shift_id, doing.approver_id, doing.request_id) == (
        cashier.pk,
        shift.pk,
        boss.pk,
        "r-1",
    )
