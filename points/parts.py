"""Points, rewards, stamps and tasks, when a member is merged, exported or erased."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from ledger.services import Act
from members.parts import Rows

from . import selectors
from .models import (
    Accrual,
    CheckIn,
    ReceiptCode,
    Redemption,
    RewardOrder,
    StampGrant,
    TaskDone,
)
from .services.holding import holding_of, lock
from .services.redeem import settle_debt_step

# Counters add up; what both have done in one period counts once.
ADD_UP = (
    """
    INSERT INTO points_rewardtaken (reward_id, member_id, taken)
    SELECT reward_id, %(target)s, taken FROM points_rewardtaken
     WHERE member_id = %(source)s
    ON CONFLICT (reward_id, member_id)
    DO UPDATE SET taken = points_rewardtaken.taken + EXCLUDED.taken
    """,
    "UPDATE points_rewardtaken SET taken = 0 WHERE member_id = %(source)s",
    """
    INSERT INTO points_stampday (programme_id, member_id, day, stamps)
    SELECT programme_id, %(target)s, day, stamps FROM points_stampday
     WHERE member_id = %(source)s
    ON CONFLICT (programme_id, member_id, day)
    DO UPDATE SET stamps = points_stampday.stamps + EXCLUDED.stamps
    """,
    "UPDATE points_stampday SET stamps = 0 WHERE member_id = %(source)s",
    """
    UPDATE points_taskdone s SET member_id = %(target)s
     WHERE s.member_id = %(source)s
       AND NOT EXISTS (SELECT FROM points_taskdone t
                        WHERE t.task_id = s.task_id AND t.period = s.period
                          AND t.member_id = %(target)s)
    """,
    """
    UPDATE points_checkin s SET member_id = %(target)s
     WHERE s.member_id = %(source)s
       AND NOT EXISTS (SELECT FROM points_checkin t
                        WHERE t.day = s.day AND t.member_id = %(target)s)
    """,
)


class PointsPart:
    """What the programmes of points keep about a member."""

    word = "points"

    def move(
        self, *, source_id: int, target_id: int, by: Act, at: datetime, key: str
    ) -> None:
        """Everything goes to the one who is left; the value itself has moved already.

        It lies in new lots now, so what is refunded later is taken from any of them. A
        debt of one is paid with the points of the other.
        """
        holding = holding_of(target_id)
        lock(holding)
        Accrual.objects.filter(member_id=source_id).update(
            member_id=target_id, lot_posting=None, growth_posting=None
        )
        StampGrant.objects.filter(member_id=source_id).update(
            member_id=target_id, lot_posting=None
        )
        for model in (Redemption, RewardOrder, ReceiptCode):
            model._default_manager.filter(member_id=source_id).update(
                member_id=target_id
            )
        with connection.cursor() as cursor:
            for statement in ADD_UP:
                cursor.execute(statement, {"source": source_id, "target": target_id})
        settle_debt_step(holding=holding, by=by, at=at, key=f"{key}:debt")

    def export(self, *, member_id: int) -> dict[str, Rows]:
        """What was earned and why, spent, ordered, stamped and done."""
        accruals = Accrual.objects.filter(member_id=member_id).order_by("pk")
        mine = {"member_id": member_id}
        return {
            "points_earned": [
                {
                    "at": row.at,
                    "source": str(row.get_source_display()),
                    "points": row.points,
                    "points_kept": row.points_kept,
                    "growth_value": row.growth,
                    "why": list(selectors.reasons(row)),
                }
                for row in accruals
            ],
            "points_spent": _rows(
                Redemption.objects.filter(**mine)
                .order_by("pk")
                .values("at", "points", "worth", "returned")
            ),
            "rewards": _rows(
                RewardOrder.objects.filter(**mine)
                .order_by("pk")
                .values("ordered_at", "reward__name", "quantity", "points", "status")
            ),
            "stamps": _rows(
                StampGrant.objects.filter(**mine)
                .order_by("pk")
                .values("at", "programme__name", "stamps", "taken_back", "cards")
            ),
            "tasks": _rows(
                TaskDone.objects.filter(**mine)
                .order_by("pk")
                .values("at", "task__name", "period", "points", "growth")
            ),
            "check_ins": _rows(
                CheckIn.objects.filter(**mine).order_by("day").values("day", "streak")
            ),
            "receipts_claimed": _rows(
                ReceiptCode.objects.filter(**mine)
                .order_by("pk")
                .values("sold_at", "claimed_at", "amount")
            ),
        }

    def held(self, *, member_id: int, at: datetime) -> list[str]:
        """Rewards that wait to be picked up; points themselves are in the books."""
        waiting = RewardOrder.objects.filter(
            member_id=member_id, status=RewardOrder.Status.ORDERED
        ).count()
        if not waiting:
            return []
        return [_("%(count)s rewards to be picked up") % {"count": waiting}]

    def forget(self, *, member_id: int, by: Act, at: datetime) -> None:
        """Nothing here names the person: what was earned stays under the pseudonym.

        What was pending was given up with the account that held it: none is released.
        """
        Accrual.objects.filter(member_id=member_id, pending__gt=0).update(pending=0)


def _rows(found: Iterable[Mapping[str, object]]) -> Rows:
    return [dict(row) for row in found]
