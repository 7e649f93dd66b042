"""What came back in an exchange, and pays the new bill: own value, and money."""

from datetime import datetime
from typing import Final

from checkout.asked import CASH, Asked, ExchangeOptions
from checkout.bill import GiftCardShown, TenderGiven
from checkout.kept import KeptBill
from checkout.models import PaymentKind
from gift_cards import selectors as gift_cards_selectors
from gift_cards.models import GiftCard

from .doing import Doing

RETURNED: Final = -1  # of stored value: as much as came back


def options_of(
    doing: Doing,
    *,
    kept: KeptBill | None,
    coupons: tuple[int, ...],
    stored_value: int | None,
) -> Asked:
    """What the new bill uses: the coupons that came back, points, gift cards and stored
    value as far as they did; of stored value more where that is named (None: all).
    """
    wallet = [part for part in doing.of(PaymentKind.STORED_VALUE) if part.amount]
    returned = sum(part.amount for part in wallet if not doing.has_ended(part))
    is_more = stored_value != RETURNED
    return Asked(
        coupons=coupons,
        points=None,
        stored_value=returned if not is_more else stored_value,
        exchange=ExchangeOptions(
            kept=kept,
            most_points=sum(part.points for part in doing.of(PaymentKind.POINTS)),
            gift_cards=tuple(
                (part.payment.gift_card_id or 0, part.amount)
                for part in doing.of(PaymentKind.GIFT_CARD)
                if part.amount
            ),
            is_returned_value=not is_more,
        ),
    )


def gift_cards_of(asked: Asked, *, at: datetime) -> list[GiftCardShown]:
    """The gift cards that got something back, each with that much."""
    shown = []
    for card_id, amount in asked.exchange.gift_cards if asked.exchange else ():
        card = GiftCard.objects.get(pk=card_id)
        facts = gift_cards_selectors.card(card_id=card_id, at=at)
        usable = min(amount, facts.usable) if facts else 0
        if usable and card.status == GiftCard.Status.ACTIVE:
            shown.append(
                GiftCardShown(
                    card_id=card_id,
                    account_id=card.account_id,
                    last4=gift_cards_selectors.last4_of(card_id),
                    usable=usable,
                    public_id=card.public_id,
                    owner_id=card.owner_id,
                )
            )
    return shown


def money_of(doing: Doing) -> list[TenderGiven]:
    """The money that a refund hands out, by tender; cash last."""
    out: dict[str, int] = {}
    for part in doing.parts:
        money = part.amount - part.kept
        if part.kind == PaymentKind.STORED_VALUE:
            money = part.principal if part.tender else 0
        if part.tender and money:
            out[part.tender] = out.get(part.tender, 0) + money
    return [
        TenderGiven(kind=tender, amount=out[tender])
        for tender in sorted(out, key=lambda tender: (tender == CASH, tender))
    ]


def offset(money: list[TenderGiven], due: int) -> list[TenderGiven]:
    """What of the money pays the new bill instead of being handed out."""
    paid = []
    for tender in money:
        amount = min(due, tender.amount)
        due -= amount
        if amount:
            paid.append(TenderGiven(kind=tender.kind, amount=amount))
    return paid


def added_up(tenders: list[TenderGiven]) -> list[TenderGiven]:
    """One of each kind and number: what is set off and what is paid are one payment."""
    found: dict[tuple[str, str], int] = {}
    for one in tenders:
        kind = one.kind, one.reference
        found[kind] = found.get(kind, 0) + one.amount
    return [
        TenderGiven(kind=kind, reference=reference, amount=amount)
        for (kind, reference), amount in found.items()
    ]
