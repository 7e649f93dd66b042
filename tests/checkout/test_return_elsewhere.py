"""Bought at one store, given back at another: handed out there, owed by the first."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from checkout.errors import OverRefund, SaleUnknown
from checkout.models import CheckoutPolicy, Refund, Sale
from checkout.models.policy import Returns
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.models import Posting
from points import services as points_services
from points.models import PointsPolicy
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.selectors.clearing import ClearingRow, net
from stores import services as stores_services
from stores.errors import ApprovalNeeded
from stores.models import Store
from tests.checkout.giving_back import LATER, refund, void
from tests.checkout.state import books
from tests.factories import points as points_factory
from tests.factories.checkout import a_key, a_policy, a_sale, at_store
from tests.factories.members import MemberFactory
from tests.factories.stored_value import is_proven, top_up
from tests.factories.stores import (
    NOON,
    PIN,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
)
from tests.ledger.racing import answers, race, refusals
from tests.tampering import tamper

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def returns(rule: str = Returns.ANY_STORE, *stores: Store) -> CheckoutPolicy:
    return a_policy(
        "last_first", returns=rule, returns_stores=[store.code for store in stores]
    )


def rows() -> dict[tuple[int | None, int], ClearingRow]:
    found = stored_value_selectors.clearing(since=TODAY, until=TODAY)
    return {(row.origin, row.acceptor): row for row in found}


def owed() -> list[tuple[int | None, int | None, int]]:
    return net(stored_value_selectors.clearing(since=TODAY, until=TODAY))


def test_another_stores_sale_does_not_exist_unless_the_policy_says_so() -> None:
    sold, here, outside = (StoreFactory.create() for _ in range(3))
    sale = a_sale(by=at_store(sold))
    before = books()
    for policy in (None, Returns.SAME_STORE):
        if policy:
            returns(policy)
        with pytest.raises(SaleUnknown):
            refund(sale, by=at_store(here))
    returns(Returns.ANY_STORE, sold, here)
    with pytest.raises(SaleUnknown):
        refund(sale, by=at_store(outside))
    with pytest.raises(SaleUnknown):
        void(sale, by=at_store(here))
    assert books() == before
    assert not Refund.objects.exists()

    assert refund(sale, 30_00, by=at_store(here)).store == here
    returns(Returns.ANY_STORE)
    assert refund(sale, 30_00, by=at_store(outside)).store == outside


@pytest.mark.parametrize("to", ["original", "cash"])
def test_what_the_other_store_hands_back_is_owed_to_it_to_the_cent(to: str) -> None:
    sold, here = StoreFactory.create(), StoreFactory.create()
    returns()
    sale = a_sale(
        90_00, by=at_store(sold), tenders=[("cash", 50_00), ("wechat", 40_00)]
    )
    for amount, debt in ((12_34, 12_34), (50_00, 62_34), (None, 90_00)):
        refund(sale, amount, by=at_store(here), to=to)
        assert owed() == [(sold.pk, here.pk, debt)]
        stored_value_services.add_up_clearing()
        assert rows()[sold.pk, here.pk].refunded == debt
    # The sale is gone from the books of the first; its drawer keeps what it took.
    assert tenders_of(sold) == {"cash": 50_00, "wechat": 40_00}
    paid = {"cash": -90_00} if to == "cash" else {"cash": -50_00, "wechat": -40_00}
    assert tenders_of(here) == paid
    assert is_proven()


def tenders_of(store: Store) -> dict[str, int]:
    """What its drawers took, by tender."""
    own = {"kind": "tender", "holder_kind": "store", "holder_id": store.pk}
    found: Counter[str] = Counter()
    for slot, amount in Posting.objects.filter(
        **{f"debit__{name}": value for name, value in own.items()}
    ).values_list("debit__slot", "amount"):
        found[slot] += amount
    for slot, amount in Posting.objects.filter(
        **{f"credit__{name}": value for name, value in own.items()}
    ).values_list("credit__slot", "amount"):
        found[slot] -= amount
    return {slot: amount for slot, amount in found.items() if amount}


def test_own_value_goes_back_to_where_it_came_from_and_only_money_is_owed() -> None:
    sold, here, topped = (StoreFactory.create() for _ in range(3))
    returns()
    member = points_factory.holding(1_000)
    top_up(Holder.member(member.pk), 100_00, by=at_store(topped))
    sale = a_sale(90_00, member=member, by=at_store(sold), points=1_000, stored=50_00)
    assert owed() == [(topped.pk, sold.pk, 50_00)]

    given = refund(sale, by=at_store(here))

    assert (given.paid_out, given.points_back) == (30_00, 1_000)
    assert owed() == [(sold.pk, here.pk, 30_00)]
    assert is_proven()


def test_a_closed_wallet_is_paid_out_by_who_is_asked_and_owed_to_them() -> None:
    sold, here = StoreFactory.create(), StoreFactory.create()
    returns()
    member = MemberFactory.create()
    holder = Holder.member(member.pk)
    top_up(holder, 100_00, by=at_store(sold))
    sale = a_sale(60_00, member=member, by=at_store(sold), stored=60_00)
    stored_value_services.close_wallet(
        holder=holder,
        tender="cash",
        reason="moves away",
        by=at_store(sold),
        at=NOON,
        key=a_key("close"),
    )

    given = refund(sale, by=at_store(here))

    assert given.paid_out == 60_00
    assert owed() == [(sold.pk, here.pk, 60_00)]
    assert is_proven()


def test_money_kept_for_points_that_are_gone_stays_the_sellers() -> None:
    sold, here = StoreFactory.create(), StoreFactory.create()
    returns()
    points_factory.a_policy(shortfall=PointsPolicy.Shortfall.CHARGE)
    member = MemberFactory.create()
    sale = a_sale(100_00, member=member, by=at_store(sold))
    points_services.redeem(
        member_id=member.pk,
        points=100,
        bill=10_00,
        by=at_store(sold),
        at=NOON,
        key=a_key("spent"),
    )

    given = refund(sale, by=at_store(here))

    assert (given.charged, given.paid_out) == (1_00, 99_00)
    assert owed() == [(sold.pk, here.pk, 99_00)]
    assert is_proven()


def test_an_approver_stands_by_however_little_it_is_where_the_policy_says_so() -> None:
    sold, here = StoreFactory.create(), StoreFactory.create()
    returns(Returns.APPROVED)
    sale = a_sale(50_00, by=at_store(sold))
    shift = ShiftFactory.create(till=TillFactory.create(store=here))
    lead = UserFactory.holding("shift-lead", store=here)
    manager = UserFactory.holding("store-manager", store=here)
    by = stores_services.act(staff=lead, shift=shift, at=LATER)
    before = books()
    for alone in (by, at_store(here)):
        with pytest.raises(ApprovalNeeded):
            refund(sale, 1, by=alone)
    assert books() == before

    given = stores_services.alone_or_beside(
        lambda approval: refund(sale, 20_00, by=by, approval=approval),
        maker=lead,
        checker=manager,
        secret=PIN,
        store=here,
        reason="cold soup",
        at=LATER,
        subject=f"sale:{sale.pk}",
        shift=shift,
    )

    assert (given.approver, given.shift) == (manager, shift)
    assert ledger_selectors.tender_totals(shift_id=shift.pk) == {"cash": -20_00}
    # At the store that sold it nothing is asked that was not asked before.
    refund(sale, 10_00, by=at_store(sold))


def test_a_policy_names_stores_that_there_are() -> None:
    policy = CheckoutPolicy(
        number=9, in_force_from=NOON, reason="test", returns_stores=["NOWHERE"]
    )
    with pytest.raises(ValidationError) as refused:
        policy.clean()
    assert "returns_stores" in refused.value.message_dict


def test_the_proof_sees_a_refund_that_nobody_owes() -> None:
    sold, here = StoreFactory.create(), StoreFactory.create()
    returns()
    given = refund(a_sale(by=at_store(sold)), 40_00, by=at_store(here))
    assert is_proven()
    sql = f"UPDATE checkout_refund SET paid_out = 1 WHERE id = '{given.pk}'"
    tamper(sql, tables=("checkout_refund",))
    assert set(ledger_services.prove_books().failing) == {
        "what was handed back for another store is owed to who did"
    }


@pytest.mark.django_db(transaction=True)
def test_two_stores_at_once_hand_it_back_once() -> None:
    stores = [StoreFactory.create() for _ in range(3)]
    returns()
    sale = a_sale(by=at_store(stores[0]))

    outcomes: list[Any] = race(
        lambda n: refund(sale, by=at_store(stores[n % 3]), key=a_key(f"r{n}"))
    )

    assert len(answers(outcomes)) == 1
    assert {type(one) for one in refusals(outcomes)} == {OverRefund}
    assert Sale.objects.get().refunded == 100_00
    assert is_proven()
