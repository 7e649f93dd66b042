"""Each guard taken out: the same attack that it stops must then succeed.

A race that passes proves nothing unless it fails without the guard. Where two guards
stand behind one another, the first is taken out alone (the second still refuses), then
both. A meeting in the altered function makes the fatal moment certain.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.models import Seal
from ledger.services import HolderAccount, Line, Posted
from tests import rendezvous
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
    points_unit,
    spend,
    yuan,
)
from tests.factories.stores import ShiftFactory, StoreFactory, UserFactory
from tests.ledger.racing import (
    altered,
    answers,
    execute,
    race,
    refusals,
    sqlstate,
    without_bound,
    without_constraints,
    without_trigger,
)
from tests.rendezvous import MEET

pytestmark = pytest.mark.django_db(transaction=True)

POST = "post_entry.sql"
EXPIRE = "expire_lots.sql"
ACCOUNT_LOCK = "\n       FOR NO KEY UPDATE  -- guard: accounts"
AFTER_LOCK = "  FOR i IN 1 .. cardinality(p_debits) LOOP"
PAUSE = (AFTER_LOCK, f"{MEET}\n{AFTER_LOCK}")
LOT_BOUNDS = ("ledger_lot_within_bounds", "ledger_lot_open_while_it_lasts")
NEVER_NEGATIVE = partial(
    without_bound, "ledger_balance", "ledger_balance_never_negative"
)
BOTH_WAYS = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "off"])


def is_proven() -> bool:
    return ledger_services.prove_books().is_proven


@contextmanager
def unless(guard: bool, *offs: object) -> Iterator[None]:  # noqa: FBT001 (the parameter of each test)
    """Take the guards out, in turn, unless this is the run in which they stand."""
    with ExitStack() as stack:
        for off in () if guard else offs:
            stack.enter_context(off)  # type: ignore[arg-type]  # context managers all
        yield


@pytest.fixture(autouse=True)
def _house_accounts_are_there() -> None:
    house(AccountKind.SALES, slot="")
    house()


def transfer(lines: list[Line], *, key: str) -> Posted:
    return ledger_services.post_entry(
        kind=EntryKind.TRANSFER, key=key, at=NOON, act=an_act(), lines=lines
    )


@BOTH_WAYS
def test_the_account_lock_keeps_spends_from_being_lost(guard: bool) -> None:  # noqa: FBT001
    account = holding(100)
    changes = [PAUSE] if guard else [PAUSE, (ACCOUNT_LOCK, "")]

    with altered(POST, *changes):
        outcomes = race(lambda _: spend(account, 10), runners=4)

    assert len(answers(outcomes)) == 4
    assert balance(account) == (60 if guard else 90)
    assert is_proven() is guard


def test_without_lock_and_bounds_a_hundred_pays_for_sixty_many_times() -> None:
    account = holding(100)
    update = "          UPDATE ledger_lot SET remaining = ledger_lot.remaining - v_take"
    pause = (update, f"{MEET}\n{update}")
    with altered(POST, pause, (ACCOUNT_LOCK, "")):
        outcomes = race(lambda _: spend(account, 60), runners=4)
        assert len(answers(outcomes)) == 1  # the lots' bounds still refuse the rest
        assert {type(refusal) for refusal in refusals(outcomes)} == {
            errors.InvalidEntry
        }

        other = holding(100)
        with NEVER_NEGATIVE(), without_constraints("ledger_lot", *LOT_BOUNDS):
            outcomes = race(lambda _: spend(other, 60), runners=4)
            assert len(answers(outcomes)) > 1
            assert not is_proven()


@BOTH_WAYS
def test_the_order_of_locks_keeps_opposing_transfers_from_deadlock(guard: bool) -> None:  # noqa: FBT001
    one, other = holding(100), holding(100)
    as_given = (
        "  FOR v_row IN\n    SELECT id, unit_id, balance",
        "  FOREACH v_need IN ARRAY p_debits || p_credits LOOP\n"
        "    PERFORM FROM ledger_account WHERE id = v_need FOR NO KEY UPDATE;\n"
        f"    {MEET}\n"
        "  END LOOP;\n"
        "  FOR v_row IN\n    SELECT id, unit_id, balance",
    )

    with altered(POST, PAUSE if guard else as_given):
        outcomes = race(
            lambda number: transfer(
                [
                    Line(debit_id=one, credit_id=other, amount=1)
                    if number
                    else Line(debit_id=other, credit_id=one, amount=1)
                ],
                key=f"opposing:{number}",
            ),
            runners=2,
        )

    deadlocks = [sqlstate(refusal) for refusal in refusals(outcomes)]
    assert deadlocks == ([] if guard else ["40P01"])


@BOTH_WAYS
@pytest.mark.parametrize("of", ["holders", "units"])
def test_the_order_of_opening_keeps_openings_from_deadlock(
    guard: bool,  # noqa: FBT001
    of: str,
) -> None:
    if of == "holders":
        unit = yuan()
        wanted = [
            HolderAccount(
                kind=AccountKind.BONUS,
                unit_id=unit,
                holder_kind="member",
                holder_id=holder,
            )
            for holder in (1, 2)
        ]
    else:
        wanted = [
            HolderAccount(kind=AccountKind.GRANTED, unit_id=unit, holder_kind="shop")
            for unit in (points_unit(), points_unit("growth"))
        ]
    slowly = (
        "a.slot, 'open', 0\n",
        "a.slot, 'open', racing.meet()\n",
    )
    as_asked = [
        ("  SELECT DISTINCT a.kind", "  SELECT a.kind"),
        (
            "  ORDER BY 5, 6, 1, 2, 7  -- guard: one order, so that two who open the"
            " same do not deadlock\n",
            "",
        ),
    ]

    with altered("accounts.sql", slowly, *([] if guard else as_asked)):
        outcomes = race(
            lambda number: ledger_services.open_accounts(
                wanted if number else wanted[::-1]
            ),
            runners=2,
        )

    deadlocks = [sqlstate(refusal) for refusal in refusals(outcomes)]
    assert deadlocks == ([] if guard else ["40P01"])


@BOTH_WAYS
def test_the_key_makes_many_sends_one_effect(guard: bool) -> None:  # noqa: FBT001
    account = holding(100)
    off = (
        without_constraints("ledger_entry", "ledger_entry_key_key"),
        altered(POST, ("  ON CONFLICT (key) DO NOTHING\n", "")),
    )

    with unless(guard, *off):
        outcomes = race(lambda _: spend(account, 10, key="impatient"), runners=5)
        assert refusals(outcomes) == []
        assert balance(account) == (90 if guard else 50)


@BOTH_WAYS
def test_the_fingerprint_keeps_one_answer_from_standing_for_another(
    guard: bool,  # noqa: FBT001
) -> None:
    account = holding(100)
    spend(account, 60, key="once")
    off = altered(
        POST,
        ("v_first.fingerprint IS DISTINCT FROM p_fingerprint", "v_first.id IS NULL"),
    )

    with unless(guard, off):
        if guard:
            with pytest.raises(errors.IdempotencyConflict):
                spend(account, 10, key="once")
        else:
            assert spend(account, 10, key="once").debits_after == (40,)


def test_an_entry_is_taken_back_once_by_its_lock_then_by_its_cap() -> None:
    def a_sale() -> Posted:  # for cash: no lots stand behind these two guards
        sales = house(AccountKind.SALES, slot="")
        line = Line(debit_id=house(), credit_id=sales, amount=50)
        return transfer([line], key=f"cash:{time.monotonic_ns()}")

    def take_back(sale: Posted) -> list[Posted | Exception]:
        return race(
            lambda number: ledger_services.reverse_entry(
                entry_id=sale.entry_id,
                key=f"back:{sale.entry_id}:{number}",
                at=NOON,
                act=an_act(),
            ),
            runners=4,
        )

    pause = (
        "      INSERT INTO ledger_reversed AS r",
        f"      {MEET}\n      INSERT INTO ledger_reversed AS r",
    )
    lock = (" FOR NO KEY UPDATE;  -- guard: reversed entry", ";")
    cap = "ledger_reversed_never_beyond_the_posting"
    with altered(POST, pause):
        outcomes = take_back(a_sale())
        assert len(answers(outcomes)) == 1
        assert {type(found) for found in refusals(outcomes)} == {errors.OverReversal}
        with without_constraints("ledger_reversed", cap):
            assert len(answers(take_back(a_sale()))) == 1  # the lock is enough
    with altered(POST, pause, lock):
        outcomes = take_back(a_sale())
        assert len(answers(outcomes)) == 1  # the cap is enough
        assert {type(found) for found in refusals(outcomes)} == {errors.InvalidEntry}
        with without_constraints("ledger_reversed", cap):
            assert len(answers(take_back(a_sale()))) == 4
            assert not is_proven()


def test_a_part_beyond_what_is_left_is_stopped_by_the_function_then_by_the_cap() -> (
    None
):
    sales = house(AccountKind.SALES, slot="")

    def take_too_much(key: str) -> Posted:
        line = Line(debit_id=house(), credit_id=sales, amount=50)
        sale = transfer([line], key=f"sale:{key}")
        return ledger_services.reverse_entry(
            entry_id=sale.entry_id,
            key=key,
            at=NOON,
            act=an_act(),
            amounts={sale.posting_ids[0]: 60},
        )

    with pytest.raises(errors.OverReversal):
        take_too_much("stopped by the function")
    with altered(POST, ("v_take < 0 OR v_take > v_row.left_over", "false")):
        with pytest.raises(errors.InvalidEntry):
            take_too_much("stopped by the cap")
        cap = "ledger_reversed_never_beyond_the_posting"
        with without_constraints("ledger_reversed", cap):
            house(AccountKind.SALES, slot="")
            take_too_much("not stopped")
            assert not is_proven()


@BOTH_WAYS
def test_the_lock_of_expiry_keeps_what_was_spent_from_expiring_too(guard: bool) -> None:  # noqa: FBT001
    account = guarded()
    fund(account, 500)
    fund(account, 100, expires_at=NOON)
    slowly = (
        "    SELECT l.id, l.account_id, l.remaining FROM ledger_lot l\n",
        "    SELECT l.id, l.account_id, l.remaining FROM racing.meet(), ledger_lot l\n",
    )
    lock = ("       FOR NO KEY UPDATE SKIP LOCKED  -- guard: accounts\n", "")

    def sweep() -> None:
        ledger_services.expire_lots(at=NOON, business_date=TODAY, request_id="sweep")

    def spend_meanwhile() -> None:
        rendezvous.see_somebody()  # who sweeps sees what is due, and has not taken it
        spend(account, 60, at=NOON - timedelta(microseconds=1))

    with altered(EXPIRE, slowly, *([] if guard else [lock])):
        outcomes = race(lambda n: spend_meanwhile() if n else sweep(), runners=2)
    assert outcomes == [None, None]

    assert balance(account) == 440
    assert sum(lots(account)) == (440 if guard else 500)
    assert is_proven() is guard


@BOTH_WAYS
def test_the_wait_for_writers_keeps_every_entry_in_a_seal(guard: bool) -> None:  # noqa: FBT001
    account, other = holding(100), holding(100)
    off = altered(
        "last_written.sql",
        ("  LOCK TABLE ledger_entry IN SHARE MODE;  -- guard: writers\n", ""),
    )

    def write_slowly() -> None:
        with transaction.atomic():
            spend(account, 10)  # takes its number now, is seen only later
            rendezvous.meet()

    def write_and_seal() -> Seal | None:
        rendezvous.see_somebody()
        spend(other, 10)
        return ledger_services.seal_day(day=TODAY, at=NOON)

    with unless(guard, off):
        _written, seal = race(
            lambda n: write_and_seal() if n else write_slowly(), runners=2
        )

    assert isinstance(seal, Seal)
    assert seal.entries == (4 if guard else 3)
    assert is_proven() is guard


def test_a_balance_stays_above_zero_by_the_function_then_by_the_constraint() -> None:
    # Lots refuse as well: switched off here, to see the balance by itself.
    no_lots = (
        "        IF v_need > 0 THEN\n          RAISE EXCEPTION 'insufficient funds'",
        "        IF false THEN\n          RAISE EXCEPTION 'insufficient funds'",
    )
    no_check = ("      IF v_balances[v_place] < 0 THEN", "      IF false THEN")
    account = holding(100)
    with altered(POST, no_lots), pytest.raises(errors.InsufficientFunds):
        spend(account, 130)
    with altered(POST, no_lots, no_check):
        with pytest.raises(errors.InvalidEntry) as refusal:
            spend(account, 130)
        assert refusal.value.facts == {"rule": "ledger_balance_never_negative"}
        with NEVER_NEGATIVE():
            spend(account, 130)
            assert balance(account) == -30


def test_a_closed_account_takes_nothing_by_the_function_then_by_the_trigger() -> None:
    account, cash = guarded(), house()
    through = [
        Line(debit_id=cash, credit_id=account, amount=10),
        Line(debit_id=account, credit_id=cash, amount=10),
    ]
    ledger_services.set_account_status(account_id=account, status="closed")

    with pytest.raises(errors.AccountClosed) as refusal:
        transfer(through, key="refused by the function")
    assert refusal.value.facts == {"account": account}
    with altered(POST, ("v_statuses[v_place] = 'closed'", "false")):
        with pytest.raises(errors.AccountClosed):
            transfer(through, key="refused by the trigger")
        with without_trigger("ledger_posting", "ledger_posting_open_accounts"):
            assert transfer(through, key="not refused").credits_after == (10, None)


@BOTH_WAYS
def test_a_frozen_account_gives_nothing_by_the_function(guard: bool) -> None:  # noqa: FBT001
    account = holding(100)
    ledger_services.set_account_status(account_id=account, status="frozen")

    with unless(guard, altered(POST, ("v_statuses[v_place] = 'frozen'", "false"))):
        if guard:
            with pytest.raises(errors.AccountFrozen):
                spend(account, 10)
        else:
            spend(account, 10)
    assert balance(account) == (100 if guard else 90)


@BOTH_WAYS
def test_nothing_lands_in_a_shift_that_was_counted(guard: bool) -> None:  # noqa: FBT001
    account = holding(100)
    shift = ShiftFactory.create()
    shift.closed_by, shift.closed_at = shift.holder, NOON
    shift.save(update_fields=["closed_by", "closed_at"])
    lock = " AND closed_at IS NULL FOR KEY SHARE;  -- guard: shift"

    with unless(guard, altered(POST, (lock, ";"))):
        if guard:
            with pytest.raises(errors.ShiftNotOpen):
                spend(account, 10, act=an_act(shift_id=shift.pk))
        else:
            spend(account, 10, act=an_act(shift_id=shift.pk))
    assert balance(account) == (100 if guard else 90)


@BOTH_WAYS
def test_the_composite_key_keeps_money_from_becoming_points(guard: bool) -> None:  # noqa: FBT001
    money, points = holding(100), guarded(AccountKind.POINTS, unit_id=points_unit())
    line = Line(debit_id=money, credit_id=points, amount=40)
    off = without_constraints("ledger_posting", "ledger_posting_credit_unit")

    with unless(guard, off):
        if guard:
            with pytest.raises(errors.UnitMismatch):
                transfer([line], key="mixed")
        else:
            transfer([line], key="mixed")
        assert balance(points) == (0 if guard else 40)
        assert is_proven() is guard


@BOTH_WAYS
def test_the_day_of_a_lot_keeps_it_from_being_spent_after(guard: bool) -> None:  # noqa: FBT001
    account = holding(100, expires_at=NOON)
    off = altered(POST, ("(expires_at IS NULL OR expires_at > p_at) AND ", ""))

    with unless(guard, off):
        if guard:
            with pytest.raises(errors.InsufficientFunds):
                spend(account, 10, at=NOON)
        else:
            spend(account, 10, at=NOON)
    assert balance(account) == (100 if guard else 90)


@BOTH_WAYS
def test_nobody_is_their_own_second_person(guard: bool) -> None:  # noqa: FBT001
    account = holding(100)
    person = UserFactory.create().pk
    act = an_act(
        actor=f"staff:{person}",
        staff_id=person,
        approver_id=person,
        store_id=StoreFactory.create().pk,
    )
    off = without_trigger("ledger_entry", "ledger_entry_facts")

    with unless(guard, off):
        if guard:
            with pytest.raises(errors.InvalidEntry):
                spend(account, 10, act=act)
        else:
            spend(account, 10, act=act)
        assert balance(account) == (100 if guard else 90)


@BOTH_WAYS
def test_one_holder_has_one_account_of_a_kind(guard: bool) -> None:  # noqa: FBT001
    wanted = HolderAccount(
        kind=AccountKind.POINTS, unit_id=yuan(), holder_kind="member", holder_id=7
    )
    off = (
        without_constraints("ledger_account", "ledger_account_one_per_holder"),
        altered(
            "accounts.sql",
            (
                "  ON CONFLICT (holder_kind, holder_id, kind, unit_id, slot)"
                " DO NOTHING;\n",
                ";\n",
            ),
            ("  WHERE NOT EXISTS (", "  WHERE true OR NOT EXISTS ("),
        ),
    )

    with unless(guard, *off):
        race(lambda _: ledger_services.open_account(wanted), runners=4)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_account WHERE holder_id = 7")
            assert cursor.fetchone()[0] == (1 if guard else 4)


@BOTH_WAYS
def test_history_is_not_rewritten(guard: bool) -> None:  # noqa: FBT001
    holding(100)
    ledger_services.seal_day(day=TODAY, at=NOON)
    off = without_trigger("ledger_entry", "ledger_entry_append_only")
    rewrite = "UPDATE ledger_entry SET memo = 'as if it had always been so'"

    with unless(guard, off):
        if guard:
            with pytest.raises(Exception, match="append-only"):
                execute(rewrite)
        else:
            execute(rewrite)
    assert is_proven() is guard  # and what got past the trigger, the chain tells


def test_every_function_is_whole_again() -> None:
    """No altered function outlives its test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proname LIKE 'ledger\\_%'"
            " AND prosrc LIKE '%racing.%'"
        )
        assert cursor.fetchone()[0] == 0
    assert is_proven()
