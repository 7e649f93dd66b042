"""Several accounts of one holder, read as one statement."""

from typing import Any

import pytest
from django.db import connection

from ledger import statements as ledger_statements
from ledger.kinds import AccountKind
from tests.factories.ledger import fund, guarded, spend

pytestmark = pytest.mark.django_db


def test_each_line_says_what_all_held_after_it() -> None:
    principal, bonus = guarded(), guarded(AccountKind.BONUS)
    other = guarded()
    fund(principal, 300)
    fund(other, 7)
    fund(bonus, 50)
    spend(principal, 120)
    spend(bonus, 20)

    rows = ledger_statements.together(account_ids=[principal, bonus])

    assert [(row.account_id, row.change, row.together_after) for row in rows] == [
        (bonus, -20, 210),
        (principal, -120, 230),
        (bonus, 50, 350),
        (principal, 300, 300),
    ]
    assert [row.account_after for row in rows] == [30, 180, 50, 300]


def test_pages_join_without_a_gap() -> None:
    principal, bonus = guarded(), guarded(AccountKind.BONUS)
    for amount in range(1, 6):
        fund(principal, amount)
        fund(bonus, amount * 10)
    both = [principal, bonus]
    whole = ledger_statements.together(account_ids=both)

    first = ledger_statements.together(account_ids=both, limit=4)
    second = ledger_statements.together(
        account_ids=both, before=first[-1].posting_id, limit=50
    )

    assert first + second == whole
    assert len(whole) == 10
    assert ledger_statements.together(account_ids=[]) == []


def test_the_tenders_of_an_entry_are_told() -> None:
    posted = fund(guarded(), 500)

    assert ledger_statements.tenders_of(entry_id=posted.entry_id) == {"cash": 500}


def test_a_statement_reads_no_posting_of_anybody_else() -> None:
    """Where one account of the house stands on one side of nearly all postings."""
    mine = [guarded(), guarded(AccountKind.BONUS)]
    for number in range(150):
        fund(mine[0] if number == 0 else guarded(), 5)
    facts: dict[str, Any] = {"accounts": mine, "before": 10**6, "limit": 60}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_posting")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {ledger_statements.TOGETHER}", facts)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "ledger_posting_debits" in plan
    assert "ledger_posting_credits" in plan
    assert "ledger_posting_pkey" not in plan
