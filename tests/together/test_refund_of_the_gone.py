"""Whoever is gone can still be given their money back: merged, erased, or both."""

from datetime import date, timedelta
from typing import Any

import pytest

from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked
from checkout.models import Refund, RefundPart, Sale
from checkout.selectors.sales import has_cash, notes_of
from checkout.services import ExchangeBill
from coupons import services as coupons_services
from coupons.errors import NothingToRefund
from gift_cards import services as gift_cards_services
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.services import Act
from members import services as members_services
from members.models import Member
from members.services import Signed
from points import services as points_services
from points.earning import Bought, Tender
from points.models import Accrual, RewardOrder, StampGrant
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores.models import Store
from tests.checkout.state import books
from tests.factories import bills, gift_cards, points
from tests.factories import members as members_factory
from tests.factories.checkout import a_key
from tests.factories.coupons import visit_pass
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory, two_people
from tests.factories.stores import NOON, StoreFactory
from tests.factories.tiers import TierFactory
from tiers import services as tiers_services

pytestmark = pytest.mark.django_db

PAPER = Signed(signed_on=date(2026, 11, 19), reference="F-17")
LATER = NOON + timedelta(hours=1)
FATES = ("merged", "erased", "merged then erased")


def goes(member: Member, fate: str) -> Member:
    """Let somebody be merged, erased, or both; who is left of them."""
    left = member
    if fate != "erased":
        left = MemberFactory.create()
        members_services.merge(
            source_id=member.pk, target_id=left.pk, by=two_people(key=f"m{member.pk}")
        )
    if fate != "merged":
        members_services.erase_with_forfeiture(
            member_id=left.pk,
            signed=PAPER,
            by=two_people(key=f"e{member.pk}", role="head-office"),
        )
    return left


def in_till() -> int:
    """The cash that all stores took, less what they gave back."""
    return books().get("tender:cash", 0)


def a_bill(store: Store) -> tuple[Member, Sale]:
    """¥100: 1,000 points, ¥20 of a gift card, ¥35 of the wallet, the rest in cash."""
    bills.no_codes()
    member = bills.a_guest(principal=60_00, bonus=20_00, points=1_000, store=store)
    points.StampProgrammeFactory.create()
    card = gift_cards.a_card(20_00, by=bills.till_of(store))
    settled = bills.settle(
        100_00,
        store=store,
        member=member,
        asked=Asked(
            points=1_000,
            gift_cards=(GiftCardAsked(code=card.code or "", pin=card.pin or ""),),
            stored_value=36_00,
        ),
        tenders=[bills.cash(34_00)],
    )
    sale = bills.sale_of(settled)
    checkout_services.follow_up(sale_id=sale.pk)
    assert StampGrant.objects.filter(member=member).exists()
    return member, sale


def give_back(sale: Sale, act: str, by: Act) -> list[Refund]:
    common: dict[str, Any] = {
        "sale_id": sale.pk,
        "reason": "cold soup",
        "by": by,
        "at": LATER,
    }
    if act == "void":
        return [checkout_services.void_sale(**common, key=a_key())]
    amounts: list[int | None] = [None] if act == "whole" else [33_33, 1, None]
    return [
        checkout_services.refund_sale(**common, amount=amount, key=a_key())
        for amount in amounts
    ]


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("act", ["whole", "parts", "void"])
def test_a_bill_paid_with_everything(fate: str, act: str) -> None:
    store = StoreFactory.create()
    member, sale = a_bill(store)
    cash = in_till()
    left = goes(member, fate)
    assert has_cash(sale)
    done = give_back(sale, act, bills.till_of(store))
    sale.refresh_from_db()
    assert sale.refunded == 100_00
    assert sale.status == ("void" if act == "void" else "refunded")
    is_gone = fate != "merged"
    principal = 27_00 if is_gone else 0
    assert cash - in_till() == 34_00 + principal
    assert sum(one.paid_out for one in done) == 34_00 + principal
    assert {one.is_member_gone for one in done} == {is_gone}
    held = ledger_selectors.accounts_held(holder_kind="member", holder_id=left.pk)
    own = {
        account.kind: account.balance
        for account in held
        if account.balance and not account.slot
    }
    if is_gone:
        assert own == {}
        assert (done[0].points_back, done[0].points_taken) == (0, 0)
        said = [note for one in done for note in notes_of(one)]
        assert any("paid out in cash" in note for note in said)
        assert any(
            "points, growth value and stamps are let go" in note for note in said
        )
    else:
        assert own == {"principal": 60_00, "bonus": 20_00, "points": 1_000}
        assert notes_of(done[0]) == []
    accrual = Accrual.objects.get(source=Accrual.Source.SALE)
    assert (accrual.points_kept, accrual.growth_kept) == (0, 0)
    assert all(grant.taken_back == grant.stamps for grant in StampGrant.objects.all())
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_bill_paid_in_cash_is_paid_back_in_cash(fate: str) -> None:
    store = StoreFactory.create()
    member = bills.a_guest(store=store)
    sale = bills.sale_of(
        bills.settle(50_00, store=store, member=member, tenders=[bills.cash(50_00)])
    )
    goes(member, fate)
    (done,) = give_back(sale, "whole", bills.till_of(store))
    assert done.paid_out == 50_00
    assert in_till() == 0
    assert ledger_services.prove_books().failing == {}


