"""A member's coupons: moved on a merge, exported, waited for before erasing."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from ledger.services import Act
from members.parts import Rows

from .kinds import CouponStatus
from .models import Coupon, CouponGift, CouponUse

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
                "coupon": use.coupon_id,
                "act": use.get_act_display(),
                "at": use.at,
                "for": use.reference,
                "saved": use.saving,
            }
            for use in CouponUse.objects.filter(coupon__member=member_id).order_by("pk")
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

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Nothing here names the person: a coupon knows a member's number only."""
