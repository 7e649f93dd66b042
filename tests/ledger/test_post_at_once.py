"""An entry of many lines, written by few statements, does what each does alone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line, Posted
from tests.factories.ledger import (
    NOON,
    an_act,
    balance,
    everything,
    fund,
    guarded,
    house,
    lots,
    points_unit,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def post(lines: Sequence[Line], key: str = "sale") -> Posted:
    return ledger_services.post_entry(
        kind=EntryKind.SALE, key=key, at=NOON, act=an_act(), lines=lines
    )


def taken(account: int) -> list[tuple[int, int]]:
    """What was taken from which of an account's lots, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM ledger_lot o
                     WHERE o.account_id = l.account_id AND o.id < l.id), u.amount
              FROM ledger_lotuse u JOIN ledger_lot l ON l.id = u.lot_id
             WHERE l.account_id = %s ORDER BY u.id
            """,
            [account],
        )
        return list(cursor.fetchall())


def made(account: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT initial, remaining, is_open, expires_at FROM ledger_lot"
            " WHERE account_id = %s ORDER BY id",
            [account],
        )
        return list(cursor.fetchall())


def held(life: Sequence[tuple[int, int]]) -> int:
    """An account with lots of so much, each good for so many days (0: for ever)."""
    account = guarded()
    for amount, days in life:
        fund(account, amount, expires_at=NOON + days * DAY if days else None)
    return account


lives = st.lists(
    st.tuples(st.integers(1, 50), st.sampled_from([-3, 0, 0, 1, 2, 9])),
    min_size=1,
    max_size=4,
)


@given(
    spent=st.lists(st.tuples(lives, st.integers(1, 120)), min_size=3, max_size=5),
    back=st.integers(1, 9),
    earned=st.integers(1, 9),
)
def test_many_lines_do_what_each_does_alone(
    spent: list[tuple[list[tuple[int, int]], int]], back: int, earned: int
) -> None:
    sales = house(AccountKind.SALES, slot="")
    unit = points_unit()
    granted = house(AccountKind.GRANTED, unit_id=unit, slot="")
    outcomes: list[tuple[Any, ...]] = []
    with transaction.atomic():
        for way in ("at once", "one by one"):
            accounts = [held(life) for life, _amount in spent]
            member = guarded(AccountKind.POINTS, unit_id=unit)
            lines = [
                *(
                    Line(debit_id=account, credit_id=sales, amount=amount)
                    for account, (_life, amount) in zip(accounts, spent, strict=True)
                ),
                # What was spent from gets something too, after that.
                Line(debit_id=sales, credit_id=accounts[0], amount=back),
                Line(
                    debit_id=granted,
                    credit_id=member,
                    amount=earned,
                    expires_at=NOON + DAY,
                ),
            ]
            entries = [lines] if way == "at once" else [[line] for line in lines]
            try:
                with transaction.atomic():
                    posted = [
                        post(some, key=f"{way} {number}")
                        for number, some in enumerate(entries)
                    ]
            except errors.InsufficientFunds as short:
                outcomes.append((accounts.index(short.account or 0), short.short_by))
                continue
            outcomes.append(
                (
                    [a for one in posted for a in one.debits_after],
                    [a for one in posted for a in one.credits_after],
                    [
                        (balance(a), lots(a), taken(a), made(a))
                        for a in (*accounts, member)
                    ],
                )
            )
        transaction.set_rollback(True)
    at_once, one_by_one = outcomes
    if isinstance(at_once[0], int):
        # Both are refused; where two accounts fall short, another may be named first.
        assert isinstance(one_by_one[0], int)
    else:
        assert at_once == one_by_one


def test_postings_stand_in_the_order_of_the_lines() -> None:
    accounts = [held([(100, 0)]) for _ in range(4)]
    sales = house(AccountKind.SALES, slot="")

    posted = post(
        [
            Line(debit_id=account, credit_id=sales, amount=number)
            for number, account in enumerate(accounts[::-1], 1)
        ]
    )

    assert list(posted.posting_ids) == sorted(posted.posting_ids)
    assert posted.debits_after == (99, 98, 97, 96)
    with connection.cursor() as cursor:
        cursor.execute("SELECT amount FROM ledger_posting ORDER BY id DESC LIMIT 4")
        assert [row[0] for row in cursor.fetchall()] == [4, 3, 2, 1]


def test_what_expired_is_not_spent_though_the_balance_has_it() -> None:
    good, late = held([(100, 0)]), held([(30, 0), (70, -1)])
    sales = house(AccountKind.SALES, slot="")
    other = held([(5, 0)])
    before = everything()

    with pytest.raises(errors.InsufficientFunds) as refusal, transaction.atomic():
        post(
            [
                Line(debit_id=account, credit_id=sales, amount=amount)
                for account, amount in ((good, 100), (late, 50), (other, 5))
            ]
        )

    assert (refusal.value.account, refusal.value.short_by) == (late, 20)
    assert everything() == before


def test_an_account_in_two_lines_waits_for_itself() -> None:
    account, friend = held([(10, 0)]), guarded()
    sales = house(AccountKind.SALES, slot="")
    cash = house(AccountKind.TENDER)

    posted = post(
        [
            Line(debit_id=cash, credit_id=account, amount=40, expires_at=NOON + DAY),
            Line(debit_id=account, credit_id=friend, amount=45),
            Line(debit_id=friend, credit_id=sales, amount=45),
        ]
    )

    assert posted.debits_after == (None, 5, 0)
    assert posted.credits_after == (50, 45, None)
    assert (lots(account), lots(friend)) == ([5, 0], [0])


def test_a_debt_grows_by_debit_and_its_lots_do_not_lapse() -> None:
    unit = points_unit()
    debt = guarded(AccountKind.DEBT, unit_id=unit)
    others = [guarded(AccountKind.POINTS, unit_id=unit) for _ in range(2)]
    granted = house(AccountKind.GRANTED, unit_id=unit, slot="")
    soon = NOON + DAY

    post(
        [
            Line(debit_id=debt, credit_id=granted, amount=7, expires_at=soon),
            *(
                Line(debit_id=granted, credit_id=other, amount=3, expires_at=soon)
                for other in others
            ),
        ]
    )

    assert made(debt) == [(7, 7, True, None)]
    assert [made(other) for other in others] == [[(3, 3, True, soon)]] * 2


def test_what_many_lines_spent_comes_back_where_it_came_from() -> None:
    accounts = [held([(20, 9), (30, 2), (50, 0)]) for _ in range(3)]
    sales = house(AccountKind.SALES, slot="")
    before = [(lots(account), balance(account)) for account in accounts]
    posted = post(
        [Line(debit_id=account, credit_id=sales, amount=60) for account in accounts]
    )
    assert [lots(account) for account in accounts] == [[0, 0, 40]] * 3

    ledger_services.reverse_entry(
        entry_id=posted.entry_id,
        key="back",
        at=NOON,
        act=an_act(),
        amounts=dict.fromkeys(posted.posting_ids, 15),
    )
    assert [lots(account) for account in accounts] == [[5, 0, 50]] * 3
    ledger_services.reverse_entry(
        entry_id=posted.entry_id, key="rest", at=NOON, act=an_act()
    )

    assert [(lots(account), balance(account)) for account in accounts] == before