def test_a_wallet_that_a_living_member_closed_pays_out_in_cash() -> None:
    store = StoreFactory.create()
    member, sale = a_bill(store)
    stored_value_services.close_wallet(
        holder=Holder.member(member.pk),
        tender="cash",
        reason="moves away",
        by=bills.till_of(store),
        at=NOON,
        key="close",
    )
    (done,) = give_back(sale, "whole", bills.till_of(store))
    part = RefundPart.objects.get(refund=done, payment__kind="stored_value")
    assert (part.tender, part.principal, part.bonus) == ("cash", 27_00, 9_00)
    assert done.paid_out == 34_00 + 27_00
    assert not done.is_member_gone
    assert points.points_of(member) == 1_000
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_pass(fate: str) -> None:
    store = StoreFactory.create()
    by = bills.till_of(store)
    member = MemberFactory.create()
    template = visit_pass(10, price=100_00)
    issued = coupons_services.sell(
        template_id=template.pk,
        member_id=member.pk,
        tender="cash",
        by=by,
        at=NOON,
        key="pass",
    )
    goes(member, fate)
    paid = coupons_services.refund_pass(
        coupon_id=issued.coupon_ids[0], reason="gone", by=by, at=LATER, key="back"
    )
    assert paid == 100_00
    assert in_till() == 0
    with pytest.raises(NothingToRefund):
        coupons_services.refund_pass(
            coupon_id=issued.coupon_ids[0], reason="gone", by=by, at=LATER, key="again"
        )
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_tier_that_was_bought(fate: str) -> None:
    store = StoreFactory.create()
    by = members_factory.by("store-manager", store=store)
    member = MemberFactory.create()
    tier = TierFactory.create(rank=10, price=99_00, validity_months=1)
    grant = tiers_services.buy_tier(
        tier_id=tier.pk, member_id=member.pk, tender="cash", by=by, at=NOON, key="t"
    )
    goes(member, fate)
    tiers_services.refund_tier(
        grant_id=grant.pk, reason="gone", by=by, at=LATER, key="back"
    )
    tiers_services.refund_tier(
        grant_id=grant.pk, reason="gone", by=by, at=LATER, key="back"
    )
    assert in_till() == 0
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_bill_whose_receipt_code_was_claimed(fate: str) -> None:
    store = StoreFactory.create()
    by = bills.till_of(store)
    member = MemberFactory.create()
    code = points_services.issue_receipt_code(
        lines=[Bought(amount=80_00)],
        paid={Tender.MONEY: 80_00},
        reference="R1",
        by=by,
        at=NOON,
        key="receipt",
    )
    points_services.claim_receipt(code=code.code, member_id=member.pk, by=by, at=NOON)
    left = goes(member, fate)
    points_services.refund_receipt(
        receipt_id=code.row.pk, amounts=[80_00], by=by, at=LATER, key="back"
    )
    assert Accrual.objects.get().points_kept == 0
    if fate == "merged":
        assert points.points_of(left) == 0
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_reward_that_nobody_fetched(fate: str) -> None:
    store = StoreFactory.create()
    by = bills.till_of(store)
    member = points.holding(500, at=NOON)
    reward = points.RewardFactory.create(points=300, money=10_00, stock=3)
    ordered = points_services.order_reward(
        reward_id=reward.pk,
        member_id=member.pk,
        tender="cash",
        by=by,
        at=NOON,
        key="mug",
    )
    left = goes(member, fate)
    points_services.cancel_overdue(
        at=NOON + timedelta(days=400), by=an_act(), reason="not fetched"
    )
    order = RewardOrder.objects.get(pk=ordered.order.pk)
    assert order.status == RewardOrder.Status.CANCELLED
    assert in_till() == 0
    reward.refresh_from_db()
    assert reward.stock == 3
    if fate == "merged":
        assert points.points_of(left) >= 300
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_gift_card_that_they_bought(fate: str) -> None:
    store = StoreFactory.create()
    by = bills.till_of(store)
    member = MemberFactory.create()
    sold = gift_cards.a_card(50_00, by=by, buyer_id=member.pk)
    before = in_till()
    goes(member, fate)
    paid = gift_cards_services.void_sale(
        card_id=gift_cards.row(sold).pk, reason="gone", by=by, at=LATER, key="back"
    )
    assert (paid, before - in_till()) == (50_00, 50_00)
    assert ledger_services.prove_books().failing == {}


@pytest.mark.parametrize("fate", FATES)
def test_a_bill_is_exchanged_with_who_is_left_or_with_nobody(fate: str) -> None:
    store = StoreFactory.create()
    member, sale = a_bill(store)
    left = goes(member, fate)
    cash = in_till()

    done = checkout_services.exchange_sale(
        wanted=ExchangeBill(sale_id=sale.pk, bill=bills.of(100_00)),
        tenders=[] if fate == "merged" else [bills.cash(19_00)],
        reference="X1",
        reason="too small",
        by=bills.till_of(store),
        at=LATER,
        key="exchange",
    )

    is_gone = fate != "merged"
    assert done.sale.member_id == (None if is_gone else left.pk)
    # Points and the bonus that are let go pay nothing any more: ¥10 and ¥9.
    assert (done.paid_out, done.to_pay) == (0, 19_00 if is_gone else 0)
    paid = {one.kind: one.amount for one in done.sale.payments.all()}
    assert paid["gift_card"] == 20_00
    assert in_till() - cash == (19_00 if is_gone else 0)
    assert ledger_services.prove_books().failing == {}
