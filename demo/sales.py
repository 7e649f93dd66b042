"""Bills of the last two weeks that went through the checkout, and some given back."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from cards.tokens import mint_code
from checkout import services as checkout_services
from checkout.asked import Asked, Whose
from checkout.bill import Bill as CheckoutBill
from checkout.bill import Line, TenderGiven
from checkout.models import SaleLine
from common.quantity import PIECE
from coupons import services as coupons_services
from coupons.kinds import Source
from coupons.models import CouponTemplate
from ledger.services import Act
from stores import services as stores_services
from stores.models import Shift, Store, User

from .bills import Bill
from .house import TENDERS

BILLS_WITH_COUPON = 0.35
BILLS_WITH_POINTS = 0.4
REFUNDS = 3
LEADS_MAY = 500_00  # alone, of a void


class Sales:
    """What a till settles, bill by bill, with all that a guest holds."""

    def __init__(self, *, dice: random.Random, coupon: CouponTemplate) -> None:
        self.dice = dice
        self.coupon = coupon
        self.told: dict[str, int] = {}
        self._bills: dict[int, int] = {}
        self._paid: list[tuple[Store, UUID, int]] = []

    def settle(
        self, shift: Shift, cashier: User, member_id: int, bill: Bill, at: datetime
    ) -> None:
        """One bill: the best coupons and stored value, points where the guest likes."""
        store, key = shift.store, f"demo:bill:{self.dice.getrandbits(64):016x}"
        by = stores_services.act(staff=cashier, shift=shift, at=at)
        if self.dice.random() < BILLS_WITH_COUPON:
            self._thank(member_id, store, key, at)
        asked = Asked(points=None if self.dice.random() < BILLS_WITH_POINTS else 0)
        tender, known = self.dice.choice(TENDERS), Whose(member_id=member_id)
        items, number = _items(bill), self._number(store)
        told = checkout_services.quote(
            store=store, bill=items, whose=known, asked=asked, by=by, at=at
        )
        if told.needs_code:  # the guest shows the phone
            known = Whose(code=mint_code(at=at, member_id=member_id))
        due = told.quote.due
        captured = checkout_services.capture(
            store=store,
            bill=items,
            whose=known,
            asked=asked,
            tenders=[TenderGiven(kind=tender, amount=due)] if due else [],
            reference=number,
            by=by,
            at=at,
            key=key,
            expected_due=due,
        )
        self._count("bills")
        net = told.quote.net
        if "voided bills" not in self.told and self._paid and net < LEADS_MAY:
            self._void(shift, captured.sale_id, at, key)
            return
        self._paid.append((store, captured.sale_id, net))

    def finish(self, *, until: datetime) -> dict[str, int]:
        """Give some of it back, and what bills give after them; how much of each."""
        large = sorted(self._paid, key=lambda sale: -sale[2])[: 3 * REFUNDS]
        wanted = self.dice.sample(large, min(REFUNDS, len(large)))
        for place, (store, sale_id, net) in enumerate(wanted):
            self._give_back(place, store, sale_id, net, until)
        checkout_services.follow_up_due(request_id="demo")
        return self.told

    def _thank(self, member_id: int, store: Store, key: str, at: datetime) -> None:
        """A coupon from the manager, in hand before the bill comes."""
        coupons_services.issue(
            template_id=self.coupon.pk,
            member_id=member_id,
            by=stores_services.act(task="demo", store=store, at=at),
            at=at - timedelta(hours=1),
            key=f"{key}:thanks",
            source=Source.HAND,
            reason="感谢老顾客",
        )

    def _number(self, store: Store) -> str:
        number = self._bills[store.pk] = self._bills.get(store.pk, 0) + 1
        return f"{store.code}-{20_000 + number}"

    def _void(self, shift: Shift, sale_id: UUID, at: datetime, key: str) -> None:
        """Typed at the wrong table, and noticed at once."""
        later = at + timedelta(minutes=2)
        checkout_services.void_sale(
            sale_id=sale_id,
            reason="录错桌号",
            by=_by("lead", shift, later),
            at=later,
            key=f"{key}:void",
        )
        self._count("voided bills")

    def _give_back(
        self, place: int, store: Store, sale_id: UUID, net: int, until: datetime
    ) -> None:
        """A dish that was cold, a part by kindness, and a bill altogether."""
        per_line, amount = None, None
        if place == 0:
            lines = SaleLine.objects.filter(sale_id=sale_id).order_by("-net", "place")
            dish = lines[0]
            per_line = {dish.place: dish.net}
        elif place == 1:
            amount = net // 3
        checkout_services.refund_sale(
            sale_id=sale_id,
            amount=amount,
            per_line=per_line,
            reason=("腌笃鲜是温的", "上菜等了很久", "顾客身体不适，未用餐")[place],
            by=_by("manager", Shift.objects.get(store=store, closed_at=None), until),
            at=until,
            key=f"demo:refund:{place}",
        )
        self._count("refunds")

    def _count(self, word: str) -> None:
        self.told[word] = self.told.get(word, 0) + 1


def _by(word: str, shift: Shift, at: datetime) -> Act:
    """Somebody of the store who steps up to the till."""
    user = User.objects.get(username=f"{word}-{shift.store.code.lower()}")
    return stores_services.act(staff=user, shift=shift, at=at)


def _items(bill: Bill) -> CheckoutBill:
    return CheckoutBill(
        lines=tuple(
            Line(
                name=line.name,
                sku=line.sku,
                category=line.category,
                thousandths=int(line.quantity) * PIECE,
                unit_price=line.amount // int(line.quantity),
            )
            for line in bill.lines
        )
    )
