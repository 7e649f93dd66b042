"""What is reversed after its holder was merged goes to whoever is left."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from ledger import errors
from ledger import selectors as ledger_selectors
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
    holding,
    points_unit,
    spend,
)

pytestmark = pytest.mark.django_db

SOON, LATER = NOON + timedelta(days=3), NOON + timedelta(days=90)


def merged(account: int, heir: int) -> None:
    """As a merge does: every lot moves with its life, then the account is closed."""
    lines = [
        Line(
            debit_id=account,
            credit_id=heir,
            amount=lot.remaining,
            expires_at=lot.expires_at,
            lot_id=lot.lot_id,
        )
        for lot in ledger_selectors.open_lots(account_id=account)
    ]
    if lines:
        ledger_services.post_entry(
            kind=EntryKind.TRANSFER,
            key=f"merge:{account}",
            at=NOON,
            act=an_act(),
            lines=lines,
        )
    ledger_services.set_account_status(account_id=account, status="closed")
    ledger_services.name_heirs({account: heir})


def give_back(posted: Posted, amount: int, key: str, **facts: object) -> Posted:
    return ledger_services.reverse_entry(
        entry_id=posted.entry_id,
        key=key,
        at=NOON,
        act=an_act(),
        amounts={posted.posting_ids[0]: amount},
        **facts,  # type: ignore[arg-type]  # only live_until
    )


def lots_of(account: int) -> list[tuple[int, object]]:
    return [
        (lot.remaining, lot.expires_at)
        for lot in ledger_selectors.open_lots(account_id=account)
    ]


def test_a_payment_of_the_merged_is_given_back_to_the_heir_with_its_life() -> None:
    account, heir = guarded(), guarded()
    fund(account, 100, expires_at=SOON)
    fund(account, 100, expires_at=LATER)
    paid = spend(account, 150)
    give_back(paid, 20, "before")
    merged(account, heir)

    for number, amount in enumerate((25, 50, 55)):
        give_back(paid, amount, f"after {number}")

    assert balance(account) == 0
    assert balance(heir) == 200
    # 150 took 100 that end soon and 50 that end later; the last taken
    ends = {SOON: 0, LATER: 0}
    for amount, end in lots_of(heir):
        ends[end] += amount  # type: ignore[index]  # each of them ends
    assert ends == {SOON: 100, LATER: 100}
    before = everything()
    with pytest.raises(errors.OverReversal), transaction.atomic():
        give_back(paid, 1, "too much")
    assert everything() == before
    assert ledger_services.prove_books().failing == {}


def test_it_lives_as_long_as_what_is_given_back_lives_at_least() -> None:
    account, heir = guarded(), guarded()
    fund(account, 100, expires_at=SOON)
    paid = spend(account, 100)
    merged(account, heir)

    give_back(paid, 100, "back", live_until=LATER)

    assert lots_of(heir) == [(100, LATER)]


def test_a_line_of_heirs_is_followed_to_its_end() -> None:
    first, second, third = guarded(), guarded(), guarded()
    fund(first, 100)
    paid = spend(first, 90)
    give_back(paid, 10, "own")
    merged(first, second)
    give_back(paid, 20, "second")
    merged(second, third)
    give_back(paid, 60, "third")

    assert [balance(one) for one in (first, second, third)] == [0, 0, 100]
    assert ledger_services.prove_books().failing == {}


def test_what_was_granted_to_the_merged_is_taken_from_what_it_has_become() -> None:
    account, heir = guarded(), guarded()
    granted = fund(account, 100, expires_at=LATER)
    fund(heir, 500, expires_at=SOON)
    merged(account, heir)

    give_back(granted, 60, "undone")

    assert lots_of(heir) == [(500, SOON), (40, LATER)]
    spend(heir, 520)
    with pytest.raises(errors.InsufficientFunds), transaction.atomic():
        give_back(granted, 40, "spent since")
    assert ledger_services.prove_books().failing == {}


def test_what_went_between_two_who_are_one_now_is_not_taken_back() -> None:
    account, heir = holding(100), guarded()
    moved = ledger_services.post_entry(
        kind=EntryKind.TRANSFER,
        key="gift",
        at=NOON,
        act=an_act(),
        lines=[Line(debit_id=account, credit_id=heir, amount=40)],
    )
    merged(account, heir)
    before = everything()
    with pytest.raises(errors.NotReversible), transaction.atomic():
        give_back(moved, 40, "back")
    assert everything() == before


@pytest.mark.parametrize("which", ["open", "another kind", "itself"])
def test_only_the_closed_is_succeeded_and_by_what_is_alike(which: str) -> None:
    account, heir = guarded(), guarded()
    other = guarded(AccountKind.POINTS, unit_id=points_unit())
    if which != "open":
        ledger_services.set_account_status(account_id=account, status="closed")
    before = everything()
    if which == "itself":
        ledger_services.name_heirs({account: account})  # closed: nobody's heir
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            ledger_services.name_heirs(
                {account: other if which == "another kind" else heir}
            )
    assert everything() == before


def test_an_heir_is_named_once() -> None:
    account, heir, other = guarded(), guarded(), guarded()
    fund(account, 10)
    paid = spend(account, 10)
    merged(account, heir)
    ledger_services.name_heirs({account: other})

    give_back(paid, 10, "back")

    assert (balance(heir), balance(other)) == (10, 0)
