"""Goods back and others for them: a refund and the sale that it pays, in one act."""

from dataclasses import replace
from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked
from checkout.bill import Bill, Line, TenderGiven
from checkout.errors import (
    ExchangeChanged,
    ExchangeOfNothing,
    NotVoidable,
    OverRefund,
    SaleUnknown,
    Underpaid,
)
from checkout.models import BillOffer, Exchange, Refund, Sale, SaleDiscount
from checkout.services import ExchangeBill, LineRefund
from coupons.kinds import CouponStatus
from coupons.models import Coupon
from ledger import services as ledger_services
from ledger.errors import IdempotencyConflict
from members.models import Member
from outbox.models import Event
from stores import services as stores_services
from stores.errors import ApprovalNeeded, BeneficiaryRefused, NotAllowed
from stores.models import Store
from tests.checkout.giving_back import refund, void
from tests.checkout.state import books, lots
from tests.factories.bills import a_guest, cash, no_codes, sale_of, settle, till_of
from tests.factories.checkout import a_policy
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.gift_cards import a_card
from tests.factories.ledger import everything
from tests.factories.members import own_card
from tests.factories.stored_value import is_proven
from tests.factories.stores import (
    NOON,
    ShiftFactory,
    StoreFactory,
    TillFactory,
    UserFactory,
    take_away,
)
from tests.ledger.racing import answers, race, refusals

pytestmark = pytest.mark.django_db
SHIRT = Line(sku="shirt", name="Shirt", category="tops", unit_price=70_00)
JEANS = Line(sku="jeans", name="Jeans", category="legs", unit_price=60_00)


@pytest.fixture
def store() -> Store:
    return StoreFactory.create()


def of(*lines: Line, **facts: Any) -> Bill:
    return Bill(lines=lines, **facts)


def bought(
    *lines: Line, store: Store, member: Member | None = None, **facts: Any
) -> Sale:
    bill = of(*lines)
    tenders = facts.pop("tenders", [cash(bill.gross)])
    return sale_of(settle(bill, store=store, member=member, tenders=tenders, **facts))


def wanted(sale: Sale, *lines: Line, back: Any = None, **facts: Any) -> ExchangeBill:
    """Line 2 goes back, unless told otherwise."""
    per_line = {2: LineRefund()} if back is None else back
    return ExchangeBill(
        sale_id=sale.pk, bill=of(*lines), per_line=per_line or None, **facts
    )


def ask(sale: Sale, *lines: Line, **facts: Any) -> checkout_services.ExchangeQuote:
    return checkout_services.quote_exchange(
        wanted=wanted(sale, *lines, **facts), by=till_of(sale.store), at=NOON
    )


def exchange(sale: Sale, *lines: Line, tenders: Any = (), **facts: Any) -> Exchange:
    given: dict[str, Any] = {
        name: facts.pop(name)
        for name in ("key", "by", "reference", "expected_difference", "approval")
        if name in facts
    }
    request: dict[str, Any] = {
        "wanted": wanted(sale, *lines, **facts),
        "tenders": tenders,
        "reference": "X1",
        "reason": "too small",
        "by": till_of(sale.store),
        "at": NOON,
        "key": "exchange:1",
        **given,
    }
    return checkout_services.exchange_sale(**request)


def test_the_difference_is_paid_or_handed_out_and_all_else_is_set_off(
    store: Store,
) -> None:
    for number, (price, to_pay, paid_out) in enumerate(
        ((75_00, 15_00, 0), (60_00, 0, 0), (45_00, 0, 15_00))
    ):
        sale = bought(SHIRT, JEANS, store=store)
        dearer = replace(JEANS, unit_price=price)
        before, rows = books(), everything()
        told = ask(sale, dearer)
        assert (told.difference, told.offset) == (price - 60_00, min(price, 60_00))
        assert (everything(), Refund.objects.count()) == (rows, number)

        done = exchange(
            sale,
            dearer,
            tenders=[cash(to_pay)] if to_pay else [],
            key=f"k{number}",
            reference=f"X{number}",
            expected_difference=told.difference,
        )

        assert (done.to_pay, done.paid_out) == (to_pay, paid_out)
        changed = {word: one for word, one in books(since=before).items() if one}
        assert changed == (
            {"tender:cash": price - 60_00, "sales": price - 60_00}
            if price != 60_00
            else {}
        )
        sale.refresh_from_db()
        assert (sale.refunded, done.sale.net) == (60_00, price)
    assert is_proven()


