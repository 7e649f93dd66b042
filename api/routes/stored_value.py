"""Stored value: money in, money back, and the statement."""

from typing import Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from ninja import Query, QueryEx, Router

from api import members, naming, paging
from api.auth import ApiRequest
from api.endpoints import endpoint, ledger_key
from api.moments import occurrence_in_time
from api.naming import number_of, uuid_of
from api.problems import Invalid, Refusal
from api.shapes.common import Wallet
from api.shapes.coupons import CouponOut, coupon_out
from api.shapes.stored_value import (
    MovementOut,
    Statement,
    TopUpIn,
    TopUpOut,
    TopUpRefundIn,
    TopUpRefundOut,
)
from coupons.models import Coupon
from ledger import selectors as ledger_selectors
from ledger import statements as ledger_statements
from ledger.kinds import AccountKind
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import TopUp, TopUpPlan
from stores.models import Store

router = Router()
TAG = "Stored value"
NO_COUPON = -1  # what is no number names none
MONEY = (AccountKind.PRINCIPAL, AccountKind.BONUS)


@endpoint(
    router,
    "POST",
    "/members/{member}/top-ups",
    scope="stored_value:write",
    answer=TopUpOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"amount": 30000, "tender": {"kind": "wechat", "reference": "4200001"}},
)
def top_up(request: ApiRequest, member: str, body: TopUpIn) -> TopUpOut:
    """Top a member's wallet up.

    The plan that gives most applies, unless one is named; a coupon of kind `top_up`
    adds its bonus and is used up. Beyond a limit of the shop
    or of the law it is refused: `limit_exceeded`.
    """
    then = occurrence_in_time(request, body.occurred_at)
    holder = Holder.member(members.find(member))
    row = stored_value_services.top_up(
        holder=holder,
        tenders=[stored_value_services.Tender(body.tender.kind, body.amount)],
        plan_id=None if body.plan is None else _plan(body.plan),
        coupon_id=None if body.coupon is None else number_of(body.coupon) or NO_COUPON,
        reference=body.tender.reference or "",
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    version = row.plan_version
    return TopUpOut(
        id=str(row.entry_id),
        amount=row.paid,
        bonus=row.bonus,
        points=row.points,
        growth=row.growth,
        coupons=_coupons_of(row, request),
        plan=version.plan.name if version is not None else None,
        coupon_bonus=row.coupon_bonus,
        wallet=wallet(holder, request),
    )


@endpoint(
    router,
    "POST",
    "/top-ups/{top_up}/refund",
    scope="stored_value:write",
    answer=TopUpRefundOut,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"reason": "changed their mind"},
)
def refund_top_up(
    request: ApiRequest, top_up: str, body: TopUpRefundIn | None = None
) -> TopUpRefundOut:
    """Give the unused principal of a top-up back; its gifts end.

    A store gives back what it took itself. The answer holds the formula.
    """
    told = body or TopUpRefundIn()
    row = _top_up(top_up, request)
    then = occurrence_in_time(request, told.occurred_at, after=row.at)
    refund = stored_value_services.refund_top_up(
        top_up_id=row.pk,
        tender=told.tender or _paid_by(row),
        reason=(told.reason or "").strip() or f"API: {request.auth.key.name}",
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    holder = stored_value_selectors.current_holder(row)
    return TopUpRefundOut(
        id=str(refund.entry_id),
        top_up=str(row.entry_id),
        tender=refund.tender,
        principal_left=refund.principal_left,
        paid_out=refund.paid_out,
        fee=refund.fee,
        bonus_spent_charged=refund.bonus_spent_charged,
        points_charged=refund.points_charged,
        bonus_voided=refund.bonus_voided,
        points_taken=refund.points_taken,
        growth_taken=refund.growth_taken,
        coupons_taken=refund.coupons_revoked,
        coupon_returned=refund.coupon_returned,
        cooling_off=refund.is_cooling_off,
        wallet=wallet(holder, request),
    )


@endpoint(
    router,
    "GET",
    "/members/{member}/statement",
    scope="members:read",
    answer=Statement,
    tag=TAG,
)
def read_statement(
    request: ApiRequest,
    member: str,
    kind: Query[Literal["money", "points"]] = "money",
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> Statement:
    """The movements of a member's money or points, newest first.

    Each with the balance after it: of principal and bonus together, or of points.
    """
    member_id = members.find(member)
    before = paging.after(cursor, of=kind)
    names = _accounts(member_id, kind)
    rows = ledger_statements.together(
        account_ids=list(names), before=before, limit=limit + 1
    )
    last = rows[limit - 1].posting_id if len(rows) > limit else None
    shown, following = paging.page(rows, limit=limit, of=kind, last=last)
    stores = dict(
        Store.objects.filter(pk__in={row.store_id for row in shown}).values_list(
            "pk", "code"
        )
    )
    return Statement(
        items=[
            MovementOut(
                id=f"{row.posting_id}",
                entry=str(row.entry_id),
                at=row.occurred_at,
                kind=row.kind,
                account=names[row.account_id],
                amount=row.change,
                balance=row.together_after,
                store=stores.get(row.store_id or 0),
                memo=row.memo,
            )
            for row in shown
        ],
        next_cursor=following,
    )


def wallet(holder: Holder, request: ApiRequest) -> Wallet:
    """What a wallet holds now."""
    held = stored_value_selectors.wallet(holder=holder, at=request.at)
    return Wallet(principal=held.principal, bonus=held.bonus, total=held.usable)


def _accounts(member_id: int, kind: str) -> dict[int, str]:
    wanted, unit = (
        (MONEY, settings.CURRENCY) if kind == "money" else ((AccountKind.POINTS,), kind)
    )
    return {
        account.account_id: account.kind
        for account in ledger_selectors.held_by(
            holder_kind="member", holder_id=member_id
        )
        if account.kind in wanted and account.unit == unit and not account.slot
    }


def _plan(named: str) -> int:
    """A plan by its name or its id. Raises Invalid."""
    found = naming.find(TopUpPlan.objects.all(), named, by="name")
    if found is None:
        raise Invalid([("plan", _("There is no such plan."))])
    return found


def _top_up(identity: str, request: ApiRequest) -> TopUp:
    """A top-up that is the caller's to give back. Raises top_up_not_found."""
    entry_id = uuid_of(identity)
    row = None
    if entry_id is not None:
        row = TopUp.objects.filter(entry_id=entry_id, member__isnull=False).first()
    if row is None or not request.auth.may_see(row.store_id):
        raise Refusal("top_up_not_found", _("There is no such top-up."))
    return row


def _paid_by(row: TopUp) -> str:
    return next(iter(ledger_statements.tenders_of(entry_id=row.entry_id)), "cash")


def _coupons_of(row: TopUp, request: ApiRequest) -> list[CouponOut]:
    if not row.coupons:
        return []
    issue_key = stored_value_selectors.gift_key(row, "coupons")
    given = Coupon.objects.filter(issue__key=issue_key)
    loaded = given.select_related("version__template").order_by("nth")
    return [coupon_out(coupon, at=request.at) for coupon in loaded]
