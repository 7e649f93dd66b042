"""What the database refuses, asked in plain SQL and around the ORM."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from stores import services as stores_services
from stores.models import Approval, AuditEvent, HandOver, Shift, ShiftCount, User
from stores.selectors import all_permissions
from stores.words import ACTS
from tests.factories.stores import (
    NOON,
    PIN,
    AssignmentFactory,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def logged() -> int:
    staff = UserFactory.create()
    doing = stores_services.act(staff=staff, at=NOON)
    return stores_services.record_act(name="tests.done", by=doing, at=NOON).pk


def counted() -> int:
    shift = ShiftFactory.create()
    count = ShiftCount.objects.create(
        shift=shift, tender="cash", counted=5, expected=7, difference=-2
    )
    return count.pk


def handed_over() -> int:
    shift = ShiftFactory.create()
    passed = HandOver.objects.create(
        shift=shift, given_by=shift.holder, taken_by=UserFactory.create(), at=NOON
    )
    return passed.pk


def closed_shift() -> int:
    shift = ShiftFactory.create()
    Shift.objects.filter(pk=shift.pk).update(
        closed_at=NOON + timedelta(hours=8), closed_by=shift.holder
    )
    return shift.pk


def asked(**facts: object) -> Approval:
    given = {
        "act": "ledger.adjust",
        "store": StoreFactory.create(),
        "maker": UserFactory.create(),
        "amount": 100,
        "reason": "spilt soup",
        "requested_at": NOON,
        **facts,
    }
    return Approval.objects.create(**given)


def used_approval() -> int:
    return asked(
        checker=UserFactory.create(), approved_at=NOON, used_at=NOON + timedelta(1)
    ).pk


ROWS_THAT_STAY: dict[str, tuple[Callable[[], int], str]] = {
    "stores_auditevent": (logged, "act = 'x'"),
    "stores_shiftcount": (counted, "counted = 8, difference = 1"),
    "stores_handover": (handed_over, "at = now()"),
    "stores_shift": (closed_shift, "closed_at = NULL, closed_by_id = NULL"),
    "stores_approval": (used_approval, "used_at = NULL"),
}


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("table", ROWS_THAT_STAY)
def test_rows_that_stay_are_neither_changed_nor_deleted(table: str, role: str) -> None:
    make, change = ROWS_THAT_STAY[table]
    pk = make()
    before = row(table, pk)
    sql(f"SET LOCAL session_replication_role = {role}")

    for statement in (
        f"UPDATE {table} SET {change} WHERE id = %s",
        f"DELETE FROM {table} WHERE id = %s",
    ):
        with pytest.raises(IntegrityError):
            sql(statement, pk)

    assert row(table, pk) == before


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("table", ROWS_THAT_STAY)
def test_tables_that_stay_are_not_emptied(table: str, role: str) -> None:
    make, _change = ROWS_THAT_STAY[table]
    pk = make()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(f"SET LOCAL session_replication_role = {role}")

    with pytest.raises(IntegrityError):
        sql(f"TRUNCATE {table} CASCADE")

    assert row(table, pk)


@pytest.mark.parametrize("table", ROWS_THAT_STAY)
def test_with_its_triggers_off_a_row_does_change(table: str) -> None:
    """Guard off: it is these triggers, and nothing else, that keep the rows."""
    make, change = ROWS_THAT_STAY[table]
    pk = make()
    before = row(table, pk)
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    sql(f"UPDATE {table} SET {change} WHERE id = %s", pk)

    assert row(table, pk) != before


def row(table: str, pk: int) -> tuple[object, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
        found: tuple[object, ...] | None = cursor.fetchone()
    return found


@pytest.mark.parametrize(
    "change",
    [
        "opening_float = 1",
        "till_id = till_id + 1",
        "opened_by_id = NULL",
        "opened_at = now()",
        "business_date = '2020-01-01'",
    ],
)
def test_the_opening_of_an_open_shift_is_not_rewritten(change: str) -> None:
    shift = ShiftFactory.create()

    with pytest.raises(IntegrityError):
        sql(f"UPDATE stores_shift SET {change} WHERE id = %s", shift.pk)

    shift.refresh_from_db()
    assert shift.opening_float == 500_00


@pytest.mark.parametrize(
    "change",
    [
        "amount = 1",
        "reason = 'x'",
        "maker_id = checker_id",
        "act = 'x'",
        "subject = 'x'",
    ],
)
def test_what_an_approval_was_asked_for_is_not_rewritten(change: str) -> None:
    approval = asked()

    with pytest.raises(IntegrityError):
        sql(f"UPDATE stores_approval SET {change} WHERE id = %s", approval.pk)

    approval.refresh_from_db()
    assert (approval.amount, approval.reason) == (100, "spilt soup")


def test_an_approval_once_given_is_not_given_by_another() -> None:
    approval = asked(checker=UserFactory.create(), approved_at=NOON)
    other = UserFactory.create()

    with pytest.raises(IntegrityError):
        sql(
            "UPDATE stores_approval SET checker_id = %s WHERE id = %s",
            other.pk,
            approval.pk,
        )

    approval.refresh_from_db()
    assert approval.checker_id != other.pk


def maker_checks(user: User) -> dict[str, object]:
    return {"maker": user, "checker": user, "approved_at": NOON}


def maker_gains(user: User) -> dict[str, object]:
    return {"maker": user, "beneficiary": user}


def own_card_of_another(user: User) -> dict[str, object]:
    return {"beneficiary": user, "is_own_card": True}


def checker_gains(user: User) -> dict[str, object]:
    return {"checker": user, "beneficiary": user, "approved_at": NOON}


def used_unapproved(_user: User) -> dict[str, object]:
    return {"used_at": NOON}


def approved_by_nobody(_user: User) -> dict[str, object]:
    return {"approved_at": NOON}


def negative(_user: User) -> dict[str, object]:
    return {"amount": -1}


FORBIDDEN = {
    "stores_approval_checker_is_not_maker": maker_checks,
    "stores_approval_maker_gains_only_as_told": maker_gains,
    "stores_approval_checker_gains_nothing": checker_gains,
    "stores_approval_used_once_approved": used_unapproved,
    "stores_approval_approved_by_someone": approved_by_nobody,
    "stores_approval_amount_not_negative": negative,
}


@pytest.mark.parametrize("constraint", FORBIDDEN)
def test_an_approval_that_must_not_be_is_refused(constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        asked(**FORBIDDEN[constraint](UserFactory.create()))

    assert not Approval.objects.exists()


def test_an_approval_at_ones_own_card_names_its_maker() -> None:
    user = UserFactory.create()
    rule = "stores_approval_maker_gains_only_as_told"
    for facts in (own_card_of_another(user), {"is_own_card": True}):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            asked(**facts)
    assert asked(maker=user, beneficiary=user, is_own_card=True).pk


@pytest.mark.parametrize("constraint", FORBIDDEN)
def test_without_its_constraint_the_same_approval_appears(constraint: str) -> None:
    """Guard off: the named constraint is what refuses."""
    facts = FORBIDDEN[constraint](UserFactory.create())
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    sql(f"ALTER TABLE stores_approval DROP CONSTRAINT {constraint}")

    assert asked(**facts).pk


def test_a_till_has_one_open_shift() -> None:
    shift = ShiftFactory.create()

    with (
        pytest.raises(IntegrityError, match="stores_shift_one_open_per_till"),
        transaction.atomic(),
    ):
        ShiftFactory.create(till=shift.till)

    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("DROP INDEX stores_shift_one_open_per_till")
    ShiftFactory.create(till=shift.till)
    assert Shift.objects.filter(till=shift.till, closed_at=None).count() == 2


def test_a_shifts_till_stands_in_its_store() -> None:
    till = TillFactory.create()

    with pytest.raises(IntegrityError, match="till_is_of_store"), transaction.atomic():
        ShiftFactory.create(till=till, store=StoreFactory.create())

    assert not Shift.objects.exists()


def test_nothing_is_counted_or_handed_over_after_the_close() -> None:
    pk = closed_shift()
    shift = Shift.objects.get(pk=pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftCount.objects.create(
            shift=shift, tender="cash", counted=1, expected=1, difference=0
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(
            shift=shift, given_by=shift.holder, taken_by=UserFactory.create(), at=NOON
        )

    assert not ShiftCount.objects.exists()
    assert not HandOver.objects.exists()


def test_a_count_adds_up() -> None:
    shift = ShiftFactory.create()

    with pytest.raises(IntegrityError, match="adds_up"), transaction.atomic():
        ShiftCount.objects.create(
            shift=shift, tender="cash", counted=5, expected=7, difference=0
        )

    assert not ShiftCount.objects.exists()


def test_a_role_is_given_once_though_no_store_is_named() -> None:
    given = AssignmentFactory.create(store=None)

    with pytest.raises(IntegrityError, match="given_once"), transaction.atomic():
        AssignmentFactory.create(user=given.user, role=given.role, store=None)

    assert given.user.assignments.count() == 1


def test_two_people_do_not_share_a_name_but_for_the_case() -> None:
    UserFactory.create(username="li.na")

    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory.create(username="Li.Na")

    assert User.objects.count() == 1


def test_the_log_keeps_no_pin() -> None:
    boss = UserFactory.create(is_superuser=True)

    stores_services.set_pin(user=boss, pin="905126", by=boss, at=NOON)

    event = AuditEvent.objects.get(act="stores.pin_set")
    assert "905126" not in str(event.__dict__)
    assert PIN not in str(event.__dict__)
    boss.refresh_from_db()
    assert "905126" not in boss.pin_hash
    assert boss.pin_hash.startswith("argon2")


def test_every_act_that_is_recorded_has_words() -> None:
    code = "".join(path.read_text() for path in Path("stores/services").glob("*.py"))
    recorded = set(re.findall(r"\"(stores\.\w+_\w+|stores\.approved)\"", code))
    permissions = set(all_permissions())

    assert len(recorded & ACTS.keys()) > 20
    assert recorded - permissions - ACTS.keys() == set()
