"""Posting: what comes in, what goes out, and what is refused."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line
from stores.models import Shift
from tests.factories.ledger import (
    NOON,
    an_act,
    balance,
    everything,
    fund,
    guarded,
    holding,
    house,
    lots,
    points_unit,
    spend,
)
from tests.factories.stores import ShiftFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_spend_takes_the_lot_that_expires_first_then_the_oldest() -> None:
    account = guarded()
    fund(account, 100)
    fund(account, 50, expires_at=NOON + timedelta(days=9))
    fund(account, 70, expires_at=NOON + timedelta(days=3))

    spend(account, 100)

    assert lots(account) == [100, 20, 0]
    assert balance(account) == 120


def test_the_posting_keeps_the_balance_after_it() -> None:
    account = holding(300)

    posted = spend(account, 140)

    assert posted.debits_after == (160,)
    assert posted.credits_after == (None,)
    assert not posted.replayed


def test_more_than_is_held_is_refused_and_says_by_how_much() -> None:
    account = holding(100)
    before = everything()

    with pytest.raises(errors.InsufficientFunds) as refusal, transaction.atomic():
        spend(account, 130)

    assert refusal.value.short_by == 30
    assert refusal.value.account == account
    assert everything() == before


def test_what_has_expired_cannot_be_spent_from_that_very_second() -> None:
    account = holding(100, expires_at=NOON)
    before = everything()

    with pytest.raises(errors.InsufficientFunds) as refusal, transaction.atomic():
        spend(account, 100, at=NOON)
    assert refusal.value.short_by == 100
    assert everything() == before

    spend(account, 100, at=NOON - timedelta(microseconds=1))
    assert balance(account) == 0


def test_the_same_key_answers_what_it_did_the_first_time() -> None:
    account = holding(100)

    first = spend(account, 60, key="once")
    second = spend(account, 60, key="once")

    assert second.replayed
    assert second.entry_id == first.entry_id
    assert second.posting_ids == first.posting_ids
    assert second.debits_after == (40,)
    assert balance(account) == 40


def test_the_same_key_for_another_request_is_refused() -> None:
    account = holding(100)
    spend(account, 60, key="once")
    before = everything()

    with pytest.raises(errors.IdempotencyConflict), transaction.atomic():
        spend(account, 10, key="once")

    assert everything() == before


def test_value_never_moves_between_two_units() -> None:
    money, points = holding(100), guarded(AccountKind.POINTS, unit_id=points_unit())
    before = everything()

    with pytest.raises(errors.UnitMismatch), transaction.atomic():
        ledger_services.post_entry(
            kind=EntryKind.TRANSFER,
            key="mixed",
            at=NOON,
            act=an_act(),
            lines=[Line(debit_id=money, credit_id=points, amount=10)],
        )

    assert everything() == before


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 10**30])
def test_amounts_are_positive_and_bounded(amount: int) -> None:
    account = holding(100)
    before = everything()

    with pytest.raises(errors.InvalidAmount), transaction.atomic():
        spend(account, amount)

    assert everything() == before


def test_an_account_that_is_not_there_is_refused() -> None:
    before = everything()

    with pytest.raises(errors.UnknownAccount), transaction.atomic():
        spend(10**12, 5)

    assert everything() == before


def test_a_frozen_account_takes_in_but_gives_only_with_a_second_person() -> None:
    account = holding(100)
    ledger_services.set_account_status(account_id=account, status="frozen")
    fund(account, 20)
    before = everything()

    with pytest.raises(errors.AccountFrozen), transaction.atomic():
        spend(account, 10)

    assert everything() == before
    spend(account, 10, act=an_act(approver_id=UserFactory.create().pk))
    assert balance(account) == 110


def test_a_closed_account_takes_part_in_nothing_and_stays_closed() -> None:
    account = guarded()
    ledger_services.set_account_status(account_id=account, status="closed")
    before = everything()

    with pytest.raises(errors.AccountClosed), transaction.atomic():
        fund(account, 10)
    with pytest.raises(errors.AccountClosed), transaction.atomic():
        ledger_services.set_account_status(account_id=account, status="open")

    assert everything() == before


def test_an_account_that_holds_something_is_not_closed() -> None:
    account = holding(1)

    with pytest.raises(errors.AccountNotEmpty), transaction.atomic():
        ledger_services.set_account_status(account_id=account, status="closed")

    assert balance(account) == 1


def test_a_named_lot_is_the_only_one_taken_from() -> None:
    account = guarded()
    fund(account, 100)
    second = fund(account, 50)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_lot WHERE posting_id = %s", [second.posting_ids[0]]
        )
        lot_id = cursor.fetchone()[0]

    spend(account, 50, lot_id=lot_id)
    assert lots(account) == [100, 0]

    with pytest.raises(errors.InsufficientFunds), transaction.atomic():
        spend(account, 1, lot_id=lot_id)
    assert lots(account) == [100, 0]


def test_a_transfer_between_two_holders_makes_a_lot_at_the_other_end() -> None:
    giver, taker = holding(100), guarded()

    ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key="gift",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=giver, credit_id=taker, amount=30)],
    )

    assert (balance(giver), balance(taker)) == (70, 30)
    assert lots(taker) == [30]


def test_a_debt_grows_by_debit_and_is_paid_by_credit() -> None:
    debt = guarded(AccountKind.DEBT)
    sales = house(AccountKind.SALES, slot="")
    for key, lines in {
        "owe": [Line(debit_id=debt, credit_id=sales, amount=50)],
        "pay": [Line(debit_id=house(), credit_id=debt, amount=20)],
    }.items():
        ledger_services.post_entry(
            kind=EntryKind.ADJUSTMENT, key=key, at=NOON, act=an_act(), lines=lines
        )

    assert balance(debt) == 30
    assert lots(debt) == [30]


def test_posting_is_one_round_trip() -> None:
    account = holding(100)
    sales = house(AccountKind.SALES, slot="")

    with CaptureQueriesContext(connection) as queries:
        ledger_services.post_entry(
            kind=EntryKind.SALE,
            key="one trip",
            at=NOON,
            act=an_act(),
            lines=[Line(debit_id=account, credit_id=sales, amount=10)],
        )

    assert len(queries) == 1


def test_an_entry_without_lines_is_refused() -> None:
    before = everything()
    with pytest.raises(errors.InvalidEntry):
        ledger_services.post_entry(
            kind=EntryKind.SALE, key="empty", at=NOON, act=an_act(), lines=[]
        )
    assert everything() == before


def test_an_entry_never_lands_in_a_closed_shift() -> None:
    shift = ShiftFactory.create()
    act = an_act(
        actor=f"staff:{shift.holder_id}",
        staff_id=shift.holder_id,
        store_id=shift.store_id,
        till_id=shift.till_id,
        shift_id=shift.pk,
    )
    account = holding(100)
    spend(account, 10, act=act)
    close(shift)
    before = everything()

    with pytest.raises(errors.ShiftNotOpen), transaction.atomic():
        spend(account, 10, act=act)

    assert everything() == before


def close(shift: Shift) -> None:
    shift.closed_by, shift.closed_at = shift.holder, NOON
    shift.save(update_fields=["closed_by", "closed_at"])


def test_an_entry_cannot_name_one_person_and_mean_another() -> None:
    shift = ShiftFactory.create()
    account = holding(100)
    before = everything()

    with pytest.raises(errors.InvalidEntry) as refusal, transaction.atomic():
        spend(
            account,
            10,
            act=an_act(
                actor=f"staff:{shift.holder_id}9",
                staff_id=shift.holder_id,
                store_id=shift.store_id,
            ),
        )

    assert refusal.value.facts == {"rule": "ledger_entry_staff_are_named"}
    assert everything() == before


def test_a_unit_never_comes_to_mean_something_else() -> None:
    points_unit()
    with pytest.raises(errors.InvalidEntry):
        ledger_services.open_unit(code="points", kind="stamps", exponent=0)
