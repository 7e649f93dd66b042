"""What an account holds may live longer; what lapsed comes back out of breakage."""

from datetime import timedelta

import pytest
from django.db import transaction

from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.errors import AccountClosed, InsufficientFunds, UnknownAccount
from ledger.kinds import AccountKind, EntryKind
from ledger.services import HolderAccount, Line
from tests.factories.ledger import (
    NOON,
    TODAY,
    an_act,
    balance,
    everything,
    fund,
    guarded,
    holding,
    house,
    spend,
    yuan,
)
from tests.ledger.racing import altered

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ends(account_id: int) -> list[object]:
    return [lot.expires_at for lot in ledger_selectors.open_lots(account_id=account_id)]


def test_what_is_alive_lives_longer_and_nothing_shorter() -> None:
    account = guarded()
    for days in (1, 5, 30):
        fund(account, 10, expires_at=NOON + days * DAY)
    fund(account, 10)

    moved = ledger_services.prolong_lots(
        account_id=account, at=NOON, until=NOON + 5 * DAY
    )

    assert moved == 1
    assert ends(account) == [NOON + 5 * DAY, NOON + 5 * DAY, NOON + 30 * DAY, None]


def test_what_has_expired_stays_so_swept_or_not() -> None:
    account = holding(100, expires_at=NOON)

    moved = ledger_services.prolong_lots(
        account_id=account, at=NOON, until=NOON + 5 * DAY
    )

    assert (moved, ends(account)) == (0, [NOON])
    with pytest.raises(InsufficientFunds):
        spend(account, 1, at=NOON)


def test_what_has_expired_stays_so_only_because_of_its_guard() -> None:
    account = holding(100, expires_at=NOON)

    with altered("prolong_lots.sql", (" AND expires_at > p_at", "")):
        ledger_services.prolong_lots(account_id=account, at=NOON, until=NOON + DAY)

    assert ends(account) == [NOON + DAY]


def test_no_account_and_a_closed_one_are_refused() -> None:
    account, shops = guarded(), house()
    ledger_services.set_account_status(account_id=account, status="closed")
    before = everything()

    with pytest.raises(AccountClosed), transaction.atomic():
        ledger_services.prolong_lots(account_id=account, at=NOON, until=NOON + DAY)
    with pytest.raises(UnknownAccount), transaction.atomic():
        ledger_services.prolong_lots(account_id=10**12, at=NOON, until=NOON + DAY)
    with pytest.raises(UnknownAccount), transaction.atomic():  # it holds no lots
        ledger_services.prolong_lots(account_id=shops, at=NOON, until=NOON + DAY)

    assert everything() == before


def test_what_lapsed_is_known_and_comes_back_out_of_breakage() -> None:
    account = holding(100, expires_at=NOON)
    spend(account, 30, at=NOON - DAY)
    assert ledger_selectors.lapsed(account_id=account) == 0

    ledger_services.expire_lots(at=NOON, business_date=TODAY, request_id="sweep")
    assert ledger_selectors.lapsed(account_id=account) == 70

    breakage = ledger_services.open_account(
        HolderAccount(
            kind=AccountKind.BREAKAGE,
            unit_id=yuan(),
            holder_kind="shop",
            slot=AccountKind.PRINCIPAL,
        )
    )
    ledger_services.post_entry(
        kind=EntryKind.REVIVAL,
        key="back",
        at=NOON,
        act=an_act(),
        lines=[
            Line(
                debit_id=breakage,
                credit_id=account,
                amount=50,
                expires_at=NOON + 30 * DAY,
            )
        ],
    )

    assert ledger_selectors.lapsed(account_id=account) == 20
    assert balance(account) == 50
    assert ledger_services.prove_books().is_proven
    assert ledger_selectors.lapsed(account_id=house()) == 0
