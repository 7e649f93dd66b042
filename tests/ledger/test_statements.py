"""Several accounts of one holder, read as one statement."""

import pytest

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
