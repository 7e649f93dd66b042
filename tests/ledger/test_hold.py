"""A hold sets value aside in an account of its own, and ends once."""

from datetime import timedelta

import pytest
from django.db import transaction

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
    lots,
    spend,
)

pytestmark = pytest.mark.django_db


def hold(wallet: int, held: int, amount: int) -> Posted:
    return ledger_services.post_entry(
        kind=EntryKind.HOLD,
        key=f"hold:{amount}",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=wallet, credit_id=held, amount=amount)],
    )


def release(placed: Posted, key: str) -> Posted:
    with transaction.atomic():
        return ledger_services.reverse_entry(
            entry_id=placed.entry_id, key=key, at=NOON, act=an_act()
        )


def a_wallet() -> tuple[int, int]:
    wallet = guarded()
    fund(wallet, 60, expires_at=NOON + timedelta(days=3))
    fund(wallet, 40)
    return wallet, guarded(AccountKind.HELD)


def test_what_is_held_cannot_be_spent_and_is_never_more_than_there_is() -> None:
    wallet, held = a_wallet()
    hold(wallet, held, 70)
    before = everything()

    with pytest.raises(errors.InsufficientFunds) as refusal, transaction.atomic():
        spend(wallet, 31)
    with pytest.raises(errors.InsufficientFunds), transaction.atomic():
        hold(wallet, held, 31)

    assert refusal.value.short_by == 1
    assert everything() == before
    assert (balance(wallet), balance(held)) == (30, 70)


def test_a_hold_is_released_once_back_into_its_own_lots() -> None:
    wallet, held = a_wallet()
    placed = hold(wallet, held, 70)

    release(placed, "first")
    assert (lots(wallet), balance(held)) == ([60, 40], 0)

    before = everything()
    with pytest.raises(errors.OverReversal):
        release(placed, "second")
    assert everything() == before


def test_what_was_taken_from_a_hold_is_not_released() -> None:
    wallet, held = a_wallet()
    placed = hold(wallet, held, 70)
    spend(held, 50)
    before = everything()

    with pytest.raises(errors.InsufficientFunds):
        release(placed, "all of it")
    assert everything() == before

    ledger_services.reverse_entry(
        entry_id=placed.entry_id,
        key="the rest",
        at=NOON,
        act=an_act(),
        amounts={placed.posting_ids[0]: 20},
    )
    assert (balance(wallet), balance(held)) == (50, 0)
    assert ledger_services.prove_books().is_proven
