"""Reversing: whole or in part, never beyond what is left, back into the same lots."""

from datetime import timedelta

import pytest
from django.db import transaction

from ledger import errors
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Line
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
    spend,
)

pytestmark = pytest.mark.django_db


def test_a_whole_reversal_puts_everything_back_into_the_same_lots() -> None:
    account = guarded()
    fund(account, 100, expires_at=NOON + timedelta(days=5))
    fund(account, 50, expires_at=NOON + timedelta(days=1))
    sale = spend(account, 120)
    assert lots(account) == [30, 0]

    back = ledger_services.reverse_entry(
        entry_id=sale.entry_id, key="back", at=NOON, act=an_act()
    )

    assert lots(account) == [100, 50]
    assert back.credits_after == (150,)


def test_partial_reversals_stop_at_what_is_left() -> None:
    account = holding(100)
    sale = spend(account, 90)
    posting = sale.posting_ids[0]

    def back(amount: int, key: str) -> None:
        with transaction.atomic():
            ledger_services.reverse_entry(
                entry_id=sale.entry_id,
                key=key,
                at=NOON,
                act=an_act(),
                amounts={posting: amount},
            )

    back(40, "first")
    back(40, "second")
    before = everything()
    with pytest.raises(errors.OverReversal) as refusal:
        back(11, "third")
    assert refusal.value.left == 10
    assert everything() == before

    back(10, "fourth")
    assert balance(account) == 100
    with pytest.raises(errors.OverReversal):
        back(1, "fifth")
    assert lots(account) == [100]


def test_a_second_whole_reversal_is_refused_but_a_replay_answers() -> None:
    account = holding(100)
    sale = spend(account, 90)
    first = ledger_services.reverse_entry(
        entry_id=sale.entry_id, key="void", at=NOON, act=an_act()
    )
    again = ledger_services.reverse_entry(
        entry_id=sale.entry_id, key="void", at=NOON, act=an_act()
    )
    before = everything()

    with pytest.raises(errors.OverReversal), transaction.atomic():
        ledger_services.reverse_entry(
            entry_id=sale.entry_id, key="another", at=NOON, act=an_act()
        )

    assert again.replayed
    assert again.entry_id == first.entry_id
    assert everything() == before


def test_a_grant_that_was_spent_cannot_be_taken_back_whole() -> None:
    account = guarded()
    granted = fund(account, 100)
    fund(account, 500)
    spend(account, 30)
    before = everything()

    with pytest.raises(errors.InsufficientFunds) as refusal, transaction.atomic():
        ledger_services.reverse_entry(
            entry_id=granted.entry_id, key="back", at=NOON, act=an_act()
        )

    assert refusal.value.short_by == 30
    assert everything() == before


def test_a_top_up_refund_takes_from_its_own_lot_only() -> None:
    account = guarded()
    top_up = fund(account, 300)
    fund(account, 200)
    spend(account, 100)

    ledger_services.reverse_entry(
        entry_id=top_up.entry_id,
        key="refund",
        at=NOON,
        act=an_act(),
        amounts={top_up.posting_ids[0]: 200},
    )

    assert lots(account) == [0, 200]


def test_what_comes_back_after_its_day_lives_as_long_as_promised() -> None:
    account = holding(100, expires_at=NOON + timedelta(days=1))
    sale = spend(account, 100)
    later = NOON + timedelta(days=10)

    ledger_services.reverse_entry(
        entry_id=sale.entry_id,
        key="late",
        at=later,
        act=an_act(),
        live_until=later + timedelta(days=7),
    )

    spend(account, 100, at=later + timedelta(days=6))
    assert balance(account) == 0


def test_lines_beside_a_reversal_are_posted_in_the_same_entry() -> None:
    account = holding(100)
    sale = spend(account, 60)
    cash = house()

    back = ledger_services.reverse_entry(
        entry_id=sale.entry_id,
        key="to cash",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=account, credit_id=cash, amount=60)],
    )

    assert len(back.posting_ids) == 2
    assert balance(account) == 40


def test_reversals_and_expiries_are_not_reversed() -> None:
    account = holding(100)
    sale = spend(account, 60)
    back = ledger_services.reverse_entry(
        entry_id=sale.entry_id, key="back", at=NOON, act=an_act()
    )
    before = everything()

    with pytest.raises(errors.NotReversible), transaction.atomic():
        ledger_services.reverse_entry(
            entry_id=back.entry_id, key="back again", at=NOON, act=an_act()
        )

    assert everything() == before


def test_a_sale_with_several_lines_is_reversed_by_line() -> None:
    principal, bonus = guarded(), guarded(AccountKind.BONUS)
    fund(principal, 300)
    fund(bonus, 50)
    sales = house(AccountKind.SALES, slot="")
    sale = ledger_services.post_entry(
        kind=EntryKind.SALE,
        key="sale",
        at=NOON,
        act=an_act(),
        lines=[
            Line(debit_id=principal, credit_id=sales, amount=120),
            Line(debit_id=bonus, credit_id=sales, amount=20),
        ],
    )

    ledger_services.reverse_entry(
        entry_id=sale.entry_id,
        key="some",
        at=NOON,
        act=an_act(),
        amounts={sale.posting_ids[0]: 60, sale.posting_ids[1]: 10},
    )
    ledger_services.reverse_entry(
        entry_id=sale.entry_id, key="rest", at=NOON, act=an_act()
    )

    assert (balance(principal), balance(bonus)) == (300, 50)
