"""A till's shift: opened, handed over, closed blind."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from common.text import one_line
from ledger import selectors as ledger_selectors
from stores.errors import (
    AmountOutOfRange,
    NotAllowed,
    RecountNeeded,
    SameHands,
    ShiftAlreadyOpen,
    ShiftIsClosed,
    TenderNotCounted,
    TenderUnknown,
    TillNotInUse,
)
from stores.models import HandOver, Shift, ShiftCount, Till, User
from stores.selectors import business_date, tender_kinds, user_may

from .approvals import LARGEST
from .audit import act, record_act, require
from .proof import prove

ONE_OPEN = "stores_shift_one_open_per_till"
LONGEST_REASON = 200


@transaction.atomic(durable=True)
def open_shift(
    *, till: Till, staff: User, opening_float: int, at: datetime, request_id: str = ""
) -> Shift:
    """Begin a shift: this person holds this drawer, with so much change in it."""
    require(staff, "stores.open_shift", store=till.store)
    if not (till.is_active and till.store.is_active):
        raise TillNotInUse
    if not 0 <= opening_float <= LARGEST:
        raise AmountOutOfRange(amount=opening_float)
    try:
        with transaction.atomic():
            shift = Shift.objects.create(
                store=till.store,
                till=till,
                business_date=business_date(till.store, at),
                opened_by=staff,
                opened_at=at,
                opening_float=opening_float,
                holder=staff,
            )
    except IntegrityError as error:
        if ONE_OPEN in str(error):
            raise ShiftAlreadyOpen from error
        raise
    record_act(
        name="stores.shift_opened",
        by=act(staff=staff, shift=shift, at=at, request_id=request_id),
        at=at,
        subject=shift,
        facts={"opening_float": opening_float},
    )
    return shift


def hand_over(
    *,
    shift: Shift,
    to: User,
    secret: str,
    by: User,
    at: datetime,
    request_id: str = "",
) -> None:
    """Pass the drawer on; the next one proves who they are at the same screen."""
    require(by, "stores.hand_over", store=shift.store)
    if not user_may(to, "stores.hand_over", store=shift.store):
        raise NotAllowed(permission="stores.hand_over")
    prove(user=to, secret=secret, by=by, at=at, request_id=request_id)
    with transaction.atomic(durable=True):
        row = _locked(shift)
        if row.holder_id == to.pk:
            raise SameHands
        HandOver.objects.create(shift=row, given_by=row.holder, taken_by=to, at=at)
        Shift.objects.filter(pk=row.pk).update(holder=to)
        record_act(
            name="stores.shift_handed_over",
            by=act(staff=by, shift=row, at=at, request_id=request_id),
            at=at,
            subject=row,
            facts={"from": row.holder_id, "to": to.pk},
        )


def close_shift(
    *,
    shift: Shift,
    counted: Mapping[str, int],
    by: User,
    at: datetime,
    reason: str = "",
    request_id: str = "",
) -> list[ShiftCount]:
    """End a shift with what was counted; only now is it held against the books.

    `counted` in minor units by tender, the opening float included in cash. Raises
    TenderNotCounted where a tender that is counted was used and has no count, and
    RecountNeeded where the count is further off than the store allows and no reason is
    given: that count is written into the log, and the shift stays open.
    """
    require(by, "stores.close_shift", store=shift.store)
    try:
        return _close(
            shift=shift,
            counted=counted,
            by=by,
            at=at,
            reason=one_line(reason, LONGEST_REASON),
            request_id=request_id,
        )
    except RecountNeeded:
        record_act(
            name="stores.shift_counted_again",
            by=act(staff=by, shift=shift, at=at, request_id=request_id),
            at=at,
            subject=shift,
            facts={"counted": dict(counted)},
        )
        raise


@transaction.atomic(durable=True)
def _close(
    *,
    shift: Shift,
    counted: Mapping[str, int],
    by: User,
    at: datetime,
    reason: str,
    request_id: str,
) -> list[ShiftCount]:
    row = _locked(shift)
    for amount in counted.values():
        if not 0 <= amount <= LARGEST:
            raise AmountOutOfRange(amount=amount)
    counts = _counts(row, counted)
    limit = row.store.recount_above
    off = max((abs(count.difference) for count in counts), default=0)
    if limit is not None and off > limit and not reason:
        raise RecountNeeded
    ShiftCount.objects.bulk_create(counts)
    doing = act(staff=by, shift=row, at=at, request_id=request_id)
    Shift.objects.filter(pk=row.pk).update(
        closed_by=by, closed_at=at, difference_reason=reason if off else ""
    )
    record_act(
        name="stores.shift_closed",
        by=doing,
        at=at,
        subject=row,
        facts={
            "differences": {count.tender: count.difference for count in counts},
            "reason": reason,
        },
    )
    return counts


def _counts(shift: Shift, counted: Mapping[str, int]) -> list[ShiftCount]:
    """What was counted beside what the books expect; not written yet."""
    kinds = {kind.code: kind for kind in tender_kinds()}
    if unknown := counted.keys() - kinds.keys():
        raise TenderUnknown(tender=min(unknown)[:40])
    expected = dict(ledger_selectors.tender_totals(shift_id=shift.pk))
    expected["cash"] = expected.get("cash", 0) + shift.opening_float
    # What nobody counts is taken as the books say.
    found = {
        tender: amount
        for tender, amount in expected.items()
        if tender in kinds and not kinds[tender].is_counted
    } | dict(counted)
    for tender, amount in sorted(expected.items()):
        if amount and tender in kinds and tender not in found:
            raise TenderNotCounted(name=kinds[tender].name)
    return [
        ShiftCount(
            shift=shift,
            tender=tender,
            counted=found.get(tender, 0),
            expected=expected.get(tender, 0),
            difference=found.get(tender, 0) - expected.get(tender, 0),
        )
        for tender in {**dict.fromkeys(counted), **dict.fromkeys(sorted(expected))}
    ]


def _locked(shift: Shift) -> Shift:
    """The shift, still open, with nobody else closing it or passing it on.

    The full lock, not the weaker one: entries that name the shift share its key, and
    a close must wait for them and they for it. The holder is not joined: a row that
    another changed while we waited still stands beside what it was joined with before.
    """
    row = (
        Shift.objects.select_for_update(of=("self",))
        .select_related("store", "till")
        .get(pk=shift.pk)
    )
    if row.closed_at is not None:
        raise ShiftIsClosed
    return row
