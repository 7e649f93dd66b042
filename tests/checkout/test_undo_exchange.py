"""An exchange undone: the guest has what they had, or nothing was done."""

from dataclasses import replace
from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked
from checkout.bill import TenderGiven
from checkout.errors import ExchangeStays, NotVoidable, SaleUnknown
from checkout.models import Exchange, Refund, Sale, SaleDiscount
from coupons.kinds import CouponStatus
from ledger.errors import IdempotencyConflict
from members.models import Member
from outbox.models import Event
from stored_value.holders import Holder
from stored_value.selectors import wallet
from stores import services as stores_services
from stores.errors import ApprovalNeeded, BeneficiaryRefused, NotAllowed
from stores.models import AuditEvent, RoleLimit, Store, User
from tests.checkout.giving_back import refund, void
from tests.checkout.state import books
from tests.checkout.test_exchange import JEANS, SHIRT, bought, exchange, over, status
from tests.factories.bills import a_guest, cash, no_codes, till_of
from tests.factories.checkout import a_policy
from tests.factories.coupons import issued
from tests.factories.gift_cards import a_card
from tests.factories.ledger import everything
from tests.factories.members import own_card
from tests.factories.points import points_of
from tests.factories.stored_value import is_proven
from tests.factories.stores import (
    NOON,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    approval_beside,
    take_away,
)
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db
CHEAP, DEAR = replace(JEANS, unit_price=45_00), replace(JEANS, unit_price=75_00)


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


def undo(done: Exchange, **facts: Any) -> Exchange:
    return checkout_services.undo_exchange(
        **{
            "sale_id": done.sale_id,
            "reference": "Z1",
            "reason": "changed their mind",
            "by": till_of(done.sale.store),
            "at": NOON,
            "key": "undo:1",
            **facts,
        }
    )


def of(member: Member) -> tuple[int, int, int]:
    """What a guest holds: principal, bonus, points."""
    held = wallet(holder=Holder.member(member.pk), at=NOON)
    return held.principal, held.bonus, points_of(member)


def payments(sale: Sale) -> list[tuple[Any, ...]]:
    names = ("kind", "tender", "reference", "amount", "points", "gift_card_id")
    return list(sale.payments.order_by("place").values_list(*names))


@pytest.mark.parametrize("new", [CHEAP, JEANS, DEAR])
@pytest.mark.parametrize(
    "paid",
    [
        [cash(60_00)],
        [TenderGiven(kind="wechat", amount=60_00, reference="W1")],
        [TenderGiven(kind="card", amount=40_00), cash(20_00)],
    ],
)
def test_money_is_where_it_was_whatever_paid(
    store: Store, paid: list[TenderGiven], new: Any
) -> None:
    sale = bought(JEANS, store=store, tenders=paid)
    before = books()
    more = new.gross - JEANS.gross
    done = exchange(sale, new, back={}, tenders=[cash(more)] if more > 0 else [])

    undone = undo(done)

    assert {word for word, amount in books(since=before).items() if amount} == set()
    assert payments(undone.sale) == payments(sale)
    assert (undone.paid_out, undone.to_pay) == (max(0, more), max(0, -more))
    done.sale.refresh_from_db()
    assert done.sale.status == Sale.Status.VOID
    assert [line.name for line in undone.sale.lines.all()] == ["Jeans"]
    assert is_proven()


def test_a_part_of_a_bill_comes_back_for_what_it_went_back_for(store: Store) -> None:
    """With its share of the discounts, and of the service charge."""
    a_policy("last_first", rounding=1_00, most_rounded=99, service_charge=10)
    member = a_guest(store=store)
    coupon = issued(over(), member)
    sale = bought(SHIRT, JEANS, store=store, member=member, tenders=[cash(121_00)])
    before, had = books(), of(member)
    done = exchange(sale, DEAR, tenders=[cash(30_00)])

    undone = undo(done)

    assert undone.sale.net == done.refund.amount
    assert of(member)[:2] == had[:2]
    # Points are rounded down once for each bill: one of them may be lost.
    assert 0 <= had[2] - of(member)[2] <= 1
    changed = {word: one for word, one in books(since=before).items() if one}
    assert {word.partition(":")[0] for word in changed} <= {
        "granted",
        "growth",
        "points",
    }
    assert status(coupon) == CouponStatus.REDEEMED
    assert is_proven()


