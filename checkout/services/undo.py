"""What undoing a sale, or a part of it, does to points, coupons, stamps and gifts.

Each is a step of a refund's one transaction, under the locks of `locks.lock_all`.
"""

from checkout.models import NextVisitGift, PaymentKind
from coupons import services as coupons_services
from coupons.models import CouponIssue
from coupons.services import GivenBack
from points import services as points_services
from points.earning import Tender
from points.models import AccrualRefund, StampGrant, StampProgramme
from points.spending import to_return
from stores import selectors as stores_selectors

from .doing import Doing, Part
from .keys import next_visit_key, stamps_key


def give_back_points(doing: Doing) -> int:
    """Spent points return to their own lots, in proportion; how many. Those of somebody
    who was erased are let go.
    """
    sale, back = doing.sale, 0
    for part in doing.of(PaymentKind.POINTS):
        redemption = sale.redemption
        if redemption is None or not part.amount or doing.has_ended(part):
            continue
        payment = part.payment
        due = to_return(
            payment.points,
            refunded=payment.returned + part.amount,
            total=payment.amount,
            returned=redemption.returned,
        )
        part.points = max(0, due)
        if part.points:
            points_services.return_redeemed_step(
                redemption_id=redemption.pk,
                points=part.points,
                by=doing.by,
                at=doing.at,
                key=doing.key("points"),
            )
        back += part.points
    return back


def take_back_earned(doing: Doing) -> AccrualRefund | None:
    """What the refunded part earned goes; what is spent already as the policy says."""
    if doing.sale.accrual_id is None or not sum(doing.per_line):
        return None
    paid_back: dict[str, int] = {}
    for part in doing.parts:
        for tender, amount in _as_tenders(part):
            if amount:
                paid_back[tender] = paid_back.get(tender, 0) + amount
    return points_services.refund_accrual_step(
        accrual_id=doing.sale.accrual_id,
        amounts=doing.per_line,
        paid_back=paid_back,
        by=doing.by,
        at=doing.at,
        key=doing.key("earned"),
    )


def _as_tenders(part: Part) -> list[tuple[str, int]]:
    """What a payment is to earning."""
    if part.kind == PaymentKind.STORED_VALUE:
        return [(Tender.PRINCIPAL, part.principal), (Tender.BONUS, part.bonus)]
    tender = {
        PaymentKind.POINTS: Tender.POINTS,
        PaymentKind.GIFT_CARD: Tender.GIFT_CARD,
        PaymentKind.TENDER: (
            Tender.MONEY
            if stores_selectors.earns(part.payment.tender)
            else Tender.OTHER
        ),
    }[PaymentKind(part.kind)]
    return [(tender, part.amount)]


def give_back_coupons(doing: Doing) -> list[int]:
    """Of a void all of them, of a whole refund those that still hold; their ids. Those
    that the next bill uses again at once are as if they had not been used.
    """
    reference, key = f"sale:{doing.sale.pk}", doing.key("coupons")
    reused: list[GivenBack] = []
    if doing.reused:
        reused = coupons_services.release_step(
            reference=reference, by=doing.by, at=doing.at, key=key, only=doing.reused
        )
    if doing.refund.is_void:
        outcomes = coupons_services.release_step(
            reference=reference, by=doing.by, at=doing.at, key=key
        )
    else:
        outcomes = coupons_services.return_step(
            reference=reference,
            whole=doing.is_whole,
            by=doing.by,
            at=doing.at,
            key=key,
        )
    return [one.coupon_id for one in [*reused, *outcomes] if one.is_back]


def take_back_gifts(doing: Doing) -> None:
    """Stamps and coupons that a sale gave go when nothing of the sale is left."""
    if not doing.is_whole or doing.sale.member_id is None:
        return
    stamps = [
        stamps_key(doing.sale.pk, code)
        for code in StampProgramme.objects.values_list("code", flat=True)
    ]
    grants = StampGrant.objects.filter(key__in=stamps).order_by("pk")
    for grant_id in grants.values_list("pk", flat=True):
        points_services.take_back_stamps_step(
            grant_id=grant_id,
            by=doing.by,
            at=doing.at,
            key=doing.key(f"stamps:{grant_id}"),
        )
    gifts = [
        next_visit_key(doing.sale.pk, gift_id)
        for gift_id in NextVisitGift.objects.values_list("pk", flat=True)
    ]
    issued = CouponIssue.objects.filter(key__in=gifts).order_by("pk")
    for issue_key in issued.values_list("key", flat=True):
        coupons_services.revoke_unused_step(
            issue_key=issue_key,
            by=doing.by,
            at=doing.at,
            reason=doing.refund.reason,
        )
