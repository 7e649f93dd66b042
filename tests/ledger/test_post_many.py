"""Many at once are what they would have been one by one, or nothing at all."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Draft, Line, many
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
from tests.factories.stores import ShiftFactory, StoreFactory, UserFactory
from tests.ledger.racing import altered, answers, race, refusals

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def draft(key: str, *lines: Line, **facts: Any) -> Draft:
    return Draft(
        **{
            "kind": EntryKind.GRANT,
            "key": key,
            "at": NOON,
            "act": an_act(request_id="many"),
            "lines": lines,
            **facts,
        }
    )


def gives(account_id: int, amount: int, **facts: Any) -> Line:
    return Line(debit_id=house(), credit_id=account_id, amount=amount, **facts)


def takes(account_id: int, amount: int, **facts: Any) -> Line:
    sales = house(AccountKind.SALES, slot="")
    return Line(debit_id=account_id, credit_id=sales, amount=amount, **facts)


def is_proven() -> bool:
    return ledger_services.prove_books().is_proven


def read(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def books() -> list[Any]:
    """Everything that the books say, without the numbers that they gave out."""
    return [
        read("SELECT id, balance FROM ledger_account ORDER BY id"),
        read(
            "SELECT key, kind, fingerprint, occurred_at, business_date, actor, memo"
            " FROM ledger_entry ORDER BY key"
        ),
        # Each account's own order, with the balance after each movement.
        *(
            read(
                f"SELECT p.{side}_id, e.key, p.amount, p.{side}_after"
                " FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id"
                f" JOIN ledger_account a ON a.id = p.{side}_id AND a.guarded"
                f" ORDER BY p.{side}_id, p.id"
            )
            for side in ("debit", "credit")
        ),
        read(
            "SELECT l.account_id, e.key, l.initial, l.remaining, l.is_open,"
            " l.expires_at FROM ledger_lot l JOIN ledger_posting p"
            " ON p.id = l.posting_id JOIN ledger_entry e ON e.id = p.entry_id"
            " ORDER BY l.account_id, l.id"
        ),
        read(
            "SELECT l.account_id, by.key, came.key, u.amount FROM ledger_lotuse u"
            " JOIN ledger_lot l ON l.id = u.lot_id"
            " JOIN ledger_posting pc ON pc.id = l.posting_id"
            " JOIN ledger_entry came ON came.id = pc.entry_id"
            " JOIN ledger_posting pb ON pb.id = u.posting_id"
            " JOIN ledger_entry by ON by.id = pb.entry_id ORDER BY 1, 2, 3, 4"
        ),
    ]


class Undone(Exception):
    """Thrown to leave no trace."""


def outcome(write: Callable[[], object]) -> tuple[type[Exception] | None, list[Any]]:
    """What was refused and what the books then said; afterwards nothing happened."""
    refused: type[Exception] | None = None
    found: list[Any] = []
    with suppress(Undone), transaction.atomic():
        try:
            with transaction.atomic():
                write()
        except errors.LedgerError as refusal:
            refused = type(refusal)
        found = books()
        raise Undone
    return refused, found


@pytest.fixture(autouse=True)
def _house_accounts_are_there() -> None:
    house(AccountKind.SALES, slot="")
    house()


class OneByOne(TestCase):
    """Any list of entries: the same books, whichever way they were written."""

    @given(
        acts=st.lists(
            st.tuples(
                st.integers(0, 9),  # the key: some come twice
                st.sampled_from(["give", "take", "move", "both", "house"]),
                st.integers(0, 2),
                st.integers(0, 2),
                st.integers(1, 60),
                st.sampled_from([None, -1, 0, 1, 30]),
            ),
            min_size=1,
            max_size=14,
        )
    )
    def test_it_is_as_if_they_came_alone(self, acts: list[tuple[Any, ...]]) -> None:
        held = [holding(40, expires_at=NOON + WEEK), holding(40), guarded()]
        drafts = []
        for key, act, one, other, amount, days in acts:
            until = None if days is None else NOON + timedelta(days=days)
            lines = {
                "give": [gives(held[one], amount, expires_at=until)],
                "take": [takes(held[one], amount)],
                "both": [
                    takes(held[one], amount),
                    gives(held[one], amount + 3, expires_at=until),
                ],
                "house": [Line(debit_id=house(), credit_id=house(slot="b"), amount=1)],
                "move": [
                    Line(
                        debit_id=held[one],
                        credit_id=held[(one + 1 + other % 2) % 3],
                        amount=amount,
                        expires_at=until,
                    )
                ],
            }[act]
            drafts.append(draft(f"k{key}", *lines))

        def alone() -> None:
            for one in drafts:
                ledger_services.post_entry(
                    kind=one.kind,
                    key=one.key,
                    at=one.at,
                    act=one.act,
                    lines=one.lines,
                )

        expected, one_by_one = outcome(alone)
        found, together = outcome(lambda: ledger_services.post_many(drafts=drafts))

        assert (found is None) == (expected is None)
        assert together == one_by_one
        if expected is None:
            posted = ledger_services.post_many(drafts=drafts)
            assert len(posted.entry_ids) == len(drafts)
            assert posted.replayed == len(drafts) - len({one.key for one in drafts})
            assert is_proven()


def test_the_answer_is_in_the_order_asked() -> None:
    one, two = holding(100), guarded()
    drafts = [
        draft("a", takes(one, 10)),
        draft("b", gives(two, 5)),
        draft("c", takes(one, 20)),
        draft("d", takes(one, 1), gives(one, 2)),
    ]

    posted = ledger_services.post_many(drafts=drafts)

    keys = dict(read("SELECT id, key FROM ledger_entry"))
    assert [keys[entry_id] for entry_id in posted.entry_ids] == ["a", "b", "c", "d"]
    assert (balance(one), balance(two)) == (71, 5)
    assert is_proven()


def test_the_first_to_expire_is_taken_first_and_the_rest_stays() -> None:
    account, other = guarded(), guarded()
    for amount, days in [(30, 9), (20, 3), (50, None), (40, 0)]:
        until = None if days is None else NOON + timedelta(days=days)
        fund(account, amount, expires_at=until)

    ledger_services.post_many(
        drafts=[draft("a", takes(account, 60)), draft("b", gives(other, 1))]
    )

    assert lots(account) == [0, 0, 40, 40]


def test_one_lot_can_be_named() -> None:
    account, other = holding(30), guarded()
    fund(account, 50)
    [(lot_id,)] = read(f"SELECT max(id) FROM ledger_lot WHERE account_id = {account}")

    ledger_services.post_many(
        drafts=[
            draft("a", takes(account, 40, lot_id=lot_id)),
            draft("b", gives(other, 1)),
        ]
    )

    assert lots(account) == [30, 10]


def test_sent_again_nothing_happens_again() -> None:
    drafts = [draft(f"k{number}", gives(guarded(), 7)) for number in range(20)]
    first = ledger_services.post_many(drafts=drafts[:12])
    before = everything()

    again = ledger_services.post_many(drafts=drafts[:12])
    assert everything() == before
    more = ledger_services.post_many(drafts=drafts)

    assert again.entry_ids == first.entry_ids
    assert (first.replayed, again.replayed, more.replayed) == (0, 12, 12)
    assert more.entry_ids[:12] == first.entry_ids
    assert is_proven()


def test_nothing_to_write_is_nothing() -> None:
    assert ledger_services.post_many(drafts=[]).entry_ids == ()


def test_a_key_of_another_request_refuses_all() -> None:
    one, two = guarded(), guarded()
    spend(holding(10), 3, key="taken")
    before = everything()

    with pytest.raises(errors.IdempotencyConflict):
        ledger_services.post_many(
            drafts=[draft("new", gives(one, 1)), draft("taken", gives(two, 1))]
        )

    assert everything() == before


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (lambda held: takes(held, 101), errors.InsufficientFunds),
        (lambda _held: gives(10**12, 1), errors.UnknownAccount),
        (lambda held: gives(held, 0), errors.InvalidAmount),
        (lambda held: gives(held, -5), errors.InvalidAmount),
        (lambda held: gives(held, 10**15 + 1), errors.InvalidAmount),
        (lambda held: gives(held, 10**30), errors.InvalidAmount),
        (
            lambda held: Line(
                debit_id=held,
                credit_id=house(AccountKind.GRANTED, unit_id=points_unit(), slot=""),
                amount=1,
            ),
            errors.UnitMismatch,
        ),
        (
            lambda held: Line(debit_id=held, credit_id=held, amount=1),
            errors.LedgerError,
        ),
    ],
)
def test_one_that_is_refused_refuses_all(
    wrong: Callable[[int], Line], refusal: type[Exception]
) -> None:
    held, other, third = holding(100), guarded(), guarded()
    line = wrong(held)
    before = everything()

    with pytest.raises(refusal):
        ledger_services.post_many(
            drafts=[
                draft("a", gives(other, 1)),
                draft("b", line),
                draft("c", gives(third, 1)),
            ]
        )

    assert everything() == before


def test_an_entry_of_nothing_is_refused() -> None:
    with pytest.raises(errors.InvalidEntry):
        ledger_services.post_many(drafts=[draft("a")])


def test_how_much_is_missing_is_told() -> None:
    held, other = holding(30), guarded()
    fund(held, 50, expires_at=NOON)

    with pytest.raises(errors.InsufficientFunds) as refused:
        ledger_services.post_many(
            drafts=[draft("a", takes(held, 45)), draft("b", gives(other, 1))]
        )

    assert (refused.value.account, refused.value.short_by) == (held, 15)


def test_what_is_frozen_is_not_taken_but_by_two() -> None:
    held, other = holding(30), guarded()
    ledger_services.set_account_status(account_id=held, status="frozen")
    before = everything()

    with pytest.raises(errors.AccountFrozen):
        ledger_services.post_many(
            drafts=[draft("a", takes(held, 1)), draft("b", gives(other, 1))]
        )

    assert everything() == before
    ledger_services.post_many(
        drafts=[draft("c", gives(held, 1)), draft("d", gives(other, 1))]
    )
    assert balance(held) == 31
    both = an_act(approver_id=UserFactory.create().pk)
    ledger_services.post_many(
        drafts=[draft("e", takes(held, 1), act=both), draft("f", gives(other, 1))]
    )
    assert balance(held) == 30


def test_what_is_closed_takes_no_part() -> None:
    held, other = guarded(), guarded()
    ledger_services.set_account_status(account_id=held, status="closed")
    before = everything()

    with pytest.raises(errors.AccountClosed):
        ledger_services.post_many(
            drafts=[draft("a", gives(held, 1)), draft("b", gives(other, 1))]
        )

    assert everything() == before


def test_a_closed_shift_takes_no_more() -> None:
    store = StoreFactory.create()
    shift = ShiftFactory.create(till__store=store)
    facts = {"store_id": store.pk, "shift_id": shift.pk, "till_id": shift.till_id}
    one, two = guarded(), guarded()
    drafts = [
        draft("a", gives(one, 1), act=an_act(**facts)),
        draft("b", gives(two, 1), act=an_act(**facts)),
    ]
    ledger_services.post_many(drafts=drafts)
    type(shift).objects.filter(pk=shift.pk).update(
        closed_by=shift.opened_by, closed_at=NOON
    )
    before = everything()

    assert ledger_services.post_many(drafts=drafts).replayed == 2
    late = [
        draft("c", gives(one, 1), act=an_act(**facts)),
        draft("d", gives(two, 1), act=an_act(**facts)),
    ]
    with pytest.raises(errors.ShiftNotOpen):
        ledger_services.post_many(drafts=late)

    assert everything() == before


def test_the_function_itself_refuses_what_is_no_batch() -> None:
    """Were the parting wrong, the database would still say no."""
    held = holding(100)
    before = everything()

    with pytest.raises(errors.InvalidEntry), transaction.atomic():
        many._post_batch([draft("a", takes(held, 60)), draft("b", takes(held, 60))])
    with pytest.raises(errors.IdempotencyConflict), transaction.atomic():
        many._post_batch([draft("a", gives(held, 6)), draft("a", gives(guarded(), 6))])

    assert balance(held) == 100
    assert [row for row in everything() if row[0] != "account"] == [
        row for row in before if row[0] != "account"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_spend_what_is_there_once() -> None:
    held, others = holding(100), [guarded() for _ in range(8)]
    house(AccountKind.SALES, slot="")

    outcomes = race(
        lambda number: ledger_services.post_many(
            drafts=[
                draft(f"a{number}", takes(held, 60)),
                draft(f"b{number}", gives(others[number], 1)),
            ]
        ),
        runners=8,
    )

    assert len(answers(outcomes)) == 1
    assert {type(one) for one in refusals(outcomes)} == {errors.InsufficientFunds}
    assert balance(held) == 40
    assert is_proven()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "off"])
def test_it_is_the_lock_that_keeps_balances_in_order(
    monkeypatch: pytest.MonkeyPatch,
    *,
    guard: bool,
) -> None:
    held, others = guarded(), [guarded() for _ in range(6)]
    house()
    lock = "FOR NO KEY UPDATE;  -- guard: accounts"
    # Within the statement that writes: all have read by the same balances.
    pause = "       WHERE NOT $9[l.place]"
    changes = [(pause, f"{pause} AND racing.meet() IS NOT NULL")]
    if not guard:
        changes.append((lock, ";"))
    # The doors above lock all that they touch first: here the function stands alone.
    monkeypatch.setattr(many, "lock_accounts", lambda ids: dict.fromkeys(ids, 0))
    monkeypatch.setattr(
        many, "_batches", lambda drafts, _guarded: [list(range(len(drafts)))]
    )

    with altered("post_many.sql", *changes):
        outcomes = race(
            lambda number: ledger_services.post_many(
                drafts=[
                    draft(f"a{number}", gives(held, 10)),
                    draft(f"b{number}", gives(others[number], 1)),
                ]
            ),
            runners=6,
        )

    assert refusals(outcomes) == []
    assert balance(held) == 60
    assert is_proven() is guard


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_do_not_deadlock() -> None:
    held = [holding(1_000) for _ in range(6)]
    house(AccountKind.SALES, slot="")

    def write(number: int) -> None:
        order = held if number % 2 else held[::-1]
        for again in range(4):
            ledger_services.post_many(
                drafts=[
                    draft(f"{number}:{again}:{account}", takes(account, 1))
                    for account in order
                ]
            )

    assert refusals(race(write, runners=8)) == []
    assert [balance(account) for account in held] == [1_000 - 32] * 6
    assert is_proven()
