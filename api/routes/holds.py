"""Deposits: set aside, taken, or let go. Each hold ends once."""

from django.utils.translation import gettext_lazy as _
from ninja import Router

from api import members
from api.auth import ApiRequest
from api.endpoints import endpoint, ledger_key
from api.moments import occurrence_in_time
from api.naming import uuid_of
from api.problems import Refusal
from api.routes.stored_value import wallet
from api.shapes.holds import HoldCaptureIn, HoldIn, HoldOut, HoldReleaseIn
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stored_value.models import Hold

router = Router()
TAG = "Stored value"


def _prove(request: ApiRequest, member: str, body: HoldIn) -> bool:
    """Whether the member gave a code of their own, in a transaction of its own: a wrong
    try counts whatever comes.
    """
    then = occurrence_in_time(request, body.occurred_at)
    return stored_value_services.prove_identity(
        holder=Holder.member(members.find(member)),
        code=body.stored_value_auth or "",
        by=then.by,
        at=then.at,
    )


@endpoint(
    router,
    "POST",
    "/members/{member}/holds",
    scope="stored_value:write",
    answer=HoldOut,
    status=201,
    key="required",
    refusals=(409,),
    first=_prove,
    tag=TAG,
    example={"amount": 20000, "note": "table for eight"},
)
def hold_value(request: ApiRequest, member: str, body: HoldIn) -> HoldOut:
    """Set part of a member's stored value aside: it is theirs, and cannot be spent."""
    then = occurrence_in_time(request, body.occurred_at)
    row = stored_value_services.hold(
        holder=Holder.member(members.find(member)),
        amount=body.amount,
        expires_at=body.expires_at,
        note=body.note or "",
        is_proven=request.first,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return _told(row, request)


@endpoint(
    router,
    "POST",
    "/holds/{hold}/capture",
    scope="stored_value:write",
    answer=HoldOut,
    key="required",
    refusals=(409,),
    tag=TAG,
    example={"amount": 15000},
)
def capture_hold(
    request: ApiRequest, hold: str, body: HoldCaptureIn | None = None
) -> HoldOut:
    """Take what was set aside, or less of it: the rest goes back at once."""
    told = body or HoldCaptureIn()
    row = _hold(hold, request)
    then = occurrence_in_time(request, told.occurred_at, after=row.placed_at)
    row = stored_value_services.capture_hold(
        hold_id=row.pk,
        amount=told.amount,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return _told(row, request)


@endpoint(
    router,
    "POST",
    "/holds/{hold}/release",
    scope="stored_value:write",
    answer=HoldOut,
    key="required",
    refusals=(409,),
    tag=TAG,
)
def release_hold(
    request: ApiRequest, hold: str, body: HoldReleaseIn | None = None
) -> HoldOut:
    """Give all that was set aside back, into the lots it came from."""
    told = body or HoldReleaseIn()
    row = _hold(hold, request)
    then = occurrence_in_time(request, told.occurred_at, after=row.placed_at)
    row = stored_value_services.release_hold(
        hold_id=row.pk,
        by=then.by,
        at=then.at,
        key=ledger_key(request),
    )
    return _told(row, request)


def _hold(named: str, request: ApiRequest) -> Hold:
    """A hold of the caller's store. Raises hold_not_found."""
    identity = uuid_of(named)
    row = None
    if identity is not None:
        row = Hold.objects.filter(entry_id=identity, member__isnull=False).first()
    if row is None or not request.auth.may_see(row.store_id):
        raise Refusal("hold_not_found", _("There is no such hold."))
    return row


def _told(row: Hold, request: ApiRequest) -> HoldOut:
    row.refresh_from_db()
    return HoldOut(
        id=str(row.entry_id),
        status=row.status,
        amount=row.amount,
        captured=row.captured,
        note=row.note,
        expires_at=row.expires_at,
        wallet=wallet(Holder.member(row.member_id or 0), request),
    )
