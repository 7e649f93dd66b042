"""What a member holds, what it is worth on a bill, and what there is to be had."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from . import audiences
from .codes import HELD, digests, normalised, shown_gift_token
from .errors import CodeNotKnown
from .kinds import CouponAct, CouponKind, CouponStatus
from .models import (
    Coupon,
    CouponGift,
    CouponIssue,
    CouponTemplate,
    CouponUse,
    TemplateCount,
    TemplateMember,
)
from .rules import (
    BillFacts,
    Refusal,
    Saving,
    of_day_and_hour,
    of_store_and_hour,
    refusal_of,
    saving_of,
    soonest_first,
)

VISIT = "visit:"  # begins what a use without a bill refers to


@dataclass(frozen=True, slots=True)
class OnBill:
    """One coupon a member holds, with its saving on a bill or the reason why not."""

    coupon: Coupon
    outcome: Saving | Refusal

    @property
    def saves(self) -> int:
        return self.outcome.amount if isinstance(self.outcome, Saving) else 0


def held(member_id: int, *, at: datetime) -> QuerySet[Coupon]:
    """The coupons that a member can use now or later: not used up, void or expired."""
    return Coupon.objects.filter(
        member_id=member_id,
        status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED],
        valid_until__gt=at,
    ).select_related("version")


def usable_for(
    member_id: int | None,
    bill: BillFacts,
    *,
    at: datetime,
    printed: tuple[int, ...] = (),
) -> list[OnBill]:
    """Every coupon the member holds, and the printed ones laid on the counter, on this
    bill: the highest saving first, of equal ones what expires sooner; those that cannot
    be used last, each with its reason. One query.
    """
    mine = Q(
        member_id=member_id,
        member_id__isnull=False,
        status=CouponStatus.ISSUED,
        valid_until__gt=at,
    )
    rows = Coupon.objects.filter(mine | Q(pk__in=printed)).select_related("version")
    on_bill = [OnBill(row, saving_of(row, bill, at=at)) for row in rows]
    return sorted(
        on_bill, key=lambda row: (-row.saves, row.coupon.valid_until, row.coupon.pk)
    )


def top_up_coupons(member_id: int, here: BillFacts, *, at: datetime) -> list[Coupon]:
    """The member's coupons that a top-up may use here and now, what expires sooner
    first. What it asks of the amount is still to be seen. One query.
    """
    rows = held(member_id, at=at).filter(
        version__kind=CouponKind.TOP_UP, status=CouponStatus.ISSUED, valid_from__lte=at
    )
    return [
        row
        for row in soonest_first(rows)
        if of_store_and_hour(row.version, here) is None
    ]


def by_code(typed: str) -> Coupon:
    """The coupon that a typed or scanned code names. Raises CodeNotKnown."""
    code = normalised(typed)
    if code is None:
        raise CodeNotKnown
    of_code = Q(code=code) if len(code) == HELD else Q(digest__in=digests(code))
    found = Coupon.objects.filter(of_code).select_related("version").first()
    if found is None or found.status == CouponStatus.VOID:
        raise CodeNotKnown
    return found


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """One coupon a member holds, and why it cannot be used just now, if so."""

    coupon: Coupon
    refusal: Refusal | None


def held_now(
    member_id: int, *, tier_id: int | None, day: date, local_time: time, at: datetime
) -> list[HeldCoupon]:
    """What a member holds, without a bill: what can be used now first, then what ends
    sooner. Day and hour are those of the place where it would be used. One query.
    """
    rows = [
        HeldCoupon(
            row,
            refusal_of(row, member_id=member_id, at=at)
            or of_day_and_hour(
                row.version, tier_id=tier_id, day=day, local_time=local_time
            ),
        )
        for row in held(member_id, at=at)
    ]
    return sorted(
        rows,
        key=lambda one: (
            one.refusal is not None,
            one.coupon.valid_until,
            one.coupon.pk,
        ),
    )


@dataclass(frozen=True, slots=True)
class GiftOnItsWay:
    """A coupon that its holder offers to a friend, and the secret part of its link."""

    gift: CouponGift
    token: str


def gifts_offered(giver_id: int) -> list[GiftOnItsWay]:
    """What a member offers to friends and none has taken yet, the latest first."""
    rows = CouponGift.objects.filter(giver_id=giver_id, ended_at=None)
    return [
        GiftOnItsWay(
            row, shown_gift_token(row.coupon_id, row.offered_at, bytes(row.digest))
        )
        for row in rows.select_related("coupon__version").order_by("-offered_at", "-pk")
    ]


def gifts_given(giver_id: int) -> QuerySet[CouponGift]:
    """What friends have taken from a member, the latest first."""
    rows = CouponGift.objects.filter(
        giver_id=giver_id, ended_as=CouponGift.Ended.ACCEPTED
    )
    return rows.select_related("coupon__version").order_by("-ended_at", "-pk")


def gifts_of_coupon(coupon_id: int, *, giver_id: int) -> QuerySet[CouponGift]:
    """The times that a member offered a coupon."""
    return CouponGift.objects.filter(coupon_id=coupon_id, giver_id=giver_id)


def gift_by_token(token: str) -> CouponGift | None:
    """The gift that a link names, whatever became of it; None: no link of ours."""
    return (
        CouponGift.objects.filter(digest__in=digests(token[:200]))
        .select_related("coupon__version")
        .first()
    )


def used_up(member_id: int) -> QuerySet[Coupon]:
    """The coupons that a member has used, the latest first."""
    rows = Coupon.objects.filter(member_id=member_id, status=CouponStatus.REDEEMED)
    return rows.select_related("version").order_by("-pk")


def expired(member_id: int, *, at: datetime) -> QuerySet[Coupon]:
    """The coupons that ended unused in a member's hands, the latest first."""
    rows = Coupon.objects.filter(
        member_id=member_id,
        status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED],
        valid_until__lte=at,
    )
    return rows.select_related("version").order_by("-valid_until", "-pk")


