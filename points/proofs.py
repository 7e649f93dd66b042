"""What the nightly proof asks of points: counters, refunds, and what refunds left."""

from collections.abc import Iterator
from typing import Final

from ledger.proofs import AppChecks, Row

from .earning import Basis, measure
from .models import Accrual

CHUNK: Final = 2_000
PENDING: Final = """
    SELECT coalesce('account ' || a.id, 'member ' || p.member_id), 'pending points',
           coalesce(p.pending, 0), coalesce(a.balance, 0)
      FROM (SELECT id, holder_id, balance FROM ledger_account
             WHERE kind = 'points' AND slot = 'pending' AND holder_kind = 'member') a
      FULL JOIN (SELECT member_id, sum(pending)::bigint AS pending
                   FROM points_accrual WHERE pending > 0 GROUP BY 1) p
        ON p.member_id = a.holder_id
     WHERE coalesce(a.balance, 0) <> coalesce(p.pending, 0)"""
KEPT: Final = """
    SELECT 'points earned ' || a.id, 'kept of points, growth value, amount',
           concat_ws(', ', a.points - coalesce(r.points, 0),
                     a.growth - coalesce(r.growth, 0), coalesce(r.amount, 0)),
           concat_ws(', ', a.points_kept, a.growth_kept, a.refunded)
      FROM points_accrual a
      LEFT JOIN (SELECT accrual_id, sum(points)::bigint AS points,
                        sum(growth)::bigint AS growth, sum(amount)::bigint AS amount,
                        sum(charged_points)::bigint AS charged_points,
                        sum(charged)::bigint AS charged
                   FROM points_accrualrefund GROUP BY 1) r ON r.accrual_id = a.id
     WHERE (a.points - a.points_kept, a.growth - a.growth_kept, a.refunded,
            a.charged_points, a.charged)
           IS DISTINCT FROM
           (coalesce(r.points, 0), coalesce(r.growth, 0), coalesce(r.amount, 0),
            coalesce(r.charged_points, 0), coalesce(r.charged, 0))"""
REWARDS: Final = """
    SELECT 'reward ' || coalesce(t.reward_id, o.reward_id) || ' of member '
           || coalesce(t.member_id, o.member_id),
           'taken', coalesce(o.taken, 0), coalesce(t.taken, 0)
      FROM (SELECT reward_id, member_id, taken FROM points_rewardtaken
             WHERE taken <> 0) t
      FULL JOIN (SELECT reward_id, member_id, sum(quantity)::bigint AS taken
                   FROM points_rewardorder WHERE status <> 'cancelled'
                  GROUP BY 1, 2) o
        ON o.reward_id = t.reward_id AND o.member_id = t.member_id
     WHERE coalesce(o.taken, 0) <> coalesce(t.taken, 0)"""


def kept_as_the_rules_say() -> Iterator[Row]:
    """Accruals of which more is kept than the rules give for what is left (rule 12).

    Only refunded ones are measured. Where each tender got its share back, what is kept
    is exactly what the rules give; else never more.
    """
    refunded = Accrual.objects.filter(refunded__gt=0, basis__isnull=False)
    rows = refunded.order_by("pk").values_list(
        "pk", "basis", "points_kept", "growth_kept"
    )
    for pk, kept, points, growth in rows.iterator(chunk_size=CHUNK):
        if kept is None:
            continue
        back = kept["paid_back"]
        result = measure(Basis.from_json(kept).after(kept["refunded"], back))
        due = (result.points, result.growth)
        fits = (
            due == (points, growth)
            if back is None
            else points <= due[0] and growth <= due[1]
        )
        if not fits:
            yield f"points earned {pk}", "kept by the rules", due, (points, growth)


CHECKS: Final = AppChecks(
    app="points",
    statements={
        "pending points are those of what was earned": PENDING,
        "what is kept is what was earned less what was taken back": KEPT,
        "rewards are counted as they are taken": REWARDS,
    },
    readings={
        "the points kept are what the rules give for what is left": (
            kept_as_the_rules_say
        )
    },
    triggers=(
        "points_accrual_only_shrinks",
        "points_redemption_returns_once",
        "points_rewardorder_ends_once",
        "points_receiptcode_claimed_once",
        "points_accrualrefund_never_changed",
        "points_accrualrefund_never_truncated",
        "points_pointspolicy_never_changed",
        "points_pointspolicy_never_truncated",
    ),
)