def test_it_is_done_once_for_its_key_and_no_other_request_has_it(store: Store) -> None:
    sale = bought(SHIRT, JEANS, store=store)
    first = exchange(sale, JEANS)

    assert exchange(sale, JEANS) == first

    for facts in ({"reference": "X2"}, {"back": {1: LineRefund()}}):
        with pytest.raises(IdempotencyConflict):
            exchange(sale, JEANS, **facts)
    with pytest.raises(IdempotencyConflict):
        refund(sale, by=till_of(store), key="exchange:1")
    with pytest.raises(IdempotencyConflict):
        settle(JEANS.gross, store=store, tenders=[cash(60_00)], key="exchange:1")
    assert (Refund.objects.count(), Sale.objects.count()) == (1, 2)
    assert Event.objects.filter(kind="sale.exchanged").count() == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"back": {2: LineRefund(amount=60_01)}}, OverRefund),
        ({"expected_difference": 1}, ExchangeChanged),
        ({"lines": ()}, ExchangeOfNothing),
        ({"lines": (SHIRT,), "tenders": [cash(9_99)]}, Underpaid),
        ({"by": "elsewhere"}, SaleUnknown),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    store: Store, facts: dict[str, Any], refusal: type[Exception]
) -> None:
    sale = bought(SHIRT, JEANS, store=store)
    before = everything(), list(Sale.objects.values()), Refund.objects.count()
    facts = {**facts}
    lines = facts.pop("lines", (JEANS,))
    if facts.get("by"):
        facts["by"] = till_of(StoreFactory.create())

    with pytest.raises(refusal):
        exchange(sale, *lines, **facts)

    after = everything(), list(Sale.objects.values()), Refund.objects.count()
    assert after == before


def test_own_value_pays_the_new_bill_in_the_way_it_came_back(store: Store) -> None:
    no_codes()
    member = a_guest(principal=300_00, bonus=50_00, points=1_000, store=store)
    sale = bought(
        JEANS, store=store, member=member, asked=Asked(points=None), tenders=[]
    )
    before = books()
    lots_before = sorted((account, left) for account, _lot, left in lots())

    done = exchange(sale, JEANS, back={})

    assert (done.paid_out, done.to_pay, done.offset) == (0, 0, 0)
    assert {word for word, one in books(since=before).items() if one} == set()
    assert sorted((account, left) for account, _lot, left in lots()) == lots_before
    assert [one.amount for one in done.sale.payments.order_by("place")] == [
        one.amount for one in sale.payments.order_by("place")
    ]
    assert is_proven()


def test_money_of_the_wallet_stays_there_where_cash_was_paid(store: Store) -> None:
    no_codes()
    member = a_guest(principal=300_00, store=store)
    sale = bought(JEANS, store=store, member=member, asked=Asked(stored_value=0))

    same = exchange(sale, JEANS, back={})
    dearer = exchange(
        same.sale, SHIRT, back={}, stored_value=None, key="k2", reference="X2"
    )

    assert [one.kind for one in same.sale.payments.all()] == ["tender"]
    # Asked for, the wallet pays the new bill and the money is handed out.
    assert (dearer.paid_out, dearer.to_pay) == (60_00, 0)
    assert [one.kind for one in dearer.sale.payments.all()] == ["stored_value"]
    assert is_proven()


def test_money_that_came_otherwise_is_set_off_before_cash(store: Store) -> None:
    wechat = TenderGiven(kind="wechat", amount=40_00)
    sale = bought(JEANS, store=store, tenders=[cash(20_00), wechat])

    done = exchange(sale, replace(JEANS, unit_price=45_00), back={})

    paid = {one.tender: one.amount for one in done.sale.payments.all()}
    assert paid == {"wechat": 40_00, "cash": 5_00}
    assert done.paid_out == 15_00


def over(amount: int = 20_00, least: int = 120_00, **facts: Any) -> Any:
    return TemplateFactory.drawn(amount=amount, min_spend=least, **facts)


def kept(sale: Sale) -> list[tuple[str, int]]:
    rows = SaleDiscount.objects.filter(sale=sale).order_by("place")
    return [(row.kind, row.amount) for row in rows]


