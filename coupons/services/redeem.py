"""Redeeming within a sale, and giving back when the sale is undone."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from coupons.errors import CouponNotUsable
from coupons.kinds import CouponAct, CouponStatus
from coupons.models import Coupon, CouponsPolicy, CouponUse
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from members import services as members_services
from policies import selectors as policies_selectors

from .acts import act_of
from .locks import locked

REDEEM = """
SELECT outcome, coupon, use FROM coupons_redeem(
  %s::bigint[], %s::bigint[], %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Redemption:
    """One use of a coupon, and what it saves (minor units)."""

    coupon_id: int
    saving: int = 0


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What became of a used coupon when its sale was undone."""

    coupon_id: int
    is_back: bool = False
    code: str = ""
    sentence: str = ""


@transaction.atomic(savepoint=False)
def redeem_step(
    *,
    redemptions: Sequence[Redemption],
    member_id: int | None,
    reference: str,
    by: Act,
    at: datetime,
    key: str,
) -> list[int]:
    """A step of a sale: use these coupons, all or none, once for a key; one statement.

    A printed coupon that nobody claimed serves whoever brings it. The numbers of the
    acts written, in order. Raises CouponNotUsable, IdempotencyConflict.
    """
    if not redemptions:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                REDEEM,
                [
                    [redemption.coupon_id for redemption in redemptions],
                    [redemption.saving for redemption in redemptions],
                    member_id,
                    key,
                    reference,
                    at,
                    by.business_date,
                    by.store_id,
                    by.actor,
                ],
            )
            rows = cursor.fetchall()
    except IntegrityError as taken:
        if "coupons_couponuse_key" in str(taken):  # two at once, of different coupons
            raise IdempotencyConflict from taken
        raise
    outcome, coupon_id, _use = rows[0]
    if outcome == "conflict":
        raise IdempotencyConflict
    if outcome not in ("done", "replayed"):
        raise CouponNotUsable(why=outcome, coupon=coupon_id)
    if outcome == "done":  # what was done before a freeze stays its answer
        members_services.refuse_frozen_step(member_id)
    return [int(use) for _outcome, _coupon, use in rows]


@transaction.atomic(savepoint=False)
def release_step(
    *,
    reference: str,
    by: Act,
    at: datetime,
    key: str,
    only: Collection[int] | None = None,
) -> list[GivenBack]:
    """A step of a void: every coupon that the sale used (`only`: those of these ids) is
    as if it had not been.

    One that has expired meanwhile comes back expired. Harmless twice.
    """
    uses = [
        use for use in _undoable(reference) if only is None or use.coupon_id in only
    ]
    coupons = {coupon.pk: coupon for coupon in locked(use.coupon_id for use in uses)}
    outcomes: list[GivenBack] = []
    back: list[CouponUse] = []
    for use in _still(uses):
        if coupons[use.coupon_id].status == CouponStatus.VOID:
            outcomes.append(
                GivenBack(use.coupon_id, code="void", sentence=_("It is void."))
            )
            continue
        back.append(use)
        outcomes.append(GivenBack(use.coupon_id, is_back=True))
    _write(back, CouponAct.RELEASED, by=by, at=at, key=key)
    _reopen(back, coupons)
    return outcomes


@transaction.atomic(savepoint=False)
def return_step(
    *, reference: str, whole: bool, by: Act, at: datetime, key: str
) -> list[GivenBack]:
    """A step of a refund: coupons come back once the whole sale is refunded, if they
    still hold at `at`; then they last at least the policy's days. What has expired
    never comes back. A pass that was used up is open again. Harmless twice.
    """
    if not whole:
        return []
    grace = policies_selectors.in_force(CouponsPolicy, at=at).return_grace_days
    uses = _undoable(reference)
    coupons = {coupon.pk: coupon for coupon in locked(use.coupon_id for use in uses)}
    outcomes: list[GivenBack] = []
    back: list[CouponUse] = []
    for use in _still(uses):
        outcome = _returnable(coupons[use.coupon_id], at)
        outcomes.append(outcome)
        if outcome.is_back:
            back.append(use)
    _write(back, CouponAct.RETURNED, by=by, at=at, key=key)
    _reopen(back, coupons)
    least = at + timedelta(days=grace)
    Coupon.objects.filter(
        pk__in=[use.coupon_id for use in back], valid_until__lt=least
    ).update(valid_until=least)
    _note_kept(uses, outcomes, by=by, at=at, key=key)
    return outcomes


def _undoable(reference: str) -> list[CouponUse]:
    """What the sale used and nobody has undone."""
    if not reference:
        return []
    return list(
        CouponUse.objects.filter(
            reference=reference, act=CouponAct.REDEEMED, undone_by=None
        ).order_by("pk")
    )


def _still(uses: list[CouponUse]) -> list[CouponUse]:
    """Looked at again under the coupons' locks: another may have undone them first."""
    undone = set(
        CouponUse.objects.filter(undoes__in=uses).values_list("undoes_id", flat=True)
    )
    return [use for use in uses if use.pk not in undone]


def _returnable(coupon: Coupon, at: datetime) -> GivenBack:
    if coupon.status == CouponStatus.VOID:
        return GivenBack(coupon.pk, code="void", sentence=_("It is void."))
    if not coupon.version.is_returnable:
        return GivenBack(
            coupon.pk,
            code="not_returnable",
            sentence=_("This coupon is not given back."),
        )
    if at >= coupon.valid_until:
        return GivenBack(
            coupon.pk,
            code="expired",
            sentence=_("It has expired and is not given back."),
        )
    return GivenBack(coupon.pk, is_back=True)


def _write(
    uses: list[CouponUse], act: CouponAct, *, by: Act, at: datetime, key: str
) -> None:
    CouponUse.objects.bulk_create(
        [
            act_of(
                use.coupon_id,
                act,
                by=by,
                at=at,
                key=f"{key}:{use.pk}",
                reference=use.reference,
                undoes=use,
                saving=use.saving,
                member_id=use.member_id,
            )
            for use in uses
        ]
    )


def _reopen(uses: list[CouponUse], coupons: dict[int, Coupon]) -> None:
    """Under the locks: each coupon gets back as many uses as are undone."""
    for coupon_id, times in sorted(Counter(use.coupon_id for use in uses).items()):
        coupon = coupons[coupon_id]
        status = (
            coupon.status
            if coupon.status == CouponStatus.OFFERED
            else CouponStatus.ISSUED
        )
        Coupon.objects.filter(pk=coupon_id).update(
            uses_left=coupon.uses_left + times, status=status
        )


def _note_kept(
    uses: list[CouponUse],
    outcomes: list[GivenBack],
    *,
    by: Act,
    at: datetime,
    key: str,
) -> None:
    """Write down what did not come back, and why, for whoever asks at the counter."""
    kept = {outcome.coupon_id: outcome for outcome in outcomes if not outcome.is_back}
    CouponUse.objects.bulk_create(
        [
            act_of(
                use.coupon_id,
                CouponAct.KEPT,
                by=by,
                at=at,
                key=f"{key}:kept:{use.pk}",
                reference=use.reference,
                reason=kept[use.coupon_id].code,
                member_id=use.member_id,
            )
            for use in uses
            if use.coupon_id in kept
        ],
        ignore_conflicts=True,
    )
