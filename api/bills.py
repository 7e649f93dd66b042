"""A bill as a till sends it, and what is looked up for it first."""

from dataclasses import replace

from pydantic import ValidationError

from checkout import selectors as checkout_selectors
from checkout import services as checkout_services
from checkout.asked import Asked, GiftCardAsked, Whose
from checkout.bill import Bill, Line, TenderGiven
from checkout.errors import RefundRefused
from checkout.services import LineRefund
from common.errors import DomainError
from common.quantity import parse_quantity

from . import members, once
from .ahead import Question
from .auth import ApiRequest, Caller
from .moments import occurrence
from .naming import number_of
from .reading import StrictParser
from .shapes.exchanges import ExchangeIn, ExchangeQuoteIn
from .shapes.sales import BillIn, LineIn, QuoteIn, RefundIn, SaleIn


def asks_to_quote(request: ApiRequest, caller: Caller) -> Question | None:
    """What is looked up for a quote, together with the caller's key."""
    return _asks(request, caller, QuoteIn, key=None)


def asks_to_settle(request: ApiRequest, caller: Caller) -> Question | None:
    """The same for a sale, with whether it was settled before."""
    try:
        key = once.key_of(request)
    except DomainError:
        return None
    if not key:
        return None
    return _asks(request, caller, SaleIn, key=once.ledger_key(caller.key.pk, key))


def _asks(
    request: ApiRequest, caller: Caller, shape: type[QuoteIn], *, key: str | None
) -> Question | None:
    """What a bill asks first; nothing where it is not one: the view will say why."""
    if caller.store is None:
        return None
    try:
        body = shape.model_validate(StrictParser().parse_body(request))
        then = occurrence(request, body.occurred_at, caller=caller)
        wanted = checkout_services.look_for(
            store=caller.store,
            whose=whose_of(body),
            asked=asked_of(body),
            by=then.by,
            at=then.at,
            callers=caller.guessers,
            key=key,
        )
    except (DomainError, ValidationError):
        return None
    if wanted is None:
        return None
    return Question(
        checkout_selectors.LOOK, wanted.params, read=checkout_selectors.read
    )


def bill_of(body: BillIn) -> Bill:
    """The lines of a bill; one or two without a name where only its sum is known."""
    if body.lines is not None:
        bill = Bill(lines=tuple(_line(line) for line in body.lines))
    else:
        bill = Bill.of_sum(body.gross or 0, excluded=body.excluded)
    return replace(bill, service_charge_bp=body.service_charge_bp)


def _line(line: LineIn) -> Line:
    return Line(
        kind=line.kind,
        name=line.name,
        sku=line.sku or "",
        category=line.category or "",
        thousandths=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        member_price=line.member_price,
        excluded=line.excluded,
    )


def whose_of(body: QuoteIn) -> Whose:
    """Whose bill it is. Raises member_not_found."""
    named = members.identity(body.member) if body.member is not None else None
    return Whose(public_id=named, code=body.code)


def asked_of(body: QuoteIn) -> Asked:
    """What is to be used, and how much of it."""
    cards = [
        GiftCardAsked(code=card)
        if isinstance(card, str)
        else GiftCardAsked(code=card.code, pin=card.pin or "", amount=card.amount)
        for card in body.gift_cards
    ]
    coupons = None
    if body.coupons != "best":
        numbers = [number_of(named) for named in body.coupons]
        coupons = tuple(-1 if number is None else number for number in numbers)
    return Asked(
        coupons=coupons,
        points=None if body.points == "max" else body.points,
        gift_cards=tuple(cards),
        stored_value=None if body.stored_value == "max" else body.stored_value,
        forgo=tuple(body.forgo),
    )


def tenders_of(body: SaleIn | ExchangeIn) -> list[TenderGiven]:
    """What was handed over, as the checkout takes it."""
    return [
        TenderGiven(
            kind=tender.kind, amount=tender.amount, reference=tender.reference or ""
        )
        for tender in body.tenders
    ]


def per_line_of(
    body: RefundIn | ExchangeQuoteIn,
) -> dict[int, int | LineRefund] | None:
    """What of which lines is given back; amounts of one line add up.

    Raises RefundRefused where a line is named twice in another way.
    """
    if body.lines is None:
        return None
    found: dict[int, int | LineRefund] = {}
    for row in body.lines:
        before = found.get(row.line)
        if row.amount is not None and isinstance(before, int | None):
            found[row.line] = (before or 0) + row.amount
        elif before is not None:
            raise RefundRefused
        else:
            written = None if row.quantity is None else str(row.quantity)
            found[row.line] = LineRefund(
                thousandths=None if written is None else parse_quantity(written)
            )
    return found
