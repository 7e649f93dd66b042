"""Many tills at once, each on its own connection: nothing is lost or doubled."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line, Posted
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    fund,
    guarded,
    holding,
    house,
    lots,
    spend,
    yuan,
)
from tests.ledger.racing import (
    RUNNERS,
    answers,
    beside,
    one_in_the_other,
    race,
    refusals,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _the_books_are_proven_afterwards() -> Iterator[None]:
    house(AccountKind.SALES, slot="")  # opened before the races, as in a shop
    house()
    yield
    assert ledger_services.prove_books().differences == ()


def counted(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_a_hundred_pays_for_sixty_once() -> None:
    account = holding(100)

    outcomes = race(lambda _: spend(account, 60))

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {
        errors.InsufficientFunds
    }
    assert balance(account) == 40


def test_a_hundred_pays_for_ten_ten_times() -> None:
    account = holding(100)

    outcomes = race(lambda _: spend(account, 10), runners=20)

    after = [posted.debits_after[0] for posted in answers(outcomes)]
    assert set(after) == set(range(0, 100, 10))
    assert {refusal.short_by for refusal in refusals(outcomes)} == {10}  # type: ignore[attr-defined]  # all are InsufficientFunds, or this fails
    assert balance(account) == 0


def test_no_top_up_is_lost() -> None:
    account = holding(100)

    outcomes = race(lambda _: fund(account, 10))

    assert len(answers(outcomes)) == RUNNERS
    assert balance(account) == 100 + 10 * RUNNERS
    assert lots(account) == [100] + [10] * RUNNERS


def test_one_key_sent_twenty_times_is_one_effect_and_one_answer() -> None:
    account = holding(100)

    outcomes = race(lambda _: spend(account, 10, key="impatient"))

    posted = answers(outcomes)
    assert len(posted) == RUNNERS
    assert len({answer.entry_id for answer in posted}) == 1
    assert {answer.debits_after for answer in posted} == {(90,)}
    assert [answer.replayed for answer in posted].count(False) == 1
    assert balance(account) == 90


def test_one_key_for_two_requests_is_one_effect_and_a_refusal() -> None:
    account = holding(100)

    outcomes = race(lambda number: spend(account, 10 + number % 2, key="mixed"))

    assert len({answer.entry_id for answer in answers(outcomes)}) == 1
    assert len(answers(outcomes)) == RUNNERS / 2
    assert {type(refusal) for refusal in refusals(outcomes)} == {
        errors.IdempotencyConflict
    }
    assert balance(account) in {89, 90}


def test_opposing_transfers_never_deadlock() -> None:
    accounts = [holding(10_000) for _ in range(4)]

    def move_round(number: int) -> int:
        for turn in range(15):
            giver = accounts[(number + turn) % 4]
            taker = accounts[(number * 3 + turn + 1) % 4]
            third = accounts[(number + turn + 2) % 4]
            lines = [
                Line(debit_id=one, credit_id=other, amount=1)
                for one, other in ((giver, taker), (third, giver))
                if one != other
            ]
            ledger_services.post_entry(
                kind=EntryKind.TRANSFER,
                key=f"round:{number}:{turn}",
                at=NOON,
                act=an_act(),
                lines=lines,
            )
        return 15

    outcomes = race(move_round)

    assert refusals(outcomes) == []
    assert sum(balance(account) for account in accounts) == 40_000
    assert counted("SELECT count(*) FROM ledger_entry WHERE kind = 'transfer'") == (
        15 * RUNNERS
    )


@pytest.mark.parametrize("is_spent_first", [True, False], ids=["spend", "expiry"])
def test_the_last_second_belongs_to_the_spend_or_to_expiry_never_to_both(
    *, is_spent_first: bool
) -> None:
    account = holding(100, expires_at=NOON)

    def pay() -> object:
        return spend(account, 70, at=NOON - timedelta(microseconds=1))

    def sweep() -> int:
        expired = ledger_services.expire_lots(
            at=NOON, business_date=TODAY, request_id="sweep"
        )
        return expired.amount

    if is_spent_first:
        _paid, expired = one_in_the_other(pay, sweep)
        assert expired == 0  # a till holds it: it is left for the next run
    else:
        expired, refusal = one_in_the_other(sweep, pay)
        assert expired == 100
        assert isinstance(refusal, errors.InsufficientFunds)

    assert sweep() == (30 if is_spent_first else 0)
    assert balance(account) == 0


def test_an_entry_is_taken_back_once() -> None:
    account = holding(100)
    sale = spend(account, 80)

    outcomes = race(
        lambda number: ledger_services.reverse_entry(
            entry_id=sale.entry_id, key=f"back:{number}", at=NOON, act=an_act()
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(refusal) for refusal in refusals(outcomes)} == {errors.OverReversal}
    assert balance(account) == 100


def test_parts_taken_back_never_exceed_the_whole() -> None:
    account = holding(100)
    sale = spend(account, 90)

    outcomes = race(
        lambda number: ledger_services.reverse_entry(
            entry_id=sale.entry_id,
            key=f"part:{number}",
            at=NOON,
            act=an_act(),
            amounts={sale.posting_ids[0]: 20},
        )
    )

    assert len(answers(outcomes)) == 4
    assert {type(refusal) for refusal in refusals(outcomes)} == {errors.OverReversal}
    assert balance(account) == 90
    assert counted("SELECT reversed FROM ledger_reversed") == 80


def test_refund_and_spend_of_the_same_top_up_do_not_both_happen() -> None:
    account = guarded()
    top_up = fund(account, 100)

    def refund_or_spend(number: int) -> Posted:
        if number % 2:
            return spend(account, 100)
        return ledger_services.reverse_entry(
            entry_id=top_up.entry_id, key=f"refund:{number}", at=NOON, act=an_act()
        )

    outcomes = race(refund_or_spend)

    assert len(answers(outcomes)) == 1
    assert balance(account) == 0


def test_an_account_opened_twenty_times_is_one_account() -> None:
    wanted = HolderAccount(
        kind=AccountKind.POINTS, unit_id=yuan(), holder_kind="member", holder_id=7
    )

    outcomes = race(lambda _: ledger_services.open_account(wanted))

    assert len(set(answers(outcomes))) == 1
    assert len(answers(outcomes)) == RUNNERS


def test_the_same_accounts_asked_in_any_order_never_deadlock() -> None:
    wanted = [
        HolderAccount(
            kind=AccountKind.PRINCIPAL,
            unit_id=yuan(),
            holder_kind="member",
            holder_id=holder,
        )
        for holder in range(200)
    ]

    outcomes = race(
        lambda number: ledger_services.open_accounts(
            wanted if number % 2 else wanted[::-1]
        )
    )

    assert refusals(outcomes) == []
    assert len({account for ids in answers(outcomes) for account in ids}) == 200


@pytest.mark.parametrize("is_paid_first", [True, False], ids=["payment", "closing"])
def test_closing_and_paying_in_leave_no_money_in_a_closed_account(
    *, is_paid_first: bool
) -> None:
    account = guarded()

    def pay_in() -> object:
        return fund(account, 10)

    def close() -> None:
        ledger_services.set_account_status(account_id=account, status="closed")

    if is_paid_first:
        _paid, refusal = one_in_the_other(pay_in, close)
        assert isinstance(refusal, errors.AccountNotEmpty)
    else:
        _closed, refusal = one_in_the_other(close, pay_in)
        assert isinstance(refusal, errors.AccountClosed)

    assert balance(account) == (10 if is_paid_first else 0)


def test_every_entry_is_in_exactly_one_seal_however_many_write() -> None:
    account = holding(1_000)
    writing = threading.Event()
    writing.set()

    ledger_services.seal_day(day=TODAY, at=NOON)  # of more than one, whoever is quick

    def seal_often() -> None:
        while writing.is_set():
            ledger_services.seal_day(day=TODAY, at=NOON)

    def write(_number: int) -> None:
        for _ in range(15):
            spend(account, 1)

    with beside(seal_often), beside(seal_often):
        outcomes = race(write)
        writing.clear()
    ledger_services.seal_day(day=TODAY, at=NOON)

    assert refusals(outcomes) == []
    sealed = (
        "SELECT count(*) FROM ledger_entry e WHERE (SELECT count(*) FROM ledger_seal s"
        " WHERE e.seq BETWEEN s.first_seq AND s.last_seq) = 1"
    )
    assert counted(sealed) == 1 + 15 * RUNNERS
    assert counted("SELECT sum(entries) FROM ledger_seal") == (1 + 15 * RUNNERS)
    assert counted("SELECT count(*) FROM ledger_seal") > 1


def test_the_proof_holds_while_twenty_write() -> None:
    accounts = [holding(1_000, expires_at=NOON + timedelta(days=1)) for _ in range(5)]
    writing = threading.Event()
    writing.set()
    proofs: list[bool] = []

    def prove_often() -> None:
        """Once at the least while they write, who wait for it with their last turn."""
        while writing.is_set():
            proofs.append(ledger_services.prove_books().is_proven)

    def write(number: int) -> None:
        turns = 0
        while turns < 12 or (not proofs and turns < 300):
            sale = spend(accounts[(number + turns) % 5], 1)
            if turns % 3 == 0:
                ledger_services.reverse_entry(
                    entry_id=sale.entry_id,
                    key=f"back:{sale.entry_id}",
                    at=NOON,
                    act=an_act(),
                )
            if turns % 10 == 0:
                fund(accounts[number % 5], 10)
            if number == 0:
                ledger_services.seal_day(day=TODAY, at=NOON)
            turns += 1

    with beside(prove_often):
        outcomes = race(write)
        writing.clear()

    assert refusals(outcomes) == []
    assert proofs
    assert all(proofs)
