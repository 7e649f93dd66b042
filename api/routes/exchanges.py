"""Exchanges: what they would come to, and done."""

from django.http import HttpResponse
from ninja import Router

from api.auth import ApiRequest
from api.bills import bill_of, per_line_of, tenders_of
from api.endpoints import JSON, endpoint, ledger_key
from api.problems import written
from api.routes.sales import after_sale, refund_document, sale_document, sale_of
from api.shapes.exchanges import (
    ExchangeIn,
    ExchangeOut,
    ExchangeQuoteIn,
    ExchangeQuoteOut,
    ExchangeUndoIn,
)
from api.shapes.sales import SaleOut
from checkout import services as checkout_services
from checkout.models import Exchange, Sale
from checkout.services import ExchangeBill

router = Router()
TAG = "Sales"
EXAMPLE = {
    "lines": [{"line": 2, "quantity": 1}],
    "new": {"lines": [{"name": "Jeans, long", "quantity": 1, "unit_price": 6000}]},
}


@endpoint(
    router,
    "POST",
    "/sales/{sale}/exchanges/quote",
    scope="sales:write",
    answer=ExchangeQuoteOut,
    refusals=(409,),
    tag=TAG,
    example=EXAMPLE,
)
def quote_exchange(
    request: ApiRequest, sale: str, body: ExchangeQuoteIn
) -> HttpResponse:
    """What an exchange would come to: what goes back, what the new bill costs, and the
    difference. Nothing changes.
    """
    found = sale_of(request, sale)
    then = after_sale(found, request, body.occurred_at)
    told = checkout_services.quote_exchange(
        wanted=_wanted(found, body),
        by=then.by,
        at=then.at,
    )
    return HttpResponse(written(told.document()), content_type=JSON)


@endpoint(
    router,
    "POST",
    "/sales/{sale}/exchanges",
    scope="sales:write",
    answer=ExchangeOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={**EXAMPLE, "reason": "Too short", "reference": "0001-000124"},
)
def exchange_sale(request: ApiRequest, sale: str, body: ExchangeIn) -> ExchangeOut:
    """Take goods back and settle the bill of others at once, or nothing.

    What came back pays the new bill in the way in which it came back; `tenders` pay the
    rest, and money that is left over is handed out.
    """
    found = sale_of(request, sale)
    then = after_sale(found, request, body.occurred_at)
    done = checkout_services.exchange_sale(
        wanted=_wanted(found, body),
        tenders=tenders_of(body),
        reference=body.reference,
        reason=body.reason,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
        expected_difference=body.expected_difference,
    )
    return _document(done)


@endpoint(
    router,
    "POST",
    "/sales/{sale}/exchange/undo",
    scope="sales:write",
    answer=ExchangeOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"reason": "Changed their mind", "reference": "0001-000125"},
)
def undo_exchange(request: ApiRequest, sale: str, body: ExchangeUndoIn) -> ExchangeOut:
    """Undo the exchange that this sale came of, on the same day: the return and the
    sale, or neither.

    The sale is void, and the goods that were brought back are on a bill of their own,
    for what they went back for and paid as they were. `to_pay` the guest hands back,
    `paid_out` the guest gets.
    """
    found = sale_of(request, sale)
    then = after_sale(found, request, body.occurred_at)
    done = checkout_services.undo_exchange(
        sale_id=found.pk,
        reference=body.reference,
        reason=body.reason,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return _document(done)


def _document(done: Exchange) -> ExchangeOut:
    return ExchangeOut(
        id=str(done.pk),
        refund=refund_document(done.refund),
        sale=SaleOut.model_validate(sale_document(done.sale)),
        offset=done.offset,
        to_pay=done.to_pay,
        paid_out=done.paid_out,
    )


def _wanted(sale: Sale, body: ExchangeQuoteIn) -> ExchangeBill:
    named: dict[object, int | None] = {
        "max": None,
        "returned": checkout_services.RETURNED,
    }
    stored = body.stored_value
    return ExchangeBill(
        sale_id=sale.pk,
        bill=bill_of(body.new),
        amount=body.amount,
        per_line=per_line_of(body),
        to=body.to,
        stored_value=stored if isinstance(stored, int) else named[stored],
    )