def test_own_value_is_where_it_was(store: Store) -> None:
    no_codes()
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=store)
    sale = bought(
        JEANS, store=store, member=member, asked=Asked(points=None), tenders=[]
    )
    before, had = books(), of(member)
    done = exchange(sale, CHEAP, back={})
    assert of(member) != had

    undone = undo(done)

    assert of(member) == had
    assert payments(undone.sale) == payments(sale)
    assert {word for word, amount in books(since=before).items() if amount} == set()
    assert is_proven()


def test_a_gift_card_pays_again_what_it_paid(store: Store) -> None:
    card = a_card(80_00, by=till_of(store))
    asked = Asked(gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),))
    sale = bought(JEANS, store=store, asked=asked, tenders=[])
    before = books()
    done = exchange(sale, SHIRT, back={}, tenders=[cash(10_00)])

    undone = undo(done)

    assert payments(undone.sale) == payments(sale)
    assert undone.paid_out == 10_00
    assert {word for word, amount in books(since=before).items() if amount} == set()
    assert is_proven()


def test_coupons_that_came_back_are_used_again(store: Store) -> None:
    member = a_guest(store=store)
    coupon = issued(over(10_00, 50_00), member)
    sale = bought(JEANS, store=store, member=member, tenders=[cash(50_00)])
    before, had = books(), of(member)
    done = exchange(sale, replace(JEANS, unit_price=49_00), back={})
    assert status(coupon) == CouponStatus.ISSUED

    undone = undo(done)

    assert status(coupon) == CouponStatus.REDEEMED
    rows = SaleDiscount.objects.filter(sale=undone.sale)
    assert [(row.kind, row.amount) for row in rows] == [("coupon", 10_00)]
    assert of(member) == had
    assert {word for word, amount in books(since=before).items() if amount} == set()
    assert is_proven()


def test_a_coupon_that_is_gone_leaves_the_exchange_as_it_is(store: Store) -> None:
    member = a_guest(store=store)
    coupon = issued(over(10_00, 50_00), member)
    sale = bought(JEANS, store=store, member=member, tenders=[cash(50_00)])
    done = exchange(sale, replace(JEANS, unit_price=49_00), back={})
    bought(
        JEANS,
        store=store,
        member=member,
        asked=Asked(coupons=(coupon.pk,), stored_value=0),
        tenders=[cash(50_00)],
        reference="B2",
        key="bill:2",
    )
    refuses(done)


def test_value_that_was_used_meanwhile_leaves_it_as_it_is(store: Store) -> None:
    no_codes()
    member = a_guest(principal=60_00, store=store)
    sale = bought(JEANS, store=store, member=member, tenders=[])
    done = exchange(sale, CHEAP, back={})
    bought(
        replace(SHIRT, unit_price=15_00),
        store=store,
        member=member,
        tenders=[],
        reference="B2",
        key="bill:2",
    )
    assert of(member)[0] == 0
    refuses(done)


def refuses(
    done: Exchange, refusal: type[Exception] = ExchangeStays, **facts: Any
) -> None:
    """Nothing whatever is changed, and the sentence says what to do."""
    before = everything(), list(Sale.objects.order_by("pk").values())
    rows = Refund.objects.count(), Exchange.objects.count(), Event.objects.count()
    with pytest.raises(refusal):
        undo(done, **facts)
    assert (everything(), list(Sale.objects.order_by("pk").values())) == before
    after = Refund.objects.count(), Exchange.objects.count(), Event.objects.count()
    assert after == rows


def test_the_sentence_says_what_to_do() -> None:
    assert "Void or refund the new bill" in str(ExchangeStays())


def test_it_is_done_once_for_its_key_and_no_other_request_has_it(store: Store) -> None:
    done = exchange(bought(SHIRT, JEANS, store=store), JEANS)
    first = undo(done)

    assert undo(done) == first

    for facts in ({"reason": "other"}, {"reference": "Z2"}):
        with pytest.raises(IdempotencyConflict):
            undo(done, **facts)
    refuses(done, NotVoidable, key="undo:2", reference="Z2")
    # Nor is what was undone done again by undoing it.
    refuses(first, key="undo:3", reference="Z3")
    assert (Refund.objects.count(), Sale.objects.count()) == (2, 3)
    assert AuditEvent.objects.filter(act="checkout.exchange_undone").count() == 1


