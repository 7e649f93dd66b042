"""Locking holders' accounts before deciding by what they hold."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from tests.factories.ledger import NOON, TODAY, fund, guarded, holding, house, spend
from tests.ledger.racing import RUNNERS, answers, race
from tests.patience import PATIENCE


@pytest.mark.django_db
def test_the_balances_are_those_of_holders_only() -> None:
    rich, poor, till = holding(70), guarded(), house()

    with transaction.atomic():
        locked = ledger_services.lock_accounts([till, rich, poor])

    assert locked == {rich: 70, poor: 0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "not locked"])
def test_what_is_decided_under_the_lock_still_holds_when_it_is_posted(
    is_locked: bool,  # noqa: FBT001 (the parameter of the test)
) -> None:
    """Everyone takes all there is: with the lock one gets it and nobody is refused."""
    account = holding(100)
    house(AccountKind.SALES, slot="")
    read = threading.Barrier(RUNNERS)

    def take_all(_number: int) -> int:
        with transaction.atomic():
            if is_locked:
                held = ledger_services.lock_accounts([account])[account]
            else:
                held = ledger_selectors.usable_balance(account_id=account, at=NOON)
                read.wait(PATIENCE)
            if held:
                spend(account, held)
            return held

    taken = sorted(answers(race(take_all)))

    assert taken == ([0] * (RUNNERS - 1) + [100] if is_locked else [100])


@pytest.mark.django_db
def test_a_lot_says_what_became_of_it() -> None:
    account = guarded()
    made = fund(account, 100, expires_at=NOON)
    spent = spend(account, 30, at=NOON - timedelta(days=1))

    before = ledger_selectors.lots_made(made.posting_ids)[made.posting_ids[0]]
    assert (before.remaining, before.expired) == (70, 0)
    assert before.usable(NOON - timedelta(microseconds=1)) == 70
    assert before.usable(NOON) == 0
    assert ledger_selectors.lots_taken(spent.posting_ids) == [before]

    ledger_services.expire_lots(at=NOON, business_date=TODAY, request_id="sweep")

    after = ledger_selectors.lots_made(made.posting_ids)[made.posting_ids[0]]
    assert (after.initial, after.remaining, after.expired) == (100, 0, 70)
    assert ledger_selectors.open_lots(account_id=account) == []
