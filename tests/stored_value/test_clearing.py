"""Who owes whom: the same whether days were added up or are read line by line."""

from datetime import timedelta

import pytest

from ledger.services import Act
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.models import ClearingDay, ClearingMark
from stored_value.services import clearing
from stores.models import Store
from tests.factories.stored_value import a_key, at_store, holding, spend
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def on(store: Store, days: int = 0) -> Act:
    act = at_store(store)
    return Act(
        actor=act.actor,
        store_id=act.store_id,
        business_date=TODAY + timedelta(days=days),
        request_id=act.request_id,
    )


def told(days: int = 1) -> list[tuple[int | None, int, int, int]]:
    until = TODAY + timedelta(days=days)
    rows = stored_value_selectors.clearing(since=TODAY, until=until)
    return [(row.origin, row.acceptor, row.spent, row.bonus) for row in rows]


def test_what_is_added_up_says_the_same_as_the_books() -> None:
    a, b = StoreFactory.create(), StoreFactory.create()
    holder, _top_up = holding(300_00, 50_00, by=on(a))
    paid = spend(holder, 140_00, by=on(b))
    today = [(a.pk, b.pk, 120_00, 20_00)]
    assert told() == today

    assert stored_value_services.add_up_clearing() > 0
    assert stored_value_services.add_up_clearing() == 0  # once is enough
    assert told() == told(0) == today
    assert ClearingDay.objects.count() == 2  # principal and bonus

    spend(holder, 70_00, by=on(a, 1))
    stored_value_services.refund_spend(
        entry_id=paid.entry_id,
        by=on(b, 1),
        at=NOON,
        key=a_key(),
        reason="cold soup",
    )
    both = [(a.pk, a.pk, 60_00, 10_00)]
    assert told() == both
    stored_value_services.add_up_clearing()
    assert told() == both
    assert told(0) == today  # a day that is over stays what it was


def test_the_same_entries_are_never_added_twice() -> None:
    """Two who add up at once: the second finds the mark moved and adds nothing."""
    a, b = StoreFactory.create(), StoreFactory.create()
    holder, _top_up = holding(300_00, by=on(a))
    spend(holder, 120_00, by=on(b))
    stored_value_services.add_up_clearing()
    mark = ClearingMark.objects.get()

    assert not clearing._add(after=0, until=mark.seq)

    assert told() == [(a.pk, b.pk, 120_00, 0)]


def test_a_long_history_is_added_up_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearing, "STEP", 1)
    a, b = StoreFactory.create(), StoreFactory.create()
    holder, _top_up = holding(300_00, by=on(a))
    for _ in range(3):
        spend(holder, 10_00, by=on(b))
    stored_value_services.add_up_clearing()
    assert told() == [(a.pk, b.pk, 30_00, 0)]
    assert ClearingDay.objects.get().amount == 30_00
