"""Sales for tests: what they took is taken by posting, as it is at the till."""

import itertools
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cards import services as cards_services
from checkout.models import (
    CheckoutPolicy,
    DiscountKind,
    PaymentKind,
    RefundOrder,
    Sale,
    SaleDiscount,
    SaleLine,
    SalePayment,
)
from coupons import services as coupons_services
from coupons.models import Coupon
from gift_cards.services import SoldCard
from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from ledger.services import Act, Line, Posted
from members.models import Member
from points import services as points_services
from points.earning import Bought, Tender
from points.models import Accrual, PointsPolicy
from points.services import AccrualPlan, RedemptionPlan
from points.spending import worth_of
from policies import selectors as policies_selectors
from recognition import services as recognition_services
from stored_value.holders import Holder, open_store_account
from stored_value.selectors.wallets import wallet
from stored_value.services import spending_lines
from tests.factories.gift_cards import row
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, StoreFactory

_numbers = itertools.count(1)


def a_key(word: str = "refund") -> str:
    return f"{word}:{uuid.uuid4()}"


def at_store(store: Any = None, **facts: Any) -> Act:
    """A program's act at a store, on the day of NOON."""
    store = store or StoreFactory.create()
    day = NOON.date()
    return an_act(
        **{"actor": "key:1", "store_id": store.pk, "business_date": day, **facts}
    )


def a_policy(order: str = RefundOrder.RATIO, **facts: Any) -> CheckoutPolicy:
    """A version of the shop's rules of the bill, in force a day before NOON."""
    number = next(_numbers) + 1
    policy: CheckoutPolicy = CheckoutPolicy.objects.create(
        number=number,
        in_force_from=NOON.replace(day=1, microsecond=number),
        reason="test",
        refund_order=order,
        **facts,
    )
    return policy


class _Bill:
    """A bill while it is being paid: the lines of its entry, and its payments."""

    def __init__(self, nets: Sequence[int], by: Act, at: datetime, key: str) -> None:
        self.nets, self.by, self.at = nets, by, at
        self.sale = Sale(id=uuid.uuid4(), key=key)
        self.reference = f"sale:{self.sale.pk}"
        self.sales_id = open_store_account(AccountKind.SALES, by.store_id)
        self.lines: list[Line] = []
        self.payments: list[SalePayment] = []

    @property
    def due(self) -> int:
        return sum(self.nets) - sum(payment.amount for payment in self.payments)

    def pays(self, kind: str, amount: int, lines: Sequence[Line], **more: Any) -> None:
        self.lines += lines
        place = len(self.payments) + 1
        self.payments.append(SalePayment(place=place, kind=kind, amount=amount, **more))

    def with_points(self, member: Member, points: int) -> RedemptionPlan:
        policy = policies_selectors.in_force(PointsPolicy, at=self.at)
        plan = points_services.redemption_lines(
            member_id=member.pk,
            points=points,
            bill=sum(self.nets),
            by=self.by,
            at=self.at,
        )
        self.pays(
            PaymentKind.POINTS, worth_of(points, policy), plan.lines, points=points
        )
        return plan

    def with_gift_card(self, sold: SoldCard, amount: int) -> None:
        card = row(sold)
        line = Line(
            debit_id=card.account_id or 0, credit_id=self.sales_id, amount=amount
        )
        last4 = sold.last4
        self.pays(PaymentKind.GIFT_CARD, amount, [line], gift_card=card, last4=last4)

    def with_stored_value(self, member: Member, amount: int, share: int | None) -> None:
        """From the member's own wallet, or from one that is shared with them."""
        owner_id = member.pk
        if share is not None:
            used = cards_services.use_share_step(
                share_id=share,
                amount=amount,
                day=self.by.business_date,
                at=self.at,
                key=f"{self.sale.key}:share",
            )
            owner_id = used.owner_id
        held = wallet(holder=Holder.member(owner_id), at=self.at)
        lines = spending_lines(
            held=held, amount=amount, order="pro_rata", sales_id=self.sales_id
        )
        kinds = {held.accounts.principal: "principal", held.accounts.bonus: "bonus"}
        taken = {kinds[line.debit_id]: line.amount for line in lines}
        self.pays(PaymentKind.STORED_VALUE, amount, lines, holder_id=owner_id, **taken)

    def with_tenders(self, tenders: Sequence[tuple[str, int]] | None) -> None:
        """What is left is paid in cash where nothing else is said."""
        if tenders is None:
            tenders = [("cash", self.due)] if self.due else []
        for tender, amount in tenders:
            till = open_store_account(AccountKind.TENDER, self.by.store_id, tender)
            line = Line(debit_id=till, credit_id=self.sales_id, amount=amount)
            self.pays(PaymentKind.TENDER, amount, [line], tender=tender)
        assert self.due == 0

    def earns(self, member: Member, excluded: Sequence[int]) -> AccrualPlan:
        return points_services.accrual_lines(
            member_id=member.pk,
            lines=[
                Bought(amount=net, excluded=place in excluded)
                for place, net in enumerate(self.nets, 1)
            ],
            paid=_paid_by(self.payments),
            by=self.by,
            at=self.at,
        )

    def post(
        self, spent: RedemptionPlan | None, earned: AccrualPlan | None
    ) -> Posted | None:
        """The one entry, and what points keep of it."""
        paid_lines = len(self.lines)
        self.lines += earned.lines if earned else ()
        if not self.lines:
            return None
        sale, asked = self.sale, b"0" * 32
        entry = ledger_services.post_entry(
            kind=EntryKind.SALE,
            key=sale.key,
            at=self.at,
            act=self.by,
            lines=self.lines,
        )
        if spent is not None:
            sale.redemption = points_services.record_redemption_step(
                plan=spent,
                posted=entry,
                by=self.by,
                at=self.at,
                key=f"{sale.key}:points",
                asked=asked,
                reference=self.reference,
            )
        if earned is not None:
            sale.accrual = points_services.record_accrual_step(
                plan=earned,
                posted=entry,
                by=self.by,
                at=self.at,
                key=f"{sale.key}:earned",
                asked=asked,
                source=Accrual.Source.SALE,
                reference=self.reference,
                first_line=paid_lines,
            )
        return entry

    def write(self, **facts: Any) -> Sale:
        """The rows."""
        sale, net, by = self.sale, sum(self.nets), self.by
        due = sum(one.amount for one in self.payments if one.tender)
        discount = facts.pop("discount")
        excluded = facts.pop("excluded")
        discount_kind = facts.pop("discount_kind", DiscountKind.COUPON)
        known = {
            "store_id": by.store_id,
            "till_id": by.till_id,
            "shift_id": by.shift_id,
            "staff_id": by.staff_id,
            "actor": by.actor,
            "request_id": by.request_id,
            "reference": f"B{next(_numbers)}",
            "at": self.at,
            "business_date": by.business_date,
            "gross": net + discount,
            "discount": discount,
            "net": net,
            "paid": net - due,
            "due": due,
            "fingerprint": b"0" * 32,
            "answer": "{}",
        }
        for name, value in {**known, **facts}.items():
            setattr(sale, name, value)
        sale.save(force_insert=True)
        for place, line_net in enumerate(self.nets, 1):
            gross = line_net + (discount if place == 1 else 0)
            SaleLine.objects.create(
                sale=sale,
                place=place,
                name=f"Dish {place}",
                unit_price=gross,
                gross=gross,
                net=line_net,
                excluded=place in excluded,
            )
        if discount:
            SaleDiscount.objects.create(
                sale=sale,
                place=1,
                kind=discount_kind,
                amount=discount,
                per_line=[discount, *([0] * (len(self.nets) - 1))],
            )
        for payment in self.payments:
            payment.sale = sale
        SalePayment.objects.bulk_create(self.payments)
        return sale


