"""Bills: quoted, settled, read."""

import json
import re
from datetime import date, datetime
from typing import Annotated, Any

from annotated_types import MaxLen, MinLen
from django.http import HttpResponse
from ninja import P, QueryEx, Router
from pydantic import BeforeValidator

from api import ahead, paging
from api.auth import ApiRequest
from api.bills import (
    asked_of,
    asks_to_quote,
    asks_to_settle,
    bill_of,
    per_line_of,
    tenders_of,
    whose_of,
)
from api.endpoints import JSON, endpoint, ledger_key
from api.moments import Occurrence, occurrence, occurrence_in_time
from api.naming import uuid_of
from api.once import REPLAYED
from api.problems import written
from api.reading import UNKEPT
from api.shapes.sales import (
    QuoteIn,
    QuoteOut,
    RefundIn,
    RefundOut,
    RefundPartOut,
    SaleIn,
    SaleList,
    SaleOut,
    VoidIn,
)
from api.tills import TILL, Text, of_till
from checkout import selectors as checkout_selectors
from checkout import services as checkout_services
from checkout.asked import LONGEST_REFERENCE
from checkout.errors import SaleUnknown
from checkout.models import Refund, Sale
from checkout.selectors.sales import notes_of

router = Router()
TAG = "Sales"


def _day(value: object) -> object:
    """A day of a query string: no number of seconds."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("not a day")
    return value


def _kept(value: object) -> object:
    """Text that a column could hold."""
    if isinstance(value, str) and UNKEPT.search(value):
        raise ValueError("no number has such a character")
    return value


Day = Annotated[date, BeforeValidator(_day)] | None
Reference = Annotated[str, MinLen(1), MaxLen(LONGEST_REFERENCE), BeforeValidator(_kept)]
StoreCode = Annotated[str, MaxLen(16), BeforeValidator(_kept)] | None
EXAMPLE = {"gross": 26800, "coupons": "best", "points": "max"}


@endpoint(
    router,
    "POST",
    "/quotes",
    scope="sales:write",
    answer=QuoteOut,
    refusals=(409,),
    asks=asks_to_quote,
    tag=TAG,
    example=EXAMPLE,
)
def quote_bill(request: ApiRequest, body: QuoteIn) -> HttpResponse:
    """What a bill would cost, with the best of what the guest holds, and why.

    Nothing changes; a rotating code is not used up.
    """
    then = occurrence(request, body.occurred_at)
    told = checkout_services.quote(
        store=request.auth.here,
        bill=bill_of(body),
        whose=whose_of(body),
        asked=asked_of(body),
        by=then.by,
        at=then.at,
        callers=request.auth.guessers,
        seen=ahead.take(request),
    )
    return HttpResponse(written(told.document()), content_type=JSON)


@endpoint(
    router,
    "POST",
    "/sales",
    scope="sales:write",
    answer=SaleOut,
    status=201,
    key="required",
    keeps_itself=True,
    refusals=(409,),
    asks=asks_to_settle,
    tag=TAG,
    example={
        **EXAMPLE,
        "tenders": [{"kind": "cash", "amount": 26800}],
        "reference": "0001-000123",
    },
)
def settle_bill(request: ApiRequest, body: SaleIn) -> HttpResponse:
    """Settle a bill: discounts, the guest's own value and tenders at once, or nothing.

    `due` of the quote must be covered by `tenders`; cash may exceed it.
    """
    then = occurrence(request, body.occurred_at)
    captured = checkout_services.capture(
        store=request.auth.here,
        bill=bill_of(body),
        whose=whose_of(body),
        asked=asked_of(body),
        tenders=tenders_of(body),
        reference=body.reference,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
        expected_due=body.expected_due,
        payment_code=body.stored_value_auth,
        callers=request.auth.guessers,
        request_print=request.fingerprint,
        seen=ahead.take(request),
    )
    answer = HttpResponse(captured.answer.encode(), content_type=JSON, status=201)
    if captured.replayed:
        answer[REPLAYED] = "true"
    return answer


@endpoint(router, "GET", "/sales", scope="sales:read", answer=SaleList, tag=TAG)
def find_sales(
    request: ApiRequest,
    reference: QueryEx[Reference, P(description="The till's own bill number.")],
    business_date: QueryEx[Day, P(description="Only of this day.")] = None,
    sold_at: QueryEx[
        StoreCode,
        P(description="The code of another store whose sales are taken back here."),
    ] = None,
    till: QueryEx[Text, TILL] = None,
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> HttpResponse:
    """The bills of a number, the newest first: what became of a sale whose answer was
    lost, or which one a guest's receipt is of.

    Numbers may begin anew each day, and each till may count by itself: a number has as
    many bills as there are. Bills of another store are found with
    `sold_at` and their day, where this store takes them back.
    """
    store = request.auth.store
    if sold_at is None or store is None:
        rows = checkout_selectors.with_reference(
            reference, store_id=None if store is None else store.pk, day=business_date
        )
    else:
        rows = checkout_selectors.sold_at(
            sold_at, reference, day=business_date, here=store, at=request.at
        )
    rows = rows.filter(of_till(request.auth, till, of=""))
    found, following = paging.numbered_page(rows, limit=limit, cursor=cursor, of="sale")
    told = {"items": [sale_document(sale) for sale in found], "next_cursor": following}
    return HttpResponse(written(told), content_type=JSON)


@endpoint(router, "GET", "/sales/{sale}", scope="sales:read", answer=SaleOut, tag=TAG)
def read_sale(request: ApiRequest, sale: str) -> HttpResponse:
    """A sale as it was settled, and what became of it since."""
    return HttpResponse(
        written(sale_document(sale_of(request, sale))), content_type=JSON
    )


def sale_document(sale: Sale) -> dict[str, Any]:
    """A sale as it was settled, and what became of it since."""
    told: dict[str, Any] = json.loads(sale.answer)
    return told | {
        "status": status_of(sale),
        "refunded": sale.refunded,
        "lines": checkout_selectors.line_documents(sale),
    }


@endpoint(
    router,
    "POST",
    "/sales/{sale}/refunds",
    scope="sales:write",
    answer=RefundOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"amount": 5000, "reason": "Dish sent back", "to": "original"},
)
def refund_sale(request: ApiRequest, sale: str, body: RefundIn) -> RefundOut:
    """Give a sale back, in part or whole, to what paid it, or money in cash.

    The points that the refunded part earned are taken back. Coupons come back when
    the whole sale is refunded and they are still valid.
    """
    found = sale_of(request, sale)
    then = after_sale(found, request, body.occurred_at)
    done = checkout_services.refund_sale(
        sale_id=found.pk,
        amount=body.amount,
        per_line=per_line_of(body),
        reason=body.reason,
        to=body.to,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return refund_document(done)


@endpoint(
    router,
    "POST",
    "/sales/{sale}/void",
    scope="sales:write",
    answer=RefundOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"reason": "Rung up twice"},
)
def void_sale(request: ApiRequest, sale: str, body: VoidIn) -> RefundOut:
    """Undo a sale of the same day as if it had not been; later it is refunded."""
    found = sale_of(request, sale)
    then = after_sale(found, request, body.occurred_at)
    done = checkout_services.void_sale(
        sale_id=found.pk,
        reason=body.reason,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return refund_document(done)


def after_sale(
    sale: Sale, request: ApiRequest, occurred_at: datetime | None
) -> Occurrence:
    """When a sale was undone: not before it was made."""
    return occurrence_in_time(
        request, occurred_at, after=sale.at, store=sale.store, at_store=False
    )


def refund_document(done: Refund) -> RefundOut:
    """What a refund or a void gave back."""
    sale = Sale.objects.get(pk=done.sale_id)
    parts = done.parts.select_related("payment").order_by("payment__place")
    return RefundOut(
        id=str(done.pk),
        sale=str(sale.pk),
        amount=done.amount,
        to=done.to,
        is_void=done.is_void,
        paid_out=done.paid_out,
        points_returned=done.points_back,
        points_taken_back=done.points_taken,
        parts=[
            RefundPartOut(
                kind=part.payment.kind,
                amount=part.amount,
                points=part.points,
                principal=part.principal,
                bonus=part.bonus,
                last4=part.payment.last4 or None,
                tender=part.tender or None,
            )
            for part in parts
        ],
        notes=notes_of(done),
        reason=done.reason,
        at=done.at,
        sale_status=status_of(sale),
        left=sale.left,
    )


def sale_of(request: ApiRequest, named: str) -> Sale:
    """A sale of the caller's store, or of one whose sales it takes back; the head
    office sees every store's.

    Raises sale_not_found.
    """
    identity = uuid_of(named)
    if identity is None:
        raise SaleUnknown
    return checkout_selectors.find_sale(
        sale_id=identity, store_id=request.auth.key.store_id, at=request.at
    )


def status_of(sale: Sale) -> str:
    """captured, partly_refunded, refunded or void."""
    if sale.status == Sale.Status.CAPTURED and sale.refunded:
        return "partly_refunded"
    return str(sale.status)
