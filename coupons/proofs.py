"""What the nightly proof asks of coupons: counters are rows, uses are what was done."""

from typing import Final

from ledger.proofs import AppChecks

# What members brought along counts towards no quota and no limit of ours.
COUNTERS: Final = """
    WITH rows AS (
      SELECT v.template_id, count(*) AS issued,
             count(*) FILTER (WHERE c.issued_to_id IS NOT NULL) AS given
        FROM coupons_coupon c
        JOIN coupons_templateversion v ON v.id = c.version_id
        JOIN coupons_couponissue i ON i.id = c.issue_id AND i.source <> 'opening'
       GROUP BY 1
    )
    SELECT 'coupon template ' || t.template_id, 'issued of the quota',
           coalesce(r.issued, 0), t.issued
      FROM coupons_templatecount t LEFT JOIN rows r ON r.template_id = t.template_id
     WHERE t.issued <> coalesce(r.issued, 0)
    UNION ALL
    SELECT 'coupon template ' || t.template_id, 'issued to members',
           coalesce(r.given, 0), t.issued
      FROM (SELECT template_id, sum(issued)::bigint AS issued
              FROM coupons_templatemember GROUP BY 1) t
      LEFT JOIN rows r ON r.template_id = t.template_id
     WHERE t.issued <> coalesce(r.given, 0)"""
# Brought along, a pass may begin with fewer uses than its template has; it is then
# issued with those. What is void keeps the uses that it had.
USES: Final = """
    SELECT 'coupon ' || c.id, 'uses left', c.uses - coalesce(u.used, 0), c.uses_left
      FROM coupons_coupon c
      LEFT JOIN (SELECT coupon_id,
                        count(*) FILTER (WHERE act = 'redeemed')
                        - count(*) FILTER (WHERE undoes_id IS NOT NULL) AS used
                   FROM coupons_couponuse
                  WHERE act IN ('redeemed', 'released', 'returned')
                  GROUP BY 1) u ON u.coupon_id = c.id
     WHERE c.uses_left <> c.uses - coalesce(u.used, 0)"""
GRAPH: Final = """
    SELECT 'coupon ' || c.id, 'status', 'void', c.status
      FROM coupons_coupon c
      JOIN coupons_couponuse u ON u.coupon_id = c.id
       AND u.act IN ('voided', 'revoked', 'refunded')
     WHERE c.status <> 'void'
    UNION ALL
    SELECT 'coupon ' || c.id, 'status', 'an act that made it void', c.status
      FROM coupons_coupon c
     WHERE c.status = 'void'
       AND NOT EXISTS (SELECT FROM coupons_couponuse u
                        WHERE u.coupon_id = c.id
                          AND u.act IN ('voided', 'revoked', 'refunded'))
    UNION ALL
    SELECT 'coupon ' || coalesce(c.id, g.coupon_id), 'on its way to a friend',
           g.offered, c.status
      FROM (SELECT id, status FROM coupons_coupon WHERE status = 'offered') c
      FULL JOIN (SELECT coupon_id, 'offered' AS offered FROM coupons_coupongift
                  WHERE ended_at IS NULL) g ON g.coupon_id = c.id
     WHERE c.id IS NULL OR g.coupon_id IS NULL"""

_NEVER_GONE = ("coupontemplate", "couponissue", "coupon", "coupongift")
_WRITTEN_ONCE = ("templateversion", "couponuse", "couponspolicy")

CHECKS: Final = AppChecks(
    app="coupons",
    statements={
        "quotas and limits count the coupons that there are": COUNTERS,
        "the uses left of a coupon are those not made": USES,
        "a coupon stands where what was done with it put it": GRAPH,
    },
    triggers=(
        "coupons_coupon_follows_its_graph",
        "coupons_coupon_never_born_used",
        "coupons_couponissue_goes_forward",
        "coupons_coupongift_ends_once",
        *(f"coupons_{table}_never_deleted" for table in _NEVER_GONE),
        *(f"coupons_{table}_never_changed" for table in _WRITTEN_ONCE),
        *(
            f"coupons_{table}_never_truncated"
            for table in (*_NEVER_GONE, *_WRITTEN_ONCE)
        ),
    ),
)
