"""Coupons: listed, given, made void."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query, QueryEx, Router

from api import members, naming, paging
from api.auth import ApiRequest
from api.endpoints import endpoint, ledger_key
from api.problems import Invalid, Refusal
from api.shapes.coupons import (
    CouponIssueIn,
    CouponList,
    CouponOut,
    CouponsIssued,
    CouponVoidIn,
    Status,
    coupon_out,
)
from coupons import services as coupons_services
from coupons.kinds import CouponStatus
from coupons.models import Coupon, CouponTemplate

router = Router()
TAG = "Coupons"


@endpoint(
    router,
    "GET",
    "/members/{member}/coupons",
    scope="coupons:read",
    answer=CouponList,
    tag=TAG,
)
def list_coupons(
    request: ApiRequest,
    member: str,
    status: Query[Status] = "usable",
    limit: QueryEx[paging.Limit, paging.LIMIT] = paging.USUAL,
    cursor: QueryEx[paging.Cursor, paging.CURSOR] = None,
) -> CouponList:
    """A member's coupons, the newest first: usable now or later, used, or expired."""
    rows = _with_status(
        Coupon.objects.filter(member_id=members.find(member)), status, request
    )
    before = paging.after(cursor, of="coupon")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("version__template").order_by("-pk")[: limit + 1])
    last = found[limit - 1].pk if len(found) > limit else None
    shown, following = paging.page(found, limit=limit, of="coupon", last=last)
    return CouponList(
        items=[coupon_out(coupon, at=request.at) for coupon in shown],
        next_cursor=following,
    )


@endpoint(
    router,
    "POST",
    "/coupons/issue",
    scope="coupons:write",
    answer=CouponsIssued,
    status=201,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"template": "welcome-10", "member": "0193…", "quantity": 1},
)
def issue_coupons(request: ApiRequest, body: CouponIssueIn) -> CouponsIssued:
    """Give a member coupons, within the template's quota and limits."""
    issued = coupons_services.issue(
        template_id=_template(body.template),
        member_id=members.find(body.member),
        quantity=body.quantity,
        by=request.auth.act(request.at, at_store=False),
        at=request.at,
        key=ledger_key(request),
        reason=(body.reason or "").strip() or f"API: {request.auth.key.name}",
    )
    given = Coupon.objects.filter(pk__in=issued.coupon_ids)
    return CouponsIssued(
        coupons=[
            coupon_out(coupon, at=request.at)
            for coupon in given.select_related("version__template").order_by("nth")
        ]
    )


@endpoint(
    router,
    "POST",
    "/coupons/{coupon}/void",
    scope="coupons:write",
    answer=CouponOut,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"reason": "given by mistake"},
)
def void_coupon(
    request: ApiRequest, coupon: str, body: CouponVoidIn | None = None
) -> CouponOut:
    """Make a coupon worth nothing for ever; one that is used stays used.

    A store's key does so to what that store gave; any other coupon is not there.
    """
    told = body or CouponVoidIn()
    coupon_id = _coupon(coupon, request)
    coupons_services.void_coupon(
        coupon_id=coupon_id,
        reason=(told.reason or "").strip() or f"API: {request.auth.key.name}",
        by=request.auth.act(request.at, at_store=False),
        at=request.at,
    )
    row = Coupon.objects.select_related("version__template").get(pk=coupon_id)
    return coupon_out(row, at=request.at)


def _with_status(
    rows: QuerySet[Coupon], status: str, request: ApiRequest
) -> QuerySet[Coupon]:
    if status == "used":
        return rows.filter(status=CouponStatus.REDEEMED)
    if status == "expired":
        return rows.filter(
            status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED],
            valid_until__lte=request.at,
        )
    return rows.filter(status=CouponStatus.ISSUED, valid_until__gt=request.at)


def _coupon(identity: str, request: ApiRequest) -> int:
    """A coupon that the caller's store gave, or any for the brand's own key. Raises
    coupon_not_found.
    """
    number = naming.number_of(identity)
    found = None if number is None else Coupon.objects.filter(pk=number)
    row = None if found is None else found.select_related("issue").first()
    if number is None or row is None or not request.auth.may_see(row.issue.store_id):
        raise Refusal("coupon_unknown", _("This coupon is not known."))
    return number


def _template(named: str) -> int:
    """A template by its code or its id. Raises Invalid."""
    found = naming.find(CouponTemplate.objects.all(), named, by="code")
    if found is None:
        raise Invalid([("template", _("There is no such coupon."))])
    return found
