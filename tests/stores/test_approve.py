"""The second person, and how far one may go without."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import DomainError
from common.text import InvisibleText
from stores import services as stores_services
from stores.errors import (
    AlreadyApproved,
    AmountOutOfRange,
    ApprovalNeeded,
    ApprovalNotUsable,
    BeneficiaryRefused,
    CheckerRefused,
    NotAllowed,
    ProofRefused,
    ReasonMissing,
)
from stores.models import (
    Approval,
    AuditEvent,
    ProofTries,
    RoleLimit,
    Shift,
    ShiftUse,
    Store,
    User,
)
from tests.factories.ledger import an_act
from tests.factories.stores import (
    NOON,
    PIN,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ACT = "ledger.adjust"
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


@pytest.fixture
def maker(store: Store) -> User:
    return UserFactory.holding("shift-lead", store=store)


@pytest.fixture
def checker(store: Store) -> User:
    return UserFactory.holding("store-manager", store=store)


@pytest.fixture
def shift(store: Store, maker: User) -> Shift:
    return ShiftFactory.create(till=TillFactory.create(store=store), opened_by=maker)


def ask(
    maker: User, store: Store, amount: int = 500_00, reason: str = "spilt soup"
) -> Approval:
    return stores_services.request_approval(
        act=ACT,
        maker=maker,
        store=store,
        amount=amount,
        reason=reason,
        subject="account:7",
        at=NOON,
    )


def give(approval: Approval, checker: User, secret: str = PIN) -> None:
    stores_services.approve(approval=approval, checker=checker, secret=secret, at=SOON)


def use(approval: Approval, maker: User, **facts: object) -> None:
    what = {
        "act": ACT,
        "maker": maker,
        "amount": 500_00,
        "store": approval.store,
        "subject": "account:7",
        "at": SOON,
        **facts,
    }
    with transaction.atomic():  # a step, here in a command of the test's
        stores_services.consume_approval(approval=approval, **what)  # type: ignore[arg-type]  # facts vary


def test_asked_given_used_once(store: Store, maker: User, checker: User) -> None:
    approval = ask(maker, store)
    give(approval, checker)

    use(approval, maker)
    with pytest.raises(ApprovalNotUsable):
        use(approval, maker)

    approval.refresh_from_db()
    assert (approval.checker, approval.approved_at) == (checker, SOON)
    assert approval.used_at == SOON
    event = AuditEvent.objects.get(act="stores.approved")
    assert (event.staff, event.approver, event.subject_id) == (
        maker,
        checker,
        str(approval.pk),
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": 500_01},
        {"act": "ledger.reverse"},
        {"subject": "account:8"},
        {"at": SOON + timedelta(minutes=15)},
    ],
)
def test_an_approval_serves_only_what_it_was_given_for(
    store: Store, maker: User, checker: User, facts: dict[str, object]
) -> None:
    approval = ask(maker, store)
    give(approval, checker)

    with pytest.raises(ApprovalNotUsable):
        use(approval, maker, **facts)
    with pytest.raises(ApprovalNotUsable):
        use(approval, checker)
    with pytest.raises(ApprovalNotUsable):
        use(approval, maker, store=StoreFactory.create())

    approval.refresh_from_db()
    assert approval.used_at is None


def test_what_is_not_given_is_not_used(store: Store, maker: User) -> None:
    approval = ask(maker, store)

    with pytest.raises(ApprovalNotUsable):
        use(approval, maker)

    approval.refresh_from_db()
    assert approval.used_at is None


def test_the_second_person_is_another_who_may_and_whose_limit_reaches(
    store: Store, maker: User
) -> None:
    approval = ask(maker, store)
    refused = [
        maker,
        UserFactory.holding("cashier", store=store),
        UserFactory.holding("store-manager", store=StoreFactory.create()),
        UserFactory.holding("shift-lead", store=store),  # 100 alone; this is 500
        UserFactory.holding("store-manager", store=store, is_active=False),
    ]

    for checker in refused:
        with pytest.raises(CheckerRefused):
            give(approval, checker)

    approval.refresh_from_db()
    assert approval.checker is None


def test_who_gains_by_it_does_not_approve_it(
    store: Store, maker: User, checker: User
) -> None:
    approval = stores_services.request_approval(
        act=ACT,
        maker=maker,
        store=store,
        amount=1,
        reason="own lunch",
        beneficiary=checker,
        at=NOON,
    )

    with pytest.raises(CheckerRefused):
        give(approval, checker)
    with pytest.raises(BeneficiaryRefused):
        stores_services.request_approval(
            act=ACT,
            maker=maker,
            store=store,
            amount=1,
            reason="own lunch",
            beneficiary=maker,
            at=NOON,
        )

    assert Approval.objects.get().checker is None


def test_the_second_person_proves_it_with_few_tries(
    store: Store, maker: User, checker: User
) -> None:
    approval = ask(maker, store)

    for _ in range(5):
        with pytest.raises(DomainError):
            give(approval, checker, "135790")
    with pytest.raises(DomainError):
        give(approval, checker)  # right, and too late

    approval.refresh_from_db()
    assert approval.checker is None
    tries = ProofTries.objects.get(account=checker, maker=maker)
    assert tries.locked_until == SOON + timedelta(minutes=15)


def test_a_wrong_pin_approves_nothing(store: Store, maker: User, checker: User) -> None:
    approval = ask(maker, store)

    with pytest.raises(ProofRefused):
        give(approval, checker, "135790")

    approval.refresh_from_db()
    assert approval.approved_at is None


def test_an_approval_is_given_once(store: Store, maker: User, checker: User) -> None:
    approval = ask(maker, store)
    give(approval, checker)

    with pytest.raises(AlreadyApproved):
        give(approval, UserFactory.holding("head-office"))

    approval.refresh_from_db()
    assert approval.checker == checker


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"amount": -1}, AmountOutOfRange),
        ({"amount": 10**16}, AmountOutOfRange),
        ({"reason": " \t"}, ReasonMissing),
        ({"act": "stores.add_store"}, NotAllowed),
    ],
)
def test_what_makes_no_sense_is_not_asked(
    store: Store, maker: User, facts: dict[str, object], refusal: type[DomainError]
) -> None:
    what = {"act": ACT, "amount": 1, "reason": "why", **facts}

    with pytest.raises(refusal):
        stores_services.request_approval(maker=maker, store=store, at=NOON, **what)  # type: ignore[arg-type]  # facts vary

    assert not Approval.objects.exists()


def spend(shift: Shift, staff: User, amount: int, **how: Any) -> None:
    at_till = {"shift_id": shift.pk, "store_id": shift.store_id}
    alone(staff, amount, at_till, **how)


def alone(
    staff: User, amount: int, place: dict[str, Any], *, act: str = ACT, **how: Any
) -> None:
    with transaction.atomic():
        stores_services.use_limit(
            by=an_act(staff_id=staff.pk, **place),
            act=act,
            amount=amount,
            at=SOON,
            subject="account:7",
            **how,
        )


def test_one_act_stays_within_its_limit(shift: Shift, maker: User) -> None:
    spend(shift, maker, 100_00)

    with pytest.raises(ApprovalNeeded) as refused:
        spend(shift, maker, 100_01)

    assert refused.value.facts["allowed"] == 100_00
    assert ShiftUse.objects.get().used == 100_00


def test_many_small_acts_add_up_over_the_shift(shift: Shift, maker: User) -> None:
    for _ in range(3):
        spend(shift, maker, 99_00)

    with pytest.raises(ApprovalNeeded) as refused:
        spend(shift, maker, 4_00)
    spend(shift, maker, 3_00)

    assert refused.value.facts["allowed"] == 3_00
    assert ShiftUse.objects.get().used == 300_00


def test_each_shift_and_each_person_has_their_own_sum(
    shift: Shift, maker: User, store: Store
) -> None:
    for _ in range(3):
        spend(shift, maker, 100_00)

    spend(shift, UserFactory.holding("shift-lead", store=store), 100_00)
    spend(ShiftFactory.create(till=TillFactory.create(store=store)), maker, 100_00)

    assert sorted(ShiftUse.objects.values_list("used", flat=True)) == [
        100_00,
        100_00,
        300_00,
    ]


def test_an_approved_act_uses_up_its_approval_and_no_limit(
    shift: Shift, maker: User, checker: User, store: Store
) -> None:
    approval = ask(maker, store)
    give(approval, checker)

    spend(shift, maker, 500_00, approval=approval)
    with pytest.raises(ApprovalNotUsable):
        spend(shift, maker, 500_00, approval=approval)

    assert not ShiftUse.objects.exists()


def test_a_limit_is_nothing_to_those_who_may_not(shift: Shift, store: Store) -> None:
    cashier = UserFactory.holding("cashier", store=store)

    with pytest.raises(NotAllowed):
        spend(shift, cashier, 1)
    with pytest.raises(AmountOutOfRange):
        spend(shift, cashier, -1)

    assert not ShiftUse.objects.exists()


def test_who_has_a_limit_of_nothing_does_not_even_the_least_alone(
    shift: Shift, maker: User
) -> None:
    RoleLimit.objects.filter(act=ACT).update(per_act=0, per_shift=0)

    for amount in (0, 1):
        with pytest.raises(ApprovalNeeded):
            spend(shift, maker, amount)

    assert not ShiftUse.objects.exists()


def test_without_a_limit_nothing_is_counted(shift: Shift) -> None:
    office = UserFactory.holding("head-office")

    spend(shift, office, 10**15)

    assert not ShiftUse.objects.exists()


def test_without_a_shift_the_sum_is_that_of_the_day_at_the_store(
    shift: Shift, maker: User, store: Store
) -> None:
    desk: dict[str, Any] = {"store_id": store.pk}
    for _ in range(3):
        alone(maker, 99_00, desk)

    with pytest.raises(ApprovalNeeded) as refused:
        alone(maker, 4_00, desk)
    with pytest.raises(ApprovalNeeded):
        alone(maker, 100_01, {**desk, "business_date": date(2026, 11, 21)})
    alone(maker, 100_00, {**desk, "business_date": date(2026, 11, 21)})
    spend(shift, maker, 100_00)

    assert refused.value.facts["allowed"] == 3_00
    assert sorted(ShiftUse.objects.values_list("used", flat=True)) == [
        100_00,
        100_00,
        297_00,
    ]


def test_at_no_store_only_what_is_given_everywhere_counts(maker: User) -> None:
    with pytest.raises(NotAllowed):
        alone(maker, 1, {})
    assert not ShiftUse.objects.exists()

    everywhere = UserFactory.holding("shift-lead")
    for _ in range(3):
        alone(everywhere, 100_00, {})
    with pytest.raises(ApprovalNeeded):
        alone(everywhere, 1, {})
    assert ShiftUse.objects.get().used == 300_00


def test_great_amounts_are_counted_whole(shift: Shift, maker: User) -> None:
    great = 10**10
    RoleLimit.objects.filter(role__code="shift-lead", act=ACT).update(
        per_act=great, per_shift=great
    )

    spend(shift, maker, great)

    assert ShiftUse.objects.get().used == great
    with pytest.raises(ApprovalNeeded):
        spend(shift, maker, 1)


def test_a_program_answers_for_itself(store: Store) -> None:
    stores_services.use_limit(
        by=an_act(actor="key:1", store_id=store.pk), act=ACT, amount=10**12, at=SOON
    )

    assert not ShiftUse.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"shift": None, "business_date": None},
        {"shift": None, "business_date": None, "store": True},
        {"business_date": date(2026, 11, 20)},
        {"store": True},
    ],
)
def test_the_database_keeps_a_sum_over_a_shift_or_a_day(
    shift: Shift, maker: User, facts: dict[str, Any]
) -> None:
    if facts.get("store"):
        facts = {**facts, "store": shift.store}
    with pytest.raises(IntegrityError, match="shift_or_day"), transaction.atomic():
        ShiftUse.objects.create(**{"shift": shift, "staff": maker, "act": ACT, **facts})


def test_the_database_keeps_one_sum_a_day(maker: User, store: Store) -> None:
    for at in (store, None):
        day = {"store": at, "business_date": date(2026, 11, 20)}
        ShiftUse.objects.create(staff=maker, act=ACT, **day)
        with pytest.raises(IntegrityError, match="once_per_day"), transaction.atomic():
            ShiftUse.objects.create(staff=maker, act=ACT, **day)


def test_nothing_hides_in_a_reason(store: Store, maker: User) -> None:
    for hidden in ("\u200b", "\u202e", "\x01"):
        with pytest.raises(InvisibleText):
            ask(maker, store, reason=f"spilt{hidden}soup")
    assert not Approval.objects.exists()


def test_the_log_keeps_no_reason_in_which_something_hides(maker: User) -> None:
    """The last word for all acts: what they tell the log is read there."""
    doing = stores_services.act(staff=maker, at=NOON)
    for fact in ("reason", "note", "reference"):
        with pytest.raises(InvisibleText):
            stores_services.record_act(
                name="x", by=doing, at=NOON, facts={fact: "a\u200bb"}
            )
    assert not AuditEvent.objects.exists()
