"""What stored value keeps about a member: promises, holds, the payment code."""

from datetime import datetime

from django.utils.translation import gettext as _

from common.money import format_money
from ledger.services import Act
from members.parts import ClosureShare, OwnMoney, Rows

from .models import Hold, PaymentCode, TopUp, TopUpRefund


class StoredValuePart:
    """The value itself moves by entries; this is what was said about it."""

    word = "stored_value"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Top-ups and holds follow their money; the survivor's own code stays."""
        TopUp.objects.filter(member_id=source_id).update(member_id=target_id)
        Hold.objects.filter(member_id=source_id).update(member_id=target_id)
        PaymentCode.objects.filter(member_id=source_id).delete()

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """Top-ups with their refunds, and holds."""
        top_ups = TopUp.objects.filter(member_id=member_id).order_by("at")
        refunds = TopUpRefund.objects.filter(top_up__member_id=member_id).order_by("at")
        holds = Hold.objects.filter(member_id=member_id).order_by("placed_at")
        return {
            "top_ups": [
                {
                    "at": row.at,
                    "paid": row.paid,
                    "bonus": row.bonus,
                    "bonus_expires_at": row.bonus_expires_at,
                    "bonus_of_a_coupon": row.coupon_bonus,
                    "points": row.points,
                    "plan": row.plan_version.plan.name if row.plan_version else "",
                }
                for row in top_ups.select_related("plan_version__plan")
            ],
            "top_up_refunds": [
                {
                    "at": row.at,
                    "paid_out": row.paid_out,
                    "bonus_voided": row.bonus_voided,
                    "charged_for_bonus": row.bonus_spent_charged,
                    "charged_for_points": row.points_charged,
                    "fee": row.fee,
                    "reason": row.reason,
                }
                for row in refunds
            ],
            "holds": [
                {
                    "at": row.placed_at,
                    "amount": row.amount,
                    "captured": row.captured,
                    "status": row.status,
                    "note": row.note,
                }
                for row in holds
            ],
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Holds that have not ended."""
        waiting = Hold.objects.filter(member_id=member_id, status=Hold.Status.OPEN)
        return [
            _("%(amount)s held for a booking") % {"amount": format_money(row.amount)}
            for row in waiting.order_by("pk")
        ]

    def closure_share(self, *, member_id: int, at: datetime) -> ClosureShare:
        """Money held for a booking stands in the books: here is what it waits for."""
        return ClosureShare(
            money=tuple(
                OwnMoney(words, _("The booking is taken or released first."))
                for words in self.held(member_id=member_id, at=at)
            )
        )

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """The code and the notes go; amounts stay under the pseudonym."""
        PaymentCode.objects.filter(member_id=member_id).delete()
        Hold.objects.filter(member_id=member_id).exclude(note="").update(note="")
