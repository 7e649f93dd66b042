"""Two at once, on real connections: one wins, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from common.errors import DomainError
from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line, post_entry
from stores import services as stores_services
from stores.models import Approval, HandOver, Shift, ShiftCount, ShiftUse
from tests import rendezvous
from tests.factories.ledger import an_act, house
from tests.factories.stores import (
    NOON,
    PIN,
    ShiftFactory,
    TillFactory,
    UserFactory,
)
from tests.ledger.racing import one_in_the_other, race
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def together(act: Callable[[int], object]) -> list[str]:
    """Run it in many threads at the same moment; what each was told."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> str:
        try:
            start.wait(PATIENCE)
            act(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


def test_a_till_is_opened_once() -> None:
    till = TillFactory.create()
    cashier = UserFactory.holding("cashier", store=till.store)

    told = together(
        lambda _number: stores_services.open_shift(
            till=till, staff=cashier, opening_float=0, at=NOON
        )
    )

    assert told == ["done"] + ["shift_already_open"] * (AT_ONCE - 1)
    assert Shift.objects.count() == 1


def test_a_shift_is_closed_once() -> None:
    shift = ShiftFactory.create()
    cashier = UserFactory.holding("cashier", store=shift.store)

    told = together(
        lambda number: stores_services.close_shift(
            shift=shift,
            counted={"cash": number},
            by=cashier,
            at=NOON + timedelta(hours=1),
        )
    )

    assert told == ["done"] + ["shift_is_closed"] * (AT_ONCE - 1)
    assert ShiftCount.objects.count() == 1


def test_of_many_who_pass_a_drawer_on_each_is_told_in_words() -> None:
    shift = ShiftFactory.create()
    lead = UserFactory.holding("shift-lead", store=shift.store)
    takers = [UserFactory.holding("cashier", store=shift.store) for _ in range(AT_ONCE)]

    told = together(
        lambda number: stores_services.hand_over(
            shift=shift, to=takers[number], secret=PIN, by=lead, at=NOON
        )
    )

    assert told == ["done"] * AT_ONCE
    last = HandOver.objects.order_by("-pk").values_list("taken_by", flat=True)
    assert Shift.objects.get().holder_id == last[0]


def test_an_approval_is_used_once() -> None:
    shift = ShiftFactory.create()
    maker = UserFactory.holding("shift-lead", store=shift.store)
    approval = Approval.objects.create(
        act="ledger.adjust",
        store=shift.store,
        maker=maker,
        amount=500_00,
        reason="spilt soup",
        requested_at=NOON,
        checker=UserFactory.create(),
        approved_at=NOON,
    )

    told = together(
        lambda _number: stores_services.use_limit(
            by=an_act(staff_id=maker.pk, store_id=shift.store_id, shift_id=shift.pk),
            act="ledger.adjust",
            amount=500_00,
            at=NOON,
            approval=approval,
        )
    )

    assert told == ["approval_not_usable"] * (AT_ONCE - 1) + ["done"]


@pytest.mark.parametrize("is_at_till", [True, False])
def test_a_limit_is_not_passed_by_acting_at_once(*, is_at_till: bool) -> None:
    shift = ShiftFactory.create()
    maker = UserFactory.holding("shift-lead", store=shift.store)
    by = an_act(
        staff_id=maker.pk,
        store_id=shift.store_id,
        shift_id=shift.pk if is_at_till else None,
    )

    told = together(
        lambda _number: stores_services.use_limit(
            by=by, act="ledger.adjust", amount=100_00, at=NOON
        )
    )

    assert told == ["approval_needed"] * (AT_ONCE - 3) + ["done"] * 3
    assert ShiftUse.objects.get().used == 300_00


def test_guesses_sent_at_once_are_counted_one_by_one() -> None:
    user, maker = UserFactory.create(), UserFactory.create()

    told = together(
        lambda number: stores_services.prove(
            user=user, secret=f"9{number}", by=maker, at=NOON
        )
    )

    assert told == ["proof_locked"] * (AT_ONCE - 4) + ["proof_refused"] * 4
    with pytest.raises(DomainError):
        stores_services.prove(user=user, secret=PIN, by=maker, at=NOON)


@pytest.mark.parametrize("is_sold_first", [True, False], ids=["sale", "close"])
def test_what_is_taken_while_a_shift_closes_is_counted_or_refused(
    monkeypatch: pytest.MonkeyPatch, *, is_sold_first: bool
) -> None:
    """No sale falls between the count and the close."""
    shift = ShiftFactory.create(opening_float=0)
    cashier = UserFactory.holding("cashier", store=shift.store)
    doing = stores_services.act(staff=cashier, shift=shift, at=NOON)
    line = Line(
        debit_id=house(AccountKind.TENDER, store_id=shift.store_id),
        credit_id=house(AccountKind.SALES, store_id=shift.store_id, slot=""),
        amount=7,
    )

    def sell() -> object:
        return post_entry(
            kind=EntryKind.SALE, key="sale", at=NOON, act=doing, lines=[line]
        )

    def close() -> object:
        return stores_services.close_shift(
            shift=shift,
            counted={"cash": 0},
            by=cashier,
            at=NOON + timedelta(hours=1),
        )

    def record_when_all_wait(**facts: Any) -> object:
        rendezvous.meet()
        return record_act(**facts)

    if is_sold_first:
        told = one_in_the_other(sell, close)
    else:  # a close is a transaction of its own: it waits before its last step
        shifts = import_module("stores.services.shifts")
        record_act = shifts.record_act
        monkeypatch.setattr(shifts, "record_act", record_when_all_wait)

        def work(number: int) -> object:
            if number == 0:
                return close()
            rendezvous.see_somebody()
            return sell()

        told = list(race(work, runners=2))

    codes = [one.code for one in told if isinstance(one, DomainError)]
    assert codes == ([] if is_sold_first else ["shift_not_open"])
    taken = ledger_selectors.tender_totals(shift_id=shift.pk).get("cash", 0)
    assert taken == (7 if is_sold_first else 0)
    assert ShiftCount.objects.get(tender="cash").expected == taken


def test_without_the_index_two_shifts_open() -> None:
    """Guard off: threads alone do not keep a till to one shift."""
    till = TillFactory.create()
    cashier = UserFactory.holding("cashier", store=till.store)
    index = "stores_shift_one_open_per_till"
    definition = one(f"SELECT pg_get_indexdef('{index}'::regclass)")
    run(f"DROP INDEX {index}")
    try:
        told = together(
            lambda _number: stores_services.open_shift(
                till=till, staff=cashier, opening_float=0, at=NOON
            )
        )
        assert told == ["done"] * AT_ONCE
    finally:
        Shift.objects.filter(till=till).update(
            closed_at=NOON + timedelta(hours=1), closed_by=cashier
        )
        run(definition)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def one(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return str(row[0])