def status(coupon: Coupon) -> str:
    coupon.refresh_from_db()
    return coupon.status


def test_a_coupon_that_both_still_earn_is_kept_and_one_they_do_not_is_not(
    store: Store,
) -> None:
    member = a_guest(store=store)
    coupon = issued(over(), member)
    sale = bought(SHIRT, JEANS, store=store, member=member, tenders=[cash(110_00)])
    given_back = 60_00 - 9_23  # its share of the coupon

    dearer = ask(sale, replace(JEANS, unit_price=65_00))
    cheaper = ask(sale, replace(JEANS, unit_price=49_99))

    assert dearer.difference == 5_00
    assert [str(one.kind) for one in dearer.quote.discounts] == ["kept"]
    assert cheaper.difference == 49_99 - given_back
    done = exchange(sale, replace(JEANS, unit_price=65_00), tenders=[cash(5_00)])
    assert kept(done.sale) == [("kept", 9_23)]
    assert status(coupon) == CouponStatus.REDEEMED
    assert is_proven()


@pytest.mark.parametrize("facts", [{}, {"is_returnable": False}])
def test_a_coupon_of_goods_that_all_went_back_is_used_again(
    store: Store, facts: dict[str, Any]
) -> None:
    member = a_guest(store=store)
    coupon = issued(over(10_00, 50_00, **facts), member)
    sale = bought(JEANS, store=store, member=member, tenders=[cash(50_00)])

    told = ask(sale, SHIRT, back={})
    done = exchange(sale, SHIRT, back={}, tenders=[cash(10_00)])

    assert told.difference == done.to_pay == 10_00
    assert kept(done.sale) == [("coupon", 10_00)]
    assert status(coupon) == CouponStatus.REDEEMED
    # What the new bill does not earn goes as by any refund.
    cheap = replace(JEANS, unit_price=49_00)
    last = exchange(done.sale, cheap, back={}, key="k2", reference="X2")
    assert (kept(last.sale), last.paid_out) == ([], 11_00)
    gone = CouponStatus.REDEEMED if facts else CouponStatus.ISSUED
    assert status(coupon) == gone
    assert is_proven()


def test_a_bill_offer_is_kept_once_and_not_given_twice(store: Store) -> None:
    offer = BillOffer(name_en="10 off", min_spend=120_00, amount_off=10_00)
    offer.members_only = False
    checkout_services.save_bill_offer(offer=offer, by=till_of(store), at=NOON)
    sale = bought(SHIRT, JEANS, store=store, tenders=[cash(120_00)])
    share = SaleDiscount.objects.get(sale=sale).per_line[1]

    same, far = ask(sale, JEANS), ask(sale, replace(JEANS, unit_price=200_00))

    assert (same.difference, same.quote.discount) == (0, share)
    # By itself the new bill earns all of it, as it would after a refund.
    assert far.quote.discount == 10_00


def test_the_tiers_the_charge_and_the_rounding_are_as_on_one_bill(store: Store) -> None:
    a_policy("last_first", rounding=1_00, most_rounded=99, service_charge=10)
    odd = replace(SHIRT, unit_price=33_35), replace(JEANS, unit_price=20_20)
    sale = bought(*odd, store=store, tenders=[cash(100_00)])
    assert sale.net == 58_00

    told = ask(sale, odd[1])

    assert told.difference == 0


def test_a_void_of_the_new_bill_hands_its_money_out_and_no_more(store: Store) -> None:
    sale = bought(SHIRT, JEANS, store=store)
    before = books()
    done = exchange(sale, replace(JEANS, unit_price=75_00), tenders=[cash(15_00)])

    undone = void(done.sale, by=till_of(store), at=NOON)

    assert undone.paid_out == 75_00
    assert books(since=before)["tender:cash"] == -60_00
    with pytest.raises(NotVoidable):
        void(sale, by=till_of(store), at=NOON)
    assert is_proven()


def test_another_store_exchanges_where_the_policy_lets_it(store: Store) -> None:
    a_policy("last_first", returns="any_store")
    here = StoreFactory.create()
    sale = bought(SHIRT, JEANS, store=store)

    done = exchange(sale, SHIRT, by=till_of(here), tenders=[cash(10_00)])

    assert (done.refund.store, done.sale.store) == (here, here)
    assert is_proven()


