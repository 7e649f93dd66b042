"""Twenty tills at the same moment: what is there is used once, and nobody is lost."""

import importlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from checkout.asked import Asked
from checkout.errors import (
    CouponUnavailable,
    DuplicateReference,
    InsufficientFunds,
    RequestInProgress,
    Underpaid,
)
from checkout.models import Sale, SalePayment
from coupons.models import CouponUse
from ledger import selectors as ledger_selectors
from ledger.kinds import AccountKind
from members.models import Member
from outbox.models import Event
from stored_value.holders import Holder
from tests.factories.bills import a_guest, cash, no_codes, settle, till_of
from tests.factories.coupons import issued
from tests.factories.stored_value import is_proven, top_up
from tests.factories.stores import NOON, StoreFactory
from tests.ledger.racing import answers, race, refusals
from tests.rendezvous import MEET, prepare

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def capture_without(*changes: tuple[str, str]) -> Iterator[None]:
    """The function that settles a bill with a guard taken out."""
    file = Path(settings.BASE_DIR) / "checkout" / "sql" / "capture.sql"
    original = file.read_text(encoding="utf-8")
    altered = original
    for old, new in changes:
        assert old in altered
        altered = altered.replace(old, new)
    prepare()
    try:
        _execute(altered)
        yield
    finally:
        _execute(original)


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def money_of(member: Member) -> int:
    held = ledger_selectors.held_by(holder_kind="member", holder_id=member.pk)
    kinds = (AccountKind.PRINCIPAL, AccountKind.BONUS)
    return sum(
        ledger_selectors.usable_balance(account_id=account.account_id, at=NOON)
        for account in held
        if account.kind in kinds
    )


def test_twenty_tills_spend_one_wallet_to_the_cent() -> None:
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=300_00, bonus=50_00, store=store)

    outcomes = race(
        lambda n: settle(
            60_00,
            store=store,
            member=member,
            asked=Asked(stored_value=60_00),
            key=f"s:{n}",
            reference=f"S{n}",
        )
    )

    assert len(answers(outcomes)) == 5  # 350 / 60
    assert {type(one) for one in refusals(outcomes)} == {InsufficientFunds}
    assert money_of(member) == 50_00
    assert (
        Sale.objects.count() == Event.objects.filter(kind="sale.captured").count() == 5
    )
    assert is_proven()


def test_what_a_wallet_lacks_is_never_taken_from_it() -> None:
    """All stored value that there is: the quote is made again until it is true."""
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=100_00, store=store)

    outcomes = race(
        lambda n: settle(
            30_00, store=store, member=member, key=f"s:{n}", reference=f"S{n}"
        )
    )

    assert len(answers(outcomes)) == 3
    assert {type(one) for one in refusals(outcomes)} <= {Underpaid, RequestInProgress}
    assert money_of(member) == 10_00
    assert is_proven()


def test_one_coupon_serves_one_of_twenty_bills() -> None:
    store = StoreFactory.create()
    member = a_guest(store=store)
    coupon = issued(member=member)

    outcomes = race(
        lambda n: settle(
            60_00,
            store=store,
            member=member,
            asked=Asked(coupons=(coupon.pk,)),
            tenders=[cash(60_00)],
            key=f"s:{n}",
            reference=f"S{n}",
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(one) for one in refusals(outcomes)} == {CouponUnavailable}
    assert CouponUse.objects.filter(act="redeemed").count() == 1
    assert is_proven()


def test_one_key_sent_forty_times_settles_one_bill() -> None:
    store = StoreFactory.create()

    outcomes = race(
        lambda _n: settle(
            20_00, store=store, tenders=[cash(20_00)], key="one", reference="ONE"
        ),
        runners=40,
    )

    assert Sale.objects.count() == 1
    told = Counter(one.answer for one in answers(outcomes))
    assert len(told) == 1
    assert {type(one) for one in refusals(outcomes)} <= {RequestInProgress}
    assert is_proven()


def test_without_the_claim_one_key_clashes_in_the_tables() -> None:
    """Guard off: two at once get past the key, and a constraint has to stop them."""
    store = StoreFactory.create()
    guard = "NOT pg_try_advisory_xact_lock(hashtextextended('checkout:' || p_key, 0))"
    looked = "  IF cardinality(p_watched) > 0 THEN\n    -- Everything"
    slow = (looked, f"  {MEET}\n{looked}")
    with capture_without((guard, "FALSE"), slow):
        outcomes = race(
            lambda _n: settle(
                20_00, store=store, tenders=[cash(20_00)], key="one", reference="ONE"
            )
        )

    assert Sale.objects.count() == 1
    assert not {type(one) for one in refusals(outcomes)} <= {RequestInProgress}


def test_one_bill_number_is_settled_once() -> None:
    store = StoreFactory.create()

    outcomes = race(
        lambda n: settle(
            20_00, store=store, tenders=[cash(20_00)], key=f"k:{n}", reference="ONE"
        )
    )

    assert len(answers(outcomes)) == 1
    assert {type(one) for one in refusals(outcomes)} == {DuplicateReference}
    assert is_proven()


def after_a_top_up(monkeypatch: pytest.MonkeyPatch) -> SalePayment:
    """A bill whose wallet is topped up between its quote and its posting."""
    no_codes()
    store = StoreFactory.create()
    member = a_guest(principal=300_00, bonus=300_00, store=store)
    module = importlib.import_module("checkout.services.capture")
    decide = module._decide
    turns: list[object] = []

    def decide_then_wait(*args: object) -> object:
        decided = decide(*args)
        if not turns:
            top_up(Holder.member(member.pk), 600_00, by=till_of(store))
        turns.append(decided)
        return decided

    monkeypatch.setattr(module, "_decide", decide_then_wait)
    captured = settle(120_00, store=store, member=member)
    return SalePayment.objects.get(sale_id=captured.sale_id)


def test_a_wallet_that_moved_is_quoted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    paid = after_a_top_up(monkeypatch)

    assert (paid.principal, paid.bonus) == (72_00, 48_00)
    assert is_proven()


def test_without_looking_again_the_split_is_that_of_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guard off: only what is looked at under the lock is a true split."""
    guard = "IF v_taken <> (p_wallet ->> 'principal')::bigint THEN"
    with capture_without((guard, "IF false THEN")):
        paid = after_a_top_up(monkeypatch)

    assert (paid.principal, paid.bonus) == (60_00, 60_00)
