"""Many give one sale back at once, each on its own connection; and without the lock."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.errors import NotVoidable, OverRefund
from checkout.models import Refund, Sale
from checkout.services import asking
from members.models import Member
from tests.checkout.state import books
from tests.factories import stored_value as wallet_factory
from tests.factories.checkout import a_key, a_sale, at_store
from tests.factories.stores import NOON
from tests.ledger.racing import answers, race, refusals
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
RUNNERS = 30


def a_mixed_sale() -> Sale:
    """Half from the wallet, half in cash."""
    holder, _ = wallet_factory.holding(60_00, 20_00)
    member = Member.objects.get(pk=holder.id)
    return a_sale(100_00, member=member, stored=50_00)


def give(sale: Sale, amount: int | None, **facts: Any) -> Refund:
    return checkout_services.refund_sale(
        **{
            "sale_id": sale.pk,
            "amount": amount,
            "reason": "race",
            "by": at_store(sale.store),
            "at": NOON,
            "key": a_key("race"),
            **facts,
        }
    )


def test_thirty_refunds_at_once_give_back_no_more_than_was_paid() -> None:
    sale = a_mixed_sale()
    before = books()
    outcomes = race(lambda _number: give(sale, 7_00), runners=RUNNERS)
    assert {type(refusal) for refusal in refusals(outcomes)} == {OverRefund}
    done = answers(outcomes)
    assert len(done) == 14  # 98 of 100
    sale.refresh_from_db()
    assert sale.refunded == sum(one.amount for one in done) == 98_00
    changed = books(since=before)
    assert changed["tender:cash"] == -50_00
    assert changed["sales"] == -98_00
    assert wallet_factory.is_proven()


def test_the_same_key_thirty_times_gives_back_once() -> None:
    sale, key = a_mixed_sale(), a_key("once")
    outcomes = race(lambda _number: give(sale, 10_00, key=key), runners=RUNNERS)
    assert refusals(outcomes) == []
    assert len({one.pk for one in answers(outcomes)}) == 1
    sale.refresh_from_db()
    assert sale.refunded == 10_00


def test_a_void_against_refunds_is_one_or_the_other() -> None:
    sale = a_mixed_sale()

    def act(number: int) -> Refund:
        if number % 2:
            return give(sale, 1_00)
        return checkout_services.void_sale(
            sale_id=sale.pk,
            reason="race",
            by=at_store(sale.store),
            at=NOON,
            key=a_key("void"),
        )

    outcomes = race(act, runners=12)
    assert {type(refusal) for refusal in refusals(outcomes)} == {NotVoidable}
    rows = Refund.objects.filter(sale=sale)
    voids = rows.filter(is_void=True).count()
    assert (voids, rows.count()) in ((1, 1), (0, 6))
    assert wallet_factory.is_proven()


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The sale is read without its lock; all have read it before one goes on."""
    barrier = threading.Barrier(2)

    def unlocked(sale_id: Any) -> Sale:
        sale = Sale.objects.select_related("store", "policy", "shift").get(pk=sale_id)
        barrier.wait(PATIENCE)
        return sale

    monkeypatch.setattr(asking, "locked_sale", unlocked)
    yield
    barrier.reset()


@pytest.mark.usefixtures("no_lock")
def test_without_the_lock_the_books_and_constraints_still_stop_the_second() -> None:
    """Two whole refunds that both saw all of it left: the lock alone makes that a
    sentence; behind it stands the cap of what was posted.
    """
    sale = a_mixed_sale()
    outcomes = race(lambda _number: give(sale, None), runners=2)
    assert len(answers(outcomes)) == 1
    (refusal,) = refusals(outcomes)
    assert not isinstance(refusal, OverRefund)  # with the lock it is this one
    sale.refresh_from_db()
    assert sale.refunded == 100_00


@pytest.mark.usefixtures("no_lock")
def test_without_the_lock_a_refund_slips_past_a_void() -> None:
    """Both saw an untouched sale; only what was posted stops the money, not the row."""
    sale = a_sale(100_00)

    def act(number: int) -> Refund:
        if number:
            return give(sale, 1_00)
        return checkout_services.void_sale(
            sale_id=sale.pk,
            reason="race",
            by=at_store(sale.store),
            at=NOON,
            key=a_key("void"),
        )

    outcomes = race(act, runners=2)
    assert any(not isinstance(one, NotVoidable) for one in refusals(outcomes))
