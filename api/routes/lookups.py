"""Found again by the till's own number or key: top-ups, refunds, gift cards."""

from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import P, QueryEx, Router

from api import once, paging
from api.auth import ApiRequest, Caller
from api.endpoints import endpoint
from api.naming import uuid_of
from api.problems import Invalid, Refusal
from api.routes.sales import refund_document
from api.shapes.lookups import (
    CardOfSale,
    GiftCardDebit,
    GiftCardDebitList,
    GiftCardSaleFound,
    GiftCardSaleList,
    RefundList,
    TopUpFound,
    TopUpList,
)
from api.shapes.sales import RefundOut
from api.tills import TILL, Text, of_till
from checkout.models import PaymentKind, Refund, SalePayment
from gift_cards.models import GiftCard, GiftCardCode
from stored_value.models import TopUp, TopUpRefund
from stores.models import ApiKey

router = Router()
SALE: Final = (
    "sale_id",
    "sale__memo",
    "sale__occurred_at",
    "sale__business_date",
    "sale__seq",
)


REFERENCE: Final = P(description="The till's own number of it.")
NOTHING: Final = UUID(int=0)
KEY: Final = P(description="The Idempotency-Key under which it was sent.")


@endpoint(
    router,
    "GET",
    "/top-ups",
    scope="members:read",
    answer=TopUpList,
    tag="Stored value",
)
def find_top_ups(
    request: ApiRequest,
    reference: QueryEx[Text, REFERENCE] = None,
    key: QueryEx[Text, KEY] = None,
    till: QueryEx[Text, TILL] = None,
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> TopUpList:
    """The top-ups of a number (`reference` of the tender) or of a key, the newest
    first. A store sees its own.
    """
    keys = _keys(request.auth, reference, key)
    rows = TopUp.objects.filter(_at_store(request.auth), of_till(request.auth, till))
    rows = rows.filter(Q(entry__key__in=keys) if keys else Q(reference=reference))
    items, following = paging.numbered_page(
        _with_refunds(rows), limit=limit, cursor=cursor, of="topup"
    )
    return TopUpList(
        items=[_top_up(row) for row in items],
        next_cursor=following,
    )


@endpoint(
    router,
    "GET",
    "/top-ups/{top_up}",
    scope="members:read",
    answer=TopUpFound,
    tag="Stored value",
)
def read_top_up(request: ApiRequest, top_up: str) -> TopUpFound:
    """One top-up of the caller's store. Raises top_up_not_found."""
    rows = TopUp.objects.filter(
        _at_store(request.auth), entry_id=uuid_of(top_up) or NOTHING
    )
    row = _with_refunds(rows).first()
    if row is None:
        raise Refusal("top_up_not_found", _("There is no such top-up."))
    return _top_up(row)


@endpoint(router, "GET", "/refunds", scope="sales:read", answer=RefundList, tag="Sales")
def find_refunds(
    request: ApiRequest,
    reference: QueryEx[Text, P(description="The number of the bill.")] = None,
    key: QueryEx[Text, KEY] = None,
    till: QueryEx[Text, TILL] = None,
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> RefundList:
    """The refunds and voids of a bill's number, or of a key, the newest first."""
    keys = _keys(request.auth, reference, key)
    rows = Refund.objects.filter(
        _at_store(request.auth), of_till(request.auth, till, of="", till="shift__till")
    )
    rows = rows.filter(Q(key__in=keys) if keys else Q(sale__reference=reference))
    items, following = paging.numbered_page(
        rows.order_by("-at", "-pk"), limit=limit, cursor=cursor, of="refund"
    )
    return RefundList(
        items=[refund_document(row) for row in items], next_cursor=following
    )


@endpoint(
    router,
    "GET",
    "/refunds/{refund}",
    scope="sales:read",
    answer=RefundOut,
    tag="Sales",
)
def read_refund(request: ApiRequest, refund: str) -> RefundOut:
    """One refund or void of the caller's store. Raises refund_not_found."""
    rows = Refund.objects.filter(_at_store(request.auth), pk=uuid_of(refund) or NOTHING)
    row = rows.first()
    if row is None:
        raise Refusal("refund_not_found", _("There is no such refund."))
    return refund_document(row)


@endpoint(
    router,
    "GET",
    "/gift-cards/sales",
    scope="gift_cards:read",
    answer=GiftCardSaleList,
    tag="Gift cards",
)
def find_gift_card_sales(
    request: ApiRequest,
    reference: QueryEx[Text, REFERENCE] = None,
    key: QueryEx[Text, KEY] = None,
    till: QueryEx[Text, TILL] = None,
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> GiftCardSaleList:
    """Gift cards by the number of their payment (`reference` of the tenders), or by the
    key of their sale, the newest first; without their codes.
    """
    keys = _keys(request.auth, reference, key)
    rows = GiftCard.objects.filter(
        _at_store(request.auth),
        of_till(request.auth, till, of="sale__"),
        Q(sale__key__in=keys) if keys else Q(sale__memo=reference),
    )
    ordered = rows.order_by("-sale__occurred_at", "-sale__seq").values(*SALE).distinct()
    items, following = paging.numbered_page(
        ordered, limit=limit, cursor=cursor, of="giftsale"
    )
    return GiftCardSaleList(
        items=[_gift_card_sale(row) for row in items], next_cursor=following
    )


@endpoint(
    router,
    "GET",
    "/gift-cards/debits",
    scope="gift_cards:read",
    answer=GiftCardDebitList,
    tag="Gift cards",
)
def find_gift_card_debits(
    request: ApiRequest,
    reference: QueryEx[Text, P(description="The number of the bill.")] = None,
    key: QueryEx[Text, KEY] = None,
    till: QueryEx[Text, TILL] = None,
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> GiftCardDebitList:
    """What gift cards paid of the bills of a number, or of the bill of a key."""
    keys = _keys(request.auth, reference, key)
    rows = SalePayment.objects.filter(
        _at_store(request.auth, "sale__store"),
        of_till(request.auth, till, of="sale__"),
        kind=PaymentKind.GIFT_CARD,
    )
    rows = rows.filter(
        Q(sale__key__in=keys) if keys else Q(sale__reference=reference)
    ).select_related("sale", "gift_card")
    items, following = paging.numbered_page(
        rows.order_by("-sale__at", "-pk"), limit=limit, cursor=cursor, of="debit"
    )
    return GiftCardDebitList(
        items=[
            GiftCardDebit(
                card=str(row.gift_card.public_id) if row.gift_card else "",
                last4=row.last4,
                sale=str(row.sale_id),
                reference=row.sale.reference,
                amount=row.amount,
                returned=row.returned,
                at=row.sale.at,
                business_date=row.sale.business_date,
            )
            for row in items
        ],
        next_cursor=following,
    )


def _keys(caller: Caller, reference: str | None, key: str | None) -> list[str]:
    """What the books call a till's key: one of the store's keys sent it. Empty where it
    is a number that is looked for. Raises Invalid, unless there is one of the two.
    """
    if (reference is None) == (key is None):
        raise Invalid([("reference", _("Give either a reference or a key."))])
    if key is None:
        return []
    keys = ApiKey.objects.all()
    if caller.store is not None:
        keys = keys.filter(Q(store=caller.store) | Q(pk=caller.key.pk))
    return [once.ledger_key(pk, key) for pk in keys.values_list("pk", flat=True)]


def _at_store(caller: Caller, name: str = "store") -> Q:
    """Rows of the caller's store; the head office sees all, or those of the store that
    it names.
    """
    return Q() if caller.store is None else Q(**{name: caller.store})


def _with_refunds(rows: QuerySet[TopUp]) -> QuerySet[Any]:
    back = TopUpRefund.objects.filter(top_up=OuterRef("pk"))
    found = rows.select_related("member", "entry").annotate(is_back=Exists(back))
    return found.order_by("-at", "-pk")


def _top_up(row: Any) -> TopUpFound:
    return TopUpFound(
        id=str(row.entry_id),
        member=str(row.member.public_id) if row.member else None,
        reference=row.reference,
        amount=row.paid,
        bonus=row.bonus,
        points=row.points,
        at=row.at,
        business_date=row.entry.business_date,
        is_refunded=row.is_back,
    )


def _gift_card_sale(row: dict[str, Any]) -> GiftCardSaleFound:
    cards = list(GiftCard.objects.filter(sale_id=row["sale_id"]).order_by("pk"))
    codes = GiftCardCode.objects.filter(card__in=cards, died_at=None)
    last4 = dict(codes.values_list("card_id", "last4"))
    return GiftCardSaleFound(
        id=str(row["sale_id"]),
        reference=row["sale__memo"],
        at=row["sale__occurred_at"],
        business_date=row["sale__business_date"],
        amount=sum(card.amount or 0 for card in cards),
        cards=[
            CardOfSale(
                id=str(card.public_id),
                last4=last4.get(card.pk, ""),
                amount=card.amount or 0,
                status=card.status,
            )
            for card in cards
        ],
    )