def named(coupon_ids: Collection[int]) -> QuerySet[Coupon]:
    """These coupons with their terms, in their order."""
    rows = Coupon.objects.filter(pk__in=coupon_ids)
    return rows.select_related("version").order_by("pk")


def printed_among(coupon_ids: Collection[int]) -> set[int]:
    """Which of these nobody has claimed: only their code lets anybody use them."""
    rows = Coupon.objects.filter(pk__in=coupon_ids, member=None)
    return set(rows.values_list("pk", flat=True))


def visits_on(member_id: int, *, store_id: int, day: date) -> QuerySet[CouponUse]:
    """The visits that a member's passes paid for by themselves at a store on a day."""
    return CouponUse.objects.filter(
        member_id=member_id,
        store_id=store_id,
        business_date=day,
        act=CouponAct.REDEEMED,
        reference__startswith=VISIT,
        undone_by=None,
    ).select_related("coupon__version")


def claimable(member_id: int, *, at: datetime) -> QuerySet[CouponTemplate]:
    """The coupons that a member may take now: open, not used up, within the limit."""
    begun = Q(issued_from=None) | Q(issued_from__lte=at)
    not_over = Q(issued_until=None) | Q(issued_until__gt=at)
    used_up = TemplateCount.objects.filter(
        template=OuterRef("pk"), issued__gte=F("quota")
    )
    at_limit = TemplateMember.objects.filter(
        template=OuterRef("pk"),
        member_id=member_id,
        issued__gte=OuterRef("per_member"),
    )
    return CouponTemplate.objects.filter(
        begun, not_over, is_open=True, is_claimable=True, claim_word=None
    ).exclude(Exists(used_up) | Exists(at_limit))


def expiring(
    *, at: datetime, days: int, member_id: int | None = None
) -> QuerySet[Coupon]:
    """Unused coupons that end within so many days, the soonest first."""
    soon = Coupon.objects.filter(
        status=CouponStatus.ISSUED,
        valid_until__gt=at,
        valid_until__lte=at + timedelta(days=days),
        member_id__isnull=False,
    )
    if member_id is not None:
        soon = soon.filter(member_id=member_id)
    return soon.select_related("version").order_by("valid_until", "pk")


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """What became of a template's coupons, whatever their version."""

    issued: int
    unused: int
    redeemed: int
    expired: int
    void: int


def tier_gift_ref(occasion: str, gift_id: int, member_id: int, period: str) -> str:
    """Under which reference the first coupon of a tier's gift was given."""
    return f"{occasion}:{gift_id}:{member_id}:{period}:1"


def report(template_id: int, *, at: datetime) -> TemplateReport:
    """How many were issued, are out, were used up, expired unused, or are void."""
    out = Q(status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED])
    found = Coupon.objects.filter(version__template=template_id).aggregate(
        issued=Count("pk"),
        unused=Count("pk", filter=out & Q(valid_until__gt=at)),
        redeemed=Count("pk", filter=Q(status=CouponStatus.REDEEMED)),
        expired=Count("pk", filter=out & Q(valid_until__lte=at)),
        void=Count("pk", filter=Q(status=CouponStatus.VOID)),
    )
    return TemplateReport(**found)


def unfinished_issues() -> list[tuple[int, dict[str, object]]]:
    """Issues to a segment that the office began and that are not finished."""
    rows = CouponIssue.objects.filter(done_at=None, audience__of__in=audiences.words())
    return [(row.pk, row.audience or {}) for row in rows.order_by("pk")]
