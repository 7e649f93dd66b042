"""What the books answer: statements, balances, tenders, days, and what is owed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    fund,
    guarded,
    holding,
    house,
    points_unit,
    spend,
)
from tests.factories.stores import ShiftFactory, StoreFactory

pytestmark = pytest.mark.django_db


def test_a_statement_runs_from_the_newest_with_the_balance_after_each() -> None:
    account = holding(100)
    sale = spend(account, 30)
    ledger_services.reverse_entry(
        entry_id=sale.entry_id,
        key="back",
        at=NOON,
        act=an_act(),
        amounts={sale.posting_ids[0]: 10},
        memo="the soup was cold",
    )

    movements = ledger_selectors.statement(account_id=account)

    assert [
        (movement.kind, movement.change, movement.balance_after, movement.memo)
        for movement in movements
    ] == [
        ("reversal", 10, 80, "the soup was cold"),
        ("sale", -30, 70, ""),
        ("top_up", 100, 100, ""),
    ]
    assert movements[1].entry_id == sale.entry_id
    assert movements[1].posting_id == sale.posting_ids[0]
    assert movements[1].occurred_at == NOON
    assert movements[1].business_date == TODAY


def test_pages_follow_one_another_without_gap_or_repeat() -> None:
    account = holding(1_000)
    for _ in range(24):
        spend(account, 1)

    pages = []
    before = None
    while page := ledger_selectors.statement(
        account_id=account, before=before, limit=10
    ):
        pages.append(page)
        before = page[-1].posting_id

    after = [movement.balance_after for page in pages for movement in page]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert after == list(range(976, 1_001))


def test_a_debt_rises_by_what_is_lent() -> None:
    debt, sales = guarded(AccountKind.DEBT), house(AccountKind.SALES, slot="")
    for key, line in {
        "lent": Line(debit_id=debt, credit_id=sales, amount=50),
        "paid": Line(debit_id=house(), credit_id=debt, amount=20),
    }.items():
        ledger_services.post_entry(
            kind=EntryKind.ADJUSTMENT, key=key, at=NOON, act=an_act(), lines=[line]
        )

    movements = ledger_selectors.statement(account_id=debt)

    assert [(m.change, m.balance_after) for m in movements] == [(-20, 30), (50, 50)]


def test_nobody_has_an_empty_statement() -> None:
    assert ledger_selectors.statement(account_id=10**12) == []
    assert ledger_selectors.statement(account_id=guarded()) == []


def test_a_statement_of_a_busy_account_reads_its_index_only_so_far() -> None:
    busy = holding(10_000)
    # So many that no other way to a page of one's own is nearly as cheap.
    others = [holding(10_000) for _ in range(299)]
    with connection.cursor() as cursor:
        # Filled from inside the database: thousands of sales in one statement.
        cursor.execute(
            "SELECT count(*) FROM generate_series(1, 3000) n,"
            " LATERAL ledger_post_entry('sale', 'fill:' || n, sha256('x'), now(),"
            " current_date, 'system:fill', NULL, NULL, NULL, NULL, NULL, 'fill', '',"
            " ARRAY[(%s::bigint[])[1 + n %% 300]], ARRAY[%s]::bigint[],"
            " ARRAY[1]::bigint[])",
            [[busy, *others], house(AccountKind.SALES, slot="")],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_posting; ANALYZE ledger_entry")
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "
            + ledger_selectors.STATEMENT,
            {"account": busy, "before": ledger_selectors.LAST, "limit": 5},
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "ledger_posting_debits" in plan
    assert "ledger_posting_credits" in plan
    assert "Seq Scan on ledger_posting" not in plan
    assert "rows=10" not in plan  # it stops after a page


def test_the_balance_at_a_past_moment() -> None:
    account = guarded()
    moments = [datetime.now(UTC)]
    steps: tuple[Callable[[], object], ...] = (
        lambda: fund(account, 100),
        lambda: spend(account, 30),
        lambda: spend(account, 5),
    )
    for step in steps:
        step()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moments.append(cursor.fetchone()[0])

    found = [
        ledger_selectors.balance_at(account_id=account, at=moment) for moment in moments
    ]

    assert found == [0, 100, 70, 65]


def test_what_has_expired_is_held_but_not_usable() -> None:
    account = guarded()
    fund(account, 100, expires_at=NOON)
    fund(account, 40)

    def usable(at: datetime) -> int:
        return ledger_selectors.usable_balance(account_id=account, at=at)

    assert usable(NOON - timedelta(microseconds=1)) == 140
    assert usable(NOON) == 40
    assert balance(account) == 140


def test_tenders_of_a_shift_are_takings_less_what_was_paid_out() -> None:
    shift, other = ShiftFactory.create(), ShiftFactory.create()
    account = guarded()

    def pay_in(tender: str, amount: int, of: int) -> None:
        ledger_services.post_entry(
            kind=EntryKind.TOP_UP,
            key=f"in:{tender}:{amount}:{of}",
            at=NOON,
            act=an_act(shift_id=of),
            lines=[Line(debit_id=house(slot=tender), credit_id=account, amount=amount)],
        )

    pay_in("cash", 300, shift.pk)
    pay_in("cash", 50, shift.pk)
    pay_in("card", 70, shift.pk)
    pay_in("cash", 999, other.pk)
    ledger_services.post_entry(
        kind=EntryKind.PAYOUT,
        key="out",
        at=NOON,
        act=an_act(shift_id=shift.pk),
        lines=[Line(debit_id=account, credit_id=house(slot="cash"), amount=20)],
    )

    assert ledger_selectors.tender_totals(shift_id=shift.pk) == {
        "card": 70,
        "cash": 330,
    }
    assert ledger_selectors.tender_totals(shift_id=0) == {}


def test_days_are_summed_by_kind_and_unit_and_by_store() -> None:
    here, there = StoreFactory.create().pk, StoreFactory.create().pk
    account = holding(1_000)
    for days_ago, amount, store in ((0, 10, here), (0, 20, there), (1, 40, here)):
        spend(
            account,
            amount,
            act=an_act(store_id=store, business_date=TODAY - timedelta(days=days_ago)),
        )
    spend(account, 80, act=an_act(business_date=TODAY - timedelta(days=2)))

    def sales(**which: object) -> list[tuple[int, int, int]]:
        found = ledger_selectors.daily_totals(days=2, until=TODAY, **which)  # type: ignore[arg-type]  # a test's shorthand
        return [
            ((TODAY - row["day"]).days, row["entries"], row["amount"])
            for row in found
            if (row["kind"], row["unit"]) == ("sale", "CNY")
        ]

    assert sales() == [(1, 1, 40), (0, 2, 30)]
    assert sales(stores=[here]) == [(1, 1, 40), (0, 1, 10)]
    assert sales(stores=[]) == []


def test_what_the_shop_owes_leaves_out_what_it_is_owed() -> None:
    holding(300)
    holding(50)
    points = guarded(AccountKind.POINTS, unit_id=points_unit())
    fund(points, 7, unit_id=points_unit())
    ledger_services.post_entry(
        kind=EntryKind.ADJUSTMENT,
        key="lent",
        at=NOON,
        act=an_act(),
        lines=[
            Line(
                debit_id=guarded(AccountKind.DEBT),
                credit_id=house(AccountKind.SALES, slot=""),
                amount=99,
            )
        ],
    )

    owed = ledger_selectors.liabilities()

    assert [(row["unit"], row["kind"], row["total"]) for row in owed] == [
        ("CNY", "principal", 350),
        ("points", "points", 7),
    ]
    assert ledger_services.prove_books().sums["CNY"]["principal"] == 350