def test_what_cannot_be_voided_cannot_be_undone(store: Store) -> None:
    sale = bought(SHIRT, JEANS, store=store)
    refused = bought(JEANS, store=store, reference="B2", key="bill:2")
    with pytest.raises(SaleUnknown):  # it came of no exchange
        undo(Exchange(sale=refused))
    done = exchange(sale, JEANS)
    refuses(done, SaleUnknown, by=till_of(StoreFactory.create()))
    tomorrow = replace(
        till_of(store), business_date=till_of(store).business_date.replace(day=28)
    )
    refuses(done, NotVoidable, by=tomorrow)
    refund(done.sale, by=till_of(store), amount=1_00, key="r1")
    refuses(done, NotVoidable)


def test_a_return_of_another_store_stays(store: Store) -> None:
    a_policy("last_first", returns="any_store")
    here = StoreFactory.create()
    sale = bought(SHIRT, JEANS, store=store)
    done = exchange(sale, SHIRT, by=till_of(here), tenders=[cash(10_00)])
    refuses(done)


def test_who_may_not_void_undoes_nothing_and_an_approver_may(store: Store) -> None:
    done = exchange(bought(SHIRT, JEANS, store=store), JEANS)
    shift = ShiftFactory.create(till=TillFactory.create(store=store))
    cashier = take_away(
        UserFactory.holding("cashier", store=store), "checkout.void_sale"
    )
    by = stores_services.act(staff=cashier, shift=shift, at=NOON)
    refuses(done, NotAllowed, by=by)
    by = of_lead(store)
    refuses(done, ApprovalNeeded, by=by)
    approval = approval_beside(
        "checkout.void_sale",
        by=by,
        subject=checkout_services.subject_of(done.sale_id),
        amount=done.sale.net,
    )
    assert undo(done, by=by, approval=approval).refund.approver_id


def test_nobody_undoes_an_exchange_at_their_own_card(store: Store) -> None:
    member = a_guest(store=store)
    done = exchange(bought(SHIRT, JEANS, store=store, member=member), JEANS)
    by = of_lead(store)
    own_card(User.objects.get(pk=by.staff_id), member)
    refuses(done, BeneficiaryRefused, by=by)


def of_lead(store: Store) -> Any:
    """Whose limit for voids is below the bill."""
    lead = UserFactory.holding("shift-lead", store=store)
    RoleLimit.objects.filter(role__code="shift-lead", act="checkout.void_sale").update(
        per_act=10_00
    )
    shift = ShiftFactory.create(till=TillFactory.create(store=store))
    by = stores_services.act(staff=lead, shift=shift, at=NOON)
    return replace(by, business_date=till_of(store).business_date)


@pytest.mark.django_db(transaction=True)
def test_undone_refunded_and_voided_at_once_it_is_one_of_them() -> None:
    store = StoreFactory.create()
    done = exchange(bought(JEANS, store=store), JEANS, back={})
    by = till_of(store)

    def act(n: int) -> object:
        if n % 4 == 0:
            return void(done.sale, by=by, at=NOON, key=f"v{n}")
        if n % 4 == 1:
            return refund(done.sale, by=by, at=NOON, key=f"r{n}")
        return undo(done, key=f"u{n}", reference=f"Z{n}")

    outcomes = race(act)

    assert len(answers(outcomes)) == 1
    done.sale.refresh_from_db()
    assert done.sale.refunded == 60_00
    assert Sale.objects.count() - 2 == Exchange.objects.count() - 1
    assert is_proven()


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_many_times_undoes_once() -> None:
    store = StoreFactory.create()
    done = exchange(bought(SHIRT, JEANS, store=store), JEANS)

    outcomes = race(lambda _n: undo(done))

    assert len({one.pk for one in answers(outcomes)}) == 1
    assert refusals(outcomes) == []
    assert Sale.objects.count() == 3
    assert is_proven()
