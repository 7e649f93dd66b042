"""What the nightly proof asks of stored value: what is held is what the holds say."""

from typing import Final

from ledger.proofs import AppChecks

HELD: Final = """
    SELECT coalesce('account ' || a.id, h.holder_kind || ' ' || h.holder_id),
           'held for bookings', coalesce(h.amount, 0), coalesce(a.balance, 0)
      FROM (SELECT id, holder_kind, holder_id, balance FROM ledger_account
             WHERE kind = 'held' AND slot = '') a
      FULL JOIN (SELECT CASE WHEN card_id IS NULL THEN 'member' ELSE 'card' END
                          AS holder_kind,
                        coalesce(card_id, member_id) AS holder_id,
                        sum(amount)::bigint AS amount
                   FROM stored_value_hold WHERE status = 'open' GROUP BY 1, 2) h
        ON h.holder_kind = a.holder_kind AND h.holder_id = a.holder_id
     WHERE coalesce(a.balance, 0) <> coalesce(h.amount, 0)"""
ENTRIES: Final = """
    SELECT 'hold ' || h.id, 'amount held by its entry', coalesce(p.amount, 0), h.amount
      FROM stored_value_hold h
      LEFT JOIN (SELECT p.entry_id, sum(p.amount)::bigint AS amount
                   FROM ledger_posting p
                  WHERE p.entry_id IN (SELECT entry_id FROM stored_value_hold)
                  GROUP BY 1) p ON p.entry_id = h.entry_id
     WHERE h.amount <> coalesce(p.amount, 0)"""
COUPONS: Final = """
    SELECT coalesce(t.reference, u.reference), 'coupon used, and its bonus',
           coalesce(t.said, 'none'), coalesce(u.used, 'none')
      FROM (SELECT 'top_up:' || id AS reference,
                   coupon_id || ': ' || coupon_bonus AS said
              FROM stored_value_topup WHERE coupon_id IS NOT NULL) t
      FULL JOIN (SELECT reference,
                        string_agg(coupon_id || ': ' || saving, ', ' ORDER BY id)
                          AS used
                   FROM coupons_couponuse
                  WHERE act = 'redeemed' AND reference LIKE 'top\\_up:%' GROUP BY 1) u
        ON u.reference = t.reference
     WHERE t.said IS DISTINCT FROM u.used"""

_NEVER_GONE = ("topup", "hold")
_WRITTEN_ONCE = ("walletpolicy", "topupplanversion", "topuprefund")

CHECKS: Final = AppChecks(
    app="stored_value",
    statements={
        "what is held is what open holds say": HELD,
        "a hold is what its entry set aside": ENTRIES,
        "a coupon on a top-up was used for it, once": COUPONS,
    },
    triggers=(
        "stored_value_topup_never_rewritten",
        "stored_value_hold_never_ends_twice",
        *(f"stored_value_{table}_never_deleted" for table in _NEVER_GONE),
        *(f"stored_value_{table}_never_changed" for table in _WRITTEN_ONCE),
        *(
            f"stored_value_{table}_never_truncated"
            for table in (*_NEVER_GONE, *_WRITTEN_ONCE)
        ),
    ),
)