def test_the_proof_sees_what_was_set_off_beyond_what_came_back(store: Store) -> None:
    from tests.tampering import tamper

    exchange(bought(SHIRT, JEANS, store=store), JEANS)
    assert is_proven()
    tamper('UPDATE checkout_exchange SET "offset" = 1', tables=("checkout_exchange",))
    failing = ledger_services.prove_books().failing
    assert set(failing) == {"what is exchanged is set off against what came back"}


@pytest.mark.django_db(transaction=True)
def test_an_exchange_a_refund_and_a_void_at_once_give_back_once() -> None:
    store = StoreFactory.create()
    sale = bought(JEANS, store=store)
    by = till_of(store)

    def act(n: int) -> object:
        if n % 4 == 0:
            return void(sale, by=by, at=NOON, key=f"v{n}")
        if n % 4 == 1:
            return refund(sale, by=by, at=NOON, key=f"r{n}")
        return exchange(
            sale, SHIRT, back={}, tenders=[cash(10_00)], key=f"x{n}", reference=f"X{n}"
        )

    outcomes = race(act)

    assert len(answers(outcomes)) == 1
    assert {type(one) for one in refusals(outcomes)} <= {OverRefund, NotVoidable}
    sale.refresh_from_db()
    assert sale.refunded == 60_00
    assert is_proven()


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_many_times_exchanges_once() -> None:
    store = StoreFactory.create()
    sale = bought(SHIRT, JEANS, store=store)

    outcomes = race(lambda _n: exchange(sale, JEANS))

    assert {one.pk for one in answers(outcomes)} == {Exchange.objects.get().pk}
    assert refusals(outcomes) == []
    assert is_proven()


def test_what_one_card_paid_is_set_off_as_far_as_the_new_bill_costs(
    store: Store,
) -> None:
    by_card = TenderGiven(kind="card", amount=60_00)
    sale = bought(JEANS, store=store, tenders=[by_card])

    done = exchange(sale, replace(JEANS, unit_price=45_00), back={})

    assert (done.sale.change, done.paid_out) == (0, 15_00)
    assert [one.amount for one in done.sale.payments.all()] == [45_00]


def test_a_gift_card_that_paid_pays_again_without_its_code(store: Store) -> None:
    card = a_card(80_00, by=till_of(store))
    asked = Asked(gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),))
    sale = bought(JEANS, store=store, asked=asked, tenders=[])
    before = books()

    done = exchange(sale, SHIRT, back={}, tenders=[cash(10_00)])

    assert [one.kind for one in done.sale.payments.order_by("place")] == [
        "gift_card",
        "tender",
    ]
    changed = {word: one for word, one in books(since=before).items() if one}
    assert changed == {"tender:cash": 10_00, "sales": 10_00}
    assert is_proven()


def test_who_may_not_refund_or_sell_exchanges_nothing(store: Store) -> None:
    sale = bought(SHIRT, JEANS, store=store)
    shift = ShiftFactory.create(till=TillFactory.create(store=store))
    before = everything()
    cashier = take_away(
        UserFactory.holding("cashier", store=store), "checkout.refund_sale"
    )
    by = stores_services.act(staff=cashier, shift=shift, at=NOON)
    for act in (exchange, ask_by):
        with pytest.raises(NotAllowed):
            act(sale, JEANS, by=by)
    assert everything() == before


def ask_by(sale: Sale, *lines: Line, by: Any) -> object:
    return checkout_services.quote_exchange(wanted=wanted(sale, *lines), by=by, at=NOON)


def test_nobody_exchanges_at_their_own_card_and_the_limit_is_a_refunds(
    store: Store,
) -> None:
    member = a_guest(store=store)
    own = bought(SHIRT, JEANS, store=store, member=member)
    large = bought(replace(SHIRT, unit_price=900_00), store=store)
    shift = ShiftFactory.create(till=TillFactory.create(store=store))
    lead = UserFactory.holding("shift-lead", store=store)
    by = stores_services.act(staff=lead, shift=shift, at=NOON)
    own_card(lead, member)
    before = everything()
    with pytest.raises(BeneficiaryRefused):
        exchange(own, JEANS, by=by)
    with pytest.raises(ApprovalNeeded):
        exchange(large, SHIRT, back={}, by=by)
    assert everything() == before
    both = bought(replace(SHIRT, unit_price=900_00), JEANS, store=store)
    assert ask_by(both, JEANS, by=by)  # asked is not done
