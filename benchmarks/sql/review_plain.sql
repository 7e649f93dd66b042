-- The same review in one bare statement: who has enough keeps gold, the rest fall one step.
WITH counted AS MATERIALIZED (
  SELECT s.member_id, s.earned_tier_id, s.earned_until,
         coalesce(sum(o.remaining) FILTER (WHERE o.expires_at > %(at)s), 0)::bigint AS counts
    FROM tiers_standing s
    JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = s.member_id AND a.kind = 'growth'
    LEFT JOIN ledger_lot o ON o.account_id = a.id AND o.is_open
   GROUP BY s.member_id
), decided AS MATERIALIZED (
  SELECT c.*, CASE WHEN c.counts >= 5000 THEN %(gold)s::bigint ELSE %(silver)s::bigint END AS tier_id,
         c.earned_until + interval '1 year' AS until
    FROM counted c
), updated AS (
  UPDATE tiers_standing s
     SET tier_id = d.tier_id, earned_tier_id = d.tier_id, kept_until = d.until, earned_until = d.until,
         since = CASE WHEN d.tier_id <> s.tier_id THEN %(at)s ELSE s.since END,
         notice_at = NULL, grace_until = NULL
    FROM decided d WHERE s.member_id = d.member_id
)
INSERT INTO tiers_standingchange (member_id, at, cause, source, was_id, became_id, metric, kept_until, policy_id, actor)
SELECT d.member_id, %(at)s, CASE WHEN d.counts >= 5000 THEN 'renewed' ELSE 'lowered' END, 'earned',
       d.earned_tier_id, d.tier_id, d.counts, d.until, %(policy)s, 'system:bench'
  FROM decided d ORDER BY d.member_id
