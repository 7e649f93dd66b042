"""What a till is told: the quote and the settled bill as documents of plain values."""

import json
from collections.abc import Sequence
from typing import Any, Final

from common.quantity import plain_quantity

from .bill import Discount, Payment, Quote, Rejected, TenderGiven
from .models import PaymentKind

# Places that only the posting fills in: principal, bonus, both together, points.
PLACES: Final = ("\ue000", "\ue001", "\ue002", "\ue003")


def quote_document(quote: Quote) -> dict[str, Any]:
    """A quote, as the API has it; amounts in minor units."""
    return {
        "gross": quote.gross,
        "lines": line_documents(quote),
        "discounts": [_discount(discount) for discount in quote.discounts],
        "net": quote.net,
        "payments": [_payment(payment) for payment in quote.payments],
        "due": quote.due,
        "points_earned": quote.points_earned,
        "rejected": [_rejected(one) for one in quote.rejected],
    }


def sale_template(
    *,
    sale_id: str,
    reference: str,
    quote: Quote,
    tenders: Sequence[TenderGiven],
    change: int,
    member: dict[str, Any] | None,
    tier: dict[str, Any] | None,
) -> str:
    """A settled bill as text for PostgreSQL's format(): the balances after it are put
    in where it is posted.
    """
    after = None
    if member is not None:
        principal, bonus, total, points = PLACES
        after = {
            "wallet": {"principal": principal, "bonus": bonus, "total": total},
            "points": {"balance": points},
            "tier": tier,
        }
    document = {
        "id": sale_id,
        "status": "captured",
        "reference": reference,
        **quote_document(quote),
        "lines": [
            {**line, "refunded": 0, "left": line["net"]}
            for line in line_documents(quote)
        ],
        "tenders": [tender_document(tender) for tender in tenders],
        "change": change,
        "refunded": 0,
        "member": member,
        "member_after": after,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("%", "%%")
    for nth, place in enumerate(PLACES, 1):
        text = text.replace(f'"{place}"', f"%{nth}$s")
    return text


def line_documents(quote: Quote) -> list[dict[str, Any]]:
    """Each line after its discounts."""
    return [
        {
            "line": at + 1,
            "kind": str(line.kind),
            "sku": line.sku,
            "name": line.name,
            "quantity": plain_quantity(line.thousandths),
            "gross": line.gross,
            "discounts": [
                {
                    "kind": str(discount.kind),
                    "id": _id(discount),
                    "amount": discount.per_line[at],
                }
                for discount in quote.discounts
                if discount.per_line[at]
            ],
            "net": net,
        }
        for at, (line, net) in enumerate(zip(quote.lines, quote.net_lines, strict=True))
    ]


def tender_document(tender: TenderGiven) -> dict[str, Any]:
    """A tender as it was handed over."""
    told: dict[str, Any] = {"kind": tender.kind, "amount": tender.amount}
    return told | ({"reference": tender.reference} if tender.reference else {})


def _discount(discount: Discount) -> dict[str, Any]:
    return {
        "kind": str(discount.kind),
        "id": _id(discount),
        "name": discount.name or str(discount.kind.label),
        "amount": discount.amount,
    }


def _id(discount: Discount) -> str | None:
    return None if discount.subject is None else str(discount.subject)


def _payment(payment: Payment) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": str(payment.kind)}
    if payment.kind == PaymentKind.POINTS:
        told["points"] = payment.points
    elif payment.card is not None:
        told["last4"] = payment.card.last4
    else:
        told |= {"principal": payment.principal, "bonus": payment.bonus}
    return told | {"amount": payment.amount}


def _rejected(one: Rejected) -> dict[str, Any]:
    """An id that could be none of ours is not told again as one."""
    known_as = one.public_id or (one.subject if (one.subject or 0) > 0 else None)
    return {
        "kind": str(one.kind),
        "id": str(known_as) if known_as else None,
        "name": one.name,
        "code": one.code,
        "message": str(one.message),
    }
