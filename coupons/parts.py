"""A member's coupons: moved on a merge, exported, waited for before erasing."""

from datetime import datetime

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from common.money import format_count, format_money
from ledger.services import Act
from members.parts import ClosureShare, OwnMoney, Rows

from .kinds import CouponKind, CouponStatus
from .models import Coupon, CouponGift, CouponUse
from .services.sell import refundable

# The target's count rises by the source's; a merge refuses nobody what they had.
MOVE_COUNTS = """
WITH taken AS (
  DELETE FROM coupons_templatemember WHERE member_id = %(source)s
  RETURNING template_id, issued, allowed
)
INSERT INTO coupons_templatemember AS held (template_id, member_id, issued, allowed)
SELECT t.template_id, %(target)s, t.issued, t.allowed
  FROM taken t ORDER BY t.template_id
ON CONFLICT (template_id, member_id) DO UPDATE
   SET issued = held.issued + EXCLUDED.issued,
       allowed = greatest(held.allowed, held.issued + EXCLUDED.issued)
"""


class CouponsPart:
    """What the coupons app keeps about a member."""

    word = "coupons"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Every coupon, used or not, and every gift on its way, is the target's."""
        Coupon.objects.filter(member_id=source_id).update(member_id=target_id)
        CouponGift.objects.filter(giver_id=source_id, ended_at=None).update(
            giver_id=target_id
        )
        with connection.cursor() as cursor:
            cursor.execute(MOVE_COUNTS, {"source": source_id, "target": target_id})

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Their coupons, and what was done with them."""
        mine = Coupon.objects.filter(member_id=member_id).select_related("version")
        coupons: Rows = [
            {
                "coupon": coupon.version.name,
                "code": coupon.code or f"…{coupon.last4}",
                "status": coupon.get_status_display(),
                "valid_from": coupon.valid_from,
                "valid_until": coupon.valid_until,
                "uses": coupon.uses,
                "uses_left": coupon.uses_left,
            }
            for coupon in mine.order_by("pk")
        ]
        acts: Rows = [
            {
                "coupon": use.coupon.version.name,
                "act": use.get_act_display(),
                "at": use.at,
                "for": use.reference,
                "saved": use.saving,
            }
            for use in CouponUse.objects.filter(coupon__member=member_id)
            .select_related("coupon__version")
            .order_by("pk")
        ]
        return {"coupons": coupons, "acts with coupons": acts}

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Coupons still usable now or later."""
        count = Coupon.objects.filter(
            member_id=member_id,
            status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED],
            valid_until__gt=at,
        ).count()
        return [_("Unused coupons: %(count)s") % {"count": count}] if count else []

    def closure_share(self, *, member_id: int, at: datetime) -> ClosureShare:
        """What was bought and can be refunded is money; every other coupon ends."""
        mine = Coupon.objects.filter(
            member_id=member_id,
            status__in=[CouponStatus.ISSUED, CouponStatus.OFFERED],
            valid_until__gt=at,
        )
        paid = mine.filter(issue__paid__gt=0, issue__entry__isnull=False)
        bought = [
            coupon
            for coupon in paid.select_related("version", "issue").order_by("pk")
            if coupon.status == CouponStatus.OFFERED or refundable(coupon, coupon.issue)
        ]
        others = mine.exclude(pk__in=[coupon.pk for coupon in bought])
        counted = others.values_list("version__kind").annotate(count=Count("pk"))
        return ClosureShare(
            money=tuple(map(_money_of, bought)),
            ended=tuple(
                f"{CouponKind(kind).label}: {format_count(count)}"
                for kind, count in counted.order_by("version__kind")
            ),
        )

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Nothing here names the person: a coupon knows a member's number only."""


def _money_of(coupon: Coupon) -> OwnMoney:
    """What was paid for a coupon, and how its holder has it back."""
    if coupon.status == CouponStatus.OFFERED:
        way = _("It is offered to a friend: take it back first.")
        return OwnMoney(coupon.version.name, way)
    amount = format_money(refundable(coupon, coupon.issue))
    way = _("A store pays back what is left of it, or you use it up.")
    return OwnMoney(f"{coupon.version.name} ({amount})", way)
