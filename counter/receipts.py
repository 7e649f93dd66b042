"""What was settled, as the receipt shows it: from what the till was told."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext as _

from cards import selectors as cards_selectors
from checkout import selectors as checkout_selectors
from checkout.models import (
    Exchange,
    LineKind,
    PaymentKind,
    Refund,
    Sale,
    SalePayment,
)
from common.money import format_count
from points import selectors as points_selectors
from stored_value import selectors as stored_value_selectors
from stored_value.holders import Holder
from stores import selectors as stores_selectors
from stores.models import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a receipt; `more` is smaller, beneath."""

    name: str
    amount: int
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A settled bill, and what became of it."""

    sale: Sale
    lines: list[Row]  # those with a name
    service_charge: int
    discounts: list[Row]
    payments: list[Row]
    tenders: list[Row]
    points_earned: int
    after: dict[str, Any] | None
    refunds: list[Refund]
    exchange: Exchange | None  # that the bill came of
    held: "GuestBalances | None" = None  # by now, where something was given back since
    # Another's wallet paid: whoever gets the slip is not told what is in it.
    is_wallet_anothers: bool = False

    @property
    def billed(self) -> int:
        """The bill without what was reckoned on top of it."""
        return self.sale.gross - self.service_charge

    @property
    def can_undo_exchange(self) -> bool:
        """Whether it came of an exchange that nothing happened to since."""
        was = self.exchange
        return was is not None and not (was.refund.is_void or self.sale.refunded)

    @property
    def is_void(self) -> bool:
        """Whether it was undone altogether."""
        return self.sale.status == Sale.Status.VOID


def sale_of(*, sale_id: UUID, store: Store) -> Sale | None:
    """A sale of this store; another store's does not exist."""
    rows = Sale.objects.filter(pk=sale_id, store=store)
    return rows.select_related("store", "till", "staff", "member").first()


def returnable_sale(*, sale_id: UUID, store: Store, at: datetime) -> Sale | None:
    """The same, or one of another store that is taken back here."""
    rows = Sale.objects.filter(pk=sale_id)
    found = rows.select_related("store", "till", "staff", "member").first()
    if found is None or not checkout_selectors.takes_back(
        found, store_id=store.pk, at=at
    ):
        return None
    return found


def sale_under(key: str, *, store: Store) -> Sale | None:
    """What was settled under this key before, if anything was."""
    return Sale.objects.filter(key=key, store=store).first()


def receipt_of(sale: Sale) -> Receipt:
    """Everything that a receipt shows."""
    told: dict[str, Any] = json.loads(sale.answer)
    refunds = list(
        Refund.objects.filter(sale=sale)
        .select_related("exchange__sale")
        .order_by("at", "pk")
    )
    lines = told.get("lines", ())
    return Receipt(
        sale=sale,
        lines=[
            Row(
                name=one["name"],
                amount=one["gross"],
                more="" if one["quantity"] == "1" else one["quantity"],
            )
            for one in lines
            if one["name"]
        ],
        service_charge=sum(
            one["gross"]
            for one in lines
            if one["kind"] == LineKind.SERVICE_CHARGE and not one["name"]
        ),
        discounts=[
            Row(name=one["name"], amount=one["amount"])
            for one in told.get("discounts", ())
        ],
        payments=[_payment(one) for one in told.get("payments", ())],
        tenders=[
            Row(
                name=stores_selectors.tender_name(one["kind"]),
                amount=one["amount"],
            )
            for one in told.get("tenders", ())
        ],
        points_earned=told.get("points_earned", 0),
        after=told.get("member_after"),
        is_wallet_anothers=cards_selectors.pays_from_anothers(sale.card_id),
        refunds=refunds,
        exchange=Exchange.objects.filter(sale=sale)
        .select_related("refund__sale", "sale")
        .first(),
        held=held_now(sale, at=now()) if refunds else None,
    )


@dataclass(frozen=True, slots=True)
class GuestBalances:
    """What a guest holds now, in minor units and points."""

    money: int
    points: int


def held_now(sale: Sale, *, at: datetime) -> GuestBalances | None:
    """For a slip that is printed after something was given back. None: nobody's bill,
    or paid from another's wallet, of which whoever gets the slip learns nothing.
    """
    member_id = sale.member_id
    if member_id is None or cards_selectors.pays_from_anothers(sale.card_id):
        return None
    wallet = stored_value_selectors.wallet(holder=Holder.member(member_id), at=at)
    return GuestBalances(wallet.usable, points_selectors.balance(member_id, at).usable)


def refunded_lines(refund: Refund) -> list[Row]:
    """Of each line of the bill what came back, for those with a name."""
    lines = refund.sale.lines.order_by("place")
    return [
        Row(name=line.name, amount=amount)
        for line, amount in zip(lines, refund.per_line, strict=True)
        if amount and line.name
    ]


def refunded_parts(refund: Refund) -> list[Row]:
    """To what it went back."""
    rows = refund.parts.select_related("payment").order_by("pk")
    return [
        Row(
            name=stores_selectors.tender_name(part.tender)
            if part.tender
            else _name_of(part.payment),
            amount=part.amount,
        )
        for part in rows
    ]


def _name_of(payment: SalePayment) -> str:
    if payment.kind == PaymentKind.TENDER:
        return stores_selectors.tender_name(payment.tender)
    return _payment(
        {
            "kind": payment.kind,
            "amount": payment.amount,
            "points": payment.points,
            "last4": payment.last4,
        }
    ).name


def _payment(one: dict[str, Any]) -> Row:
    if one["kind"] == "points":
        name = _("%(points)s points") % {"points": format_count(one["points"])}
        return Row(name=name, amount=one["amount"])
    if one["kind"] == "gift_card":
        name = _("Gift card ending in %(last4)s") % {"last4": one["last4"]}
        return Row(name=name, amount=one["amount"])
    return Row(name=_("Stored value"), amount=one["amount"])