def a_sale(
    *amounts: int,
    member: Member | None = None,
    by: Act | None = None,
    at: datetime = NOON,
    points: int = 0,
    gift_cards: Sequence[tuple[SoldCard, int]] = (),
    stored: int = 0,
    share_id: int | None = None,
    tenders: Sequence[tuple[str, int]] | None = None,
    coupons: Sequence[Coupon] = (),
    discount: int = 0,
    excluded: Sequence[int] = (),
    **facts: Any,
) -> Sale:
    """A bill of lines that cost so much after discounts, paid as said; what is left to
    pay is paid in cash.
    """
    key = facts.pop("key", None) or a_key("sale")
    bill = _Bill(list(amounts) or [100_00], by or at_store(), at, key)
    spent = bill.with_points(member, points) if member and points else None
    for sold, amount in gift_cards:
        bill.with_gift_card(sold, amount)
    if stored and member:
        bill.with_stored_value(member, stored, share_id)
    bill.with_tenders(tenders)
    earned = bill.earns(member, excluded) if member and sum(bill.nets) else None
    entry = bill.post(spent, earned)
    _redeem(bill, member, coupons, discount)
    return bill.write(
        **{
            "discount": discount,
            "excluded": excluded,
            "member": member,
            "points_spent": points,
            "points_earned": earned.points if earned else 0,
            "growth_earned": earned.growth if earned else 0,
            "entry_id": entry.entry_id if entry else None,
            "policy": policies_selectors.in_force(CheckoutPolicy, at=at),
            **facts,
        }
    )


def _redeem(
    bill: _Bill, member: Member | None, coupons: Sequence[Coupon], saving: int
) -> None:
    """The coupons are used, and the member came."""
    coupons_services.redeem_step(
        redemptions=[
            coupons_services.Redemption(coupon.pk, saving) for coupon in coupons
        ],
        member_id=member.pk if member else None,
        reference=bill.reference,
        by=bill.by,
        at=bill.at,
        key=f"{bill.sale.pk}:coupons",
    )
    if member is not None:
        recognition_services.note_visit(
            member_id=member.pk,
            store_id=bill.by.store_id or 0,
            at=bill.at,
            business_date=bill.by.business_date,
            amount=sum(bill.nets),
            lines=[],
            source="checkout",
            reference=str(bill.sale.pk),
        )


def _paid_by(payments: Sequence[SalePayment]) -> dict[Tender, int]:
    paid: dict[Tender, int] = {}
    for payment in payments:
        for tender, amount in {
            Tender.POINTS: payment.amount if payment.points else 0,
            Tender.GIFT_CARD: payment.amount if payment.gift_card_id else 0,
            Tender.PRINCIPAL: payment.principal,
            Tender.BONUS: payment.bonus,
            Tender.MONEY: payment.amount if payment.tender else 0,
        }.items():
            if amount:
                paid[tender] = paid.get(tender, 0) + amount
    return paid
