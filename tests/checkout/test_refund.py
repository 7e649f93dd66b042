"""A sale given back: to what paid it, in any cuts, and never beyond what was paid."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cards import services as cards_services
from cards.models import ShareDay, WalletShare
from checkout.errors import (
    GiftCardGone,
    OverRefund,
    RefundRefused,
    SaleUnknown,
)
from checkout.models import (
    Refund,
    RefundOrder,
    RefundPart,
    SaleLine,
    SalePayment,
)
from checkout.sharing import last_first, next_units
from common.errors import DomainError
from common.text import InvisibleText
from coupons.kinds import CouponStatus
from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard
from ledger import selectors as ledger_selectors
from ledger.errors import IdempotencyConflict, UndoneElsewhere
from members.models import Member
from outbox.models import Event
from points import services as points_services
from points.models import PointsPolicy
from recognition.models import Visit
from stored_value import services as stored_value_services
from stores.errors import ReasonMissing
from stores.models import AuditEvent
from tests.checkout.giving_back import LATER, refund
from tests.checkout.state import books
from tests.factories import gift_cards as gift_card_factory
from tests.factories import points as points_factory
from tests.factories import stored_value as wallet_factory
from tests.factories.checkout import a_key, a_policy, a_sale, at_store
from tests.factories.coupons import TemplateFactory, issued
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def test_a_sale_paid_in_cash_is_given_back_in_cash() -> None:
    sale = a_sale(60_00, 40_00)
    given = refund(sale, 30_00)
    sale.refresh_from_db()
    assert (given.amount, given.paid_out, sale.refunded, sale.status) == (
        30_00,
        30_00,
        30_00,
        "captured",
    )
    assert given.per_line == [18_00, 12_00]
    part = RefundPart.objects.get(refund=given)
    assert (part.amount, part.tender) == (30_00, "cash")
    rest = refund(sale)
    sale.refresh_from_db()
    assert (rest.amount, sale.refunded, sale.status) == (70_00, 100_00, "refunded")
    lines = SaleLine.objects.filter(sale=sale).order_by("place")
    assert [line.refunded for line in lines] == [60_00, 40_00]
    assert SalePayment.objects.get(sale=sale).returned == 100_00
    assert wallet_factory.is_proven()


@pytest.mark.parametrize("amount", [3 * 10**9, 10**10, 10**12 - 1])
def test_a_great_sale_is_given_back_to_the_cent_and_once(amount: int) -> None:
    sale = a_sale(amount, 1)
    refund(sale, amount - 1)
    sale.refresh_from_db()
    assert (sale.refunded, sale.left) == (amount - 1, 2)
    refund(sale)
    sale.refresh_from_db()
    assert (sale.refunded, sale.status) == (amount + 1, "refunded")
    assert SalePayment.objects.get(sale=sale).returned == amount + 1
    with pytest.raises(OverRefund):
        refund(sale)
    assert wallet_factory.is_proven()


def test_what_was_paid_last_is_given_back_first() -> None:
    holder, _ = wallet_factory.holding(100_00)
    member = Member.objects.get(pk=holder.id)
    by = at_store()
    card = gift_card_factory.a_card(50_00, by=by)
    sale = a_sale(
        200_00,
        member=member,
        by=by,
        gift_cards=[(card, 50_00)],
        stored=100_00,
        tenders=[("wechat", 30_00), ("cash", 20_00)],
    )
    parts = {
        part.payment.place: part.amount
        for part in RefundPart.objects.filter(refund=refund(sale, 60_00))
    }
    assert parts == {4: 20_00, 3: 30_00, 2: 10_00}
    refund(sale, 130_00)
    assert gift_card_factory.left(card) == 40_00
    refund(sale)
    assert gift_card_factory.left(card) == 50_00
    assert wallet_factory.is_proven()


def test_in_ratio_each_payment_gets_its_share() -> None:
    a_policy(RefundOrder.RATIO)
    sale = a_sale(100_00, tenders=[("card", 75_00), ("cash", 25_00)])
    given = refund(sale, 10_00)
    shares = RefundPart.objects.filter(refund=given).order_by("payment__place")
    assert [part.amount for part in shares] == [7_50, 2_50]


def test_in_cash_no_more_goes_out_than_money_came_in() -> None:
    holder, _ = wallet_factory.holding(60_00, 60_00)
    member = Member.objects.get(pk=holder.id)
    sale = a_sale(
        100_00,
        member=member,
        stored=70_00,
        tenders=[("wechat", 20_00), ("cash", 10_00)],
    )
    before = books()
    given = refund(sale, to="cash")
    assert given.paid_out == 30_00
    tenders = RefundPart.objects.filter(refund=given, payment__kind="tender")
    assert {part.tender for part in tenders} == {"cash"}
    wallet = RefundPart.objects.get(refund=given, payment__kind="stored_value")
    assert (wallet.principal, wallet.bonus, wallet.tender) == (35_00, 35_00, "")
    changed = books(since=before)
    assert changed["tender:wechat"] == 0
    assert changed["tender:cash"] == -30_00
    assert wallet_factory.is_proven()


def test_a_line_is_given_back_to_the_cent_and_no_further() -> None:
    sale = a_sale(33_33, 66_67)
    given = refund(sale, per_line={2: 66_67})
    assert (given.amount, given.per_line) == (66_67, [0, 66_67])
    with pytest.raises(OverRefund) as refused:
        refund(sale, per_line={2: 1})
    assert refused.value.facts == {"left": 0}
    assert str(refused.value) == "Only ¥0.00 of line 2 can still be refunded."
    assert refund(sale).per_line == [33_33, 0]


@pytest.mark.parametrize(
    ("amount", "per_line"),
    [
        (0, None),
        (-1, None),
        (None, {}),
        (None, {9: 1}),
        (None, {1: 0}),
        (None, {1: -5}),
        (7, {1: 5}),
    ],
)
def test_a_refund_of_nothing_or_of_no_line_is_refused(
    amount: int | None, per_line: dict[int, int] | None
) -> None:
    sale = a_sale()
    before = books()
    with pytest.raises(RefundRefused):
        refund(sale, amount, per_line=per_line)
    assert books() == before
    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", [100_01, 10**12, 10**30])
def test_more_than_was_paid_is_refused(amount: int) -> None:
    sale = a_sale()
    before = books()
    with pytest.raises(OverRefund) as refused:
        refund(sale, amount)
    assert refused.value.facts == {"left": 100_00}
    refund(sale)
    with pytest.raises(OverRefund, match="Nothing of this sale can still"):
        refund(sale)
    assert Refund.objects.count() == 1
    assert books() != before


def test_a_bill_of_nothing_is_refunded_once_for_its_coupon() -> None:
    member = MemberFactory.create()
    coupon = issued(TemplateFactory.drawn(min_spend=0), member)
    sale = a_sale(0, member=member, coupons=[coupon], discount=10_00)
    given = refund(sale)
    coupon.refresh_from_db()
    sale.refresh_from_db()
    assert (given.amount, coupon.status, sale.status) == (0, "issued", "refunded")
    with pytest.raises(OverRefund):
        refund(sale, 0)


def test_the_same_key_answers_the_same_and_gives_back_once() -> None:
    sale, key = a_sale(), a_key()
    first = refund(sale, 10_00, key=key)
    assert refund(sale, 10_00, key=key).pk == first.pk
    with pytest.raises(IdempotencyConflict):
        refund(sale, 11_00, key=key)
    other = a_sale()
    with pytest.raises(IdempotencyConflict):
        refund(other, 10_00, key=key)
    sale.refresh_from_db()
    assert sale.refunded == 10_00


def test_another_stores_sale_does_not_exist() -> None:
    sale = a_sale()
    before = books()
    elsewhere = at_store(StoreFactory.create())
    for sale_id in (sale.pk, uuid.uuid4(), "no id"):
        with pytest.raises(SaleUnknown):
            refund(sale, sale_id=sale_id, by=elsewhere)
    assert books() == before


def test_head_office_gives_back_in_the_day_of_the_sales_store() -> None:
    sale = a_sale()
    given = refund(sale, by=replace(at_store(sale.store), store_id=None))
    assert given.store_id == sale.store_id
    assert given.business_date == NOON.date()
    assert balance_of_entry_store(given) == sale.store_id


def balance_of_entry_store(given: Refund) -> int | None:
    entry_id = ledger_selectors.entry_id_of(key=f"refund:{given.pk}:value")
    entry = ledger_selectors.entry(str(entry_id))
    assert entry is not None
    return entry.store_id


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [("", ReasonMissing), ("  ", ReasonMissing), ("\x00", InvisibleText)],
)
def test_a_refund_says_why(reason: str, refusal: type[DomainError]) -> None:
    sale = a_sale()
    with pytest.raises(refusal):
        refund(sale, reason=reason)
    assert not Refund.objects.exists()


def test_a_long_strange_reason_is_kept_as_far_as_it_goes() -> None:
    given = refund(a_sale(), reason="🍜" * 150 + " مرحبا" * 20)
    assert len(given.reason) == 200


def test_spent_points_come_back_and_earned_ones_go() -> None:
    member = points_factory.holding(5_000)
    sale = a_sale(100_00, member=member, points=1_000)
    assert points_factory.points_of(member) == 5_000 - 1_000 + sale.points_earned
    refund(sale, 90_00)
    given = refund(sale)
    assert given.points_back == 1_000
    assert points_factory.points_of(member) == 5_000
    assert points_factory.growth_of(member) == 0


def test_the_refund_loop_keeps_no_points() -> None:
    """Buying and giving back, by odd cuts, leaves as many points as there were."""
    member = points_factory.holding(100)
    for _loop in range(10):
        sale = a_sale(37_77, member=member)
        for cut in (1, 99, 12_34, 3):
            refund(sale, cut)
        refund(sale)
    assert points_factory.points_of(member) == 100
    assert points_factory.debt_of(member) == 0


def test_points_that_are_spent_are_charged_as_far_as_the_money_reaches() -> None:
    points_factory.a_policy(shortfall=PointsPolicy.Shortfall.CHARGE)
    member = MemberFactory.create()
    sale = a_sale(100_00, member=member)
    points_services.redeem(
        member_id=member.pk,
        points=100,
        bill=10_00,
        by=at_store(sale.store),
        at=NOON,
        key=a_key("spent"),
    )
    before = books()
    given = refund(sale, 60_00)
    assert (given.points_taken, given.charged, given.paid_out) == (60, 60, 59_40)
    last = refund(sale)
    assert (last.charged, last.paid_out) == (40, 39_60)
    changed = books(since=before)
    assert (changed["tender:cash"], changed["sales"]) == (-99_00, -100_00)
    assert changed["sales:points_charged"] == 1_00
    assert wallet_factory.is_proven()


def test_points_are_charged_once_whatever_number_of_tenders_is_given_back() -> None:
    points_factory.a_policy(shortfall=PointsPolicy.Shortfall.CHARGE)
    member = MemberFactory.create()
    sale = a_sale(100_00, member=member, tenders=[("wechat", 40), ("cash", 99_60)])
    points_services.redeem(
        member_id=member.pk,
        points=100,
        bill=10_00,
        by=at_store(sale.store),
        at=NOON,
        key=a_key("spent"),
    )
    before = books()
    given = refund(sale)
    assert (given.charged, given.paid_out) == (1_00, 99_00)
    changed = books(since=before)
    assert changed["sales:points_charged"] == 1_00
    # Of the smaller one nothing is left to hand out; the greater one pays the rest.
    assert (changed["tender:wechat"], changed["tender:cash"]) == (0, -99_00)
    assert wallet_factory.is_proven()


def test_who_gets_no_money_back_pays_none_for_points() -> None:
    points_factory.a_policy(shortfall=PointsPolicy.Shortfall.CHARGE)
    holder, _ = wallet_factory.holding(100_00)
    member = Member.objects.get(pk=holder.id)
    sale = a_sale(100_00, member=member, stored=100_00)
    points_services.redeem(
        member_id=member.pk,
        points=100,
        bill=10_00,
        by=at_store(sale.store),
        at=NOON,
        key=a_key("spent"),
    )
    given = refund(sale)
    assert (given.charged, given.paid_out) == (0, 0)
    assert wallet_factory.is_proven()


def test_a_coupon_comes_back_only_with_the_whole_sale() -> None:
    member = MemberFactory.create()
    coupon = issued(TemplateFactory.drawn(), member)
    sale = a_sale(90_00, member=member, coupons=[coupon], discount=10_00)
    refund(sale, 89_99)
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.REDEEMED
    refund(sale, 1)
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.ISSUED
    assert Visit.objects.get(reference=str(sale.pk)).voided_at is None


def test_a_shared_wallet_gets_back_its_value_and_its_day() -> None:
    holder, _ = wallet_factory.holding(100_00)
    user = MemberFactory.create()
    share = WalletShare(owner_id=holder.id, holder=user, per_day=80_00)
    share.made_at = NOON
    share.save(force_insert=True)
    sale = a_sale(60_00, member=user, stored=60_00, share_id=share.pk)
    refund(sale, 25_00)
    assert ShareDay.objects.get(share=share).used == 35_00
    refund(sale)
    assert ShareDay.objects.get(share=share).used == 0
    assert cards_services.shares.left_today(share, day=NOON.date()) == 80_00


def test_a_gift_card_lives_on_after_a_refund_unless_it_was_taken_back() -> None:
    by = at_store()
    card = gift_card_factory.a_card(50_00, by=by)
    sale = a_sale(50_00, by=by, gift_cards=[(card, 50_00)])
    near = LATER + timedelta(hours=1)
    GiftCard.objects.filter(pk=card.card_id).update(expires_at=near)
    refund(sale, 20_00)
    assert gift_card_factory.left(card) == 20_00
    row = gift_card_factory.row(card)
    assert row.expires_at is not None
    assert row.expires_at > near
    gift_cards_services.void_sale(
        card_id=card.card_id, reason="lost", by=by, at=LATER, key=a_key()
    )
    before = books()
    with pytest.raises(GiftCardGone):
        refund(sale)
    assert books() == before
    sale.refresh_from_db()
    assert sale.refunded == 20_00


def test_what_lapsed_of_a_gift_card_is_not_revived_by_a_refund() -> None:
    by = at_store()
    card = gift_card_factory.a_card(50_00, by=by)
    sale = a_sale(20_00, by=by, gift_cards=[(card, 20_00)])
    ends = gift_card_factory.row(card).expires_at
    assert ends is not None

    refund(sale, at=ends + timedelta(hours=1))

    assert gift_card_factory.left(card) == 20_00
    assert wallet_factory.is_proven()


def test_a_gift_card_without_an_end_gets_none_by_a_refund() -> None:
    by = at_store()
    card = gift_card_factory.a_card(50_00, by=by)
    sale = a_sale(20_00, by=by, gift_cards=[(card, 20_00)])
    GiftCard.objects.filter(pk=card.card_id).update(expires_at=None)

    refund(sale)

    assert gift_card_factory.left(card) == 50_00
    assert gift_card_factory.row(card).expires_at is None


def test_a_refund_tells_the_outside_and_the_log() -> None:
    sale = a_sale()
    given = refund(sale, 40_00)
    event = Event.objects.get(kind="sale.refunded")
    assert event.subject == str(sale.pk)
    assert event.payload["amount"] == 40_00
    assert event.payload["refund"] == str(given.pk)
    logged = AuditEvent.objects.get(act="checkout.sale_refunded")
    assert logged.facts["reason"] == "cold soup"


def test_units_are_shared_the_same_in_any_cuts() -> None:
    assert next_units(0, [0, 0], [0, 0]) == [0, 0]
    assert next_units(2, [1, 1, 1], [0, 0, 0]) == [1, 1, 0]
    assert last_first(5, [3, 4], [0, 1]) == [2, 3]
    for wrong in (-1, 8):
        with pytest.raises(ValueError, match=str(wrong)):
            next_units(wrong, [3, 4], [0, 0])
    with pytest.raises(ValueError, match="1"):
        last_first(8, [3, 4], [0, 0])


def test_no_part_of_a_sale_is_given_back_but_by_refunding_the_sale() -> None:
    """Else the wallet's part alone would leave the points that the sale earned."""
    holder, _ = wallet_factory.holding(60_00)
    member = Member.objects.get(pk=holder.id)
    by = at_store()
    card = gift_card_factory.a_card(20_00, by=by)
    points_services.grant_points_step(
        member_id=member.pk, points=1_000, by=by, at=NOON, key=a_key("gift")
    )
    sale = a_sale(
        100_00,
        member=member,
        by=by,
        points=1_000,
        gift_cards=[(card, 20_00)],
        stored=60_00,
    )
    before = books()
    common: dict[str, Any] = {"by": by, "at": LATER, "key": a_key()}
    assert sale.accrual_id is not None
    assert sale.redemption_id is not None
    assert sale.entry_id is not None
    with pytest.raises(UndoneElsewhere):
        stored_value_services.refund_spend(
            entry_id=sale.entry_id, reason="loop", **common
        )
    with pytest.raises(UndoneElsewhere):
        gift_cards_services.refund_redemption(
            entry_id=sale.entry_id, card_id=card.card_id, amount=1_00, **common
        )
    with pytest.raises(UndoneElsewhere):
        points_services.refund_accrual(accrual_id=sale.accrual_id, amount=1, **common)
    with pytest.raises(UndoneElsewhere):
        points_services.return_redeemed(
            redemption_id=sale.redemption_id, points=100, **common
        )
    assert books() == before
    refund(sale)
    assert wallet_factory.is_proven()
