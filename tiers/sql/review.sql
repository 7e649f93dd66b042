-- The ladder of the tiers that are earned: what the next one asks, and which one is below.
CREATE OR REPLACE FUNCTION tiers_ladder()
RETURNS TABLE (id bigint, rank int, threshold bigint, next_threshold bigint, lower_id bigint, lower_ends boolean)
LANGUAGE sql STABLE AS $$
  SELECT t.id, t.rank::int, t.threshold, above.threshold, below.id, below.threshold > 0
    FROM tiers_tier t
    LEFT JOIN LATERAL (SELECT min(h.threshold) AS threshold FROM tiers_tier h
                        WHERE h.is_active AND h.rank > t.rank) above ON true
    LEFT JOIN LATERAL (SELECT l.id, l.threshold FROM tiers_tier l
                        WHERE l.is_active AND l.threshold IS NOT NULL AND l.rank < t.rank
                        ORDER BY l.rank DESC LIMIT 1) below ON true
$$;

-- The tier that lies over the earned one now: given by hand (the latest), else the best
-- that was bought, where it is better than what was earned. No row: none does.
CREATE OR REPLACE FUNCTION tiers_lent(p_member bigint, p_earned bigint, p_at timestamptz)
RETURNS TABLE (tier_id bigint, source text, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT g.tier_id, g.source::text, g.ends_at
    FROM tiers_tiergrant g JOIN tiers_tier t ON t.id = g.tier_id
   WHERE g.member_id = p_member AND g.ended_at IS NULL AND g.starts_at <= p_at AND g.ends_at > p_at
     AND (g.source = 'manual' OR t.rank > coalesce((SELECT e.rank FROM tiers_tier e WHERE e.id = p_earned), -1))
   ORDER BY g.source = 'manual' DESC, CASE WHEN g.source = 'manual' THEN g.id END DESC,
            t.rank DESC, g.ends_at DESC
   LIMIT 1
$$;

-- Let one member's row show what holds now, after something was bought, given or ended.
CREATE OR REPLACE FUNCTION tiers_settle(p_member bigint, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
  UPDATE tiers_standing s
     SET tier_id = now_has.tier_id, source = now_has.source, kept_until = now_has.kept_until,
         since = CASE WHEN s.tier_id IS DISTINCT FROM now_has.tier_id THEN p_at ELSE s.since END
    FROM (SELECT e.member_id, CASE WHEN l.tier_id IS NULL THEN e.earned_tier_id ELSE l.tier_id END AS tier_id,
                 coalesce(l.source, 'earned') AS source,
                 CASE WHEN l.tier_id IS NULL THEN e.earned_until ELSE l.ends_at END AS kept_until
            FROM tiers_standing e LEFT JOIN LATERAL tiers_lent(e.member_id, e.earned_tier_id, p_at) l ON true
           WHERE e.member_id = p_member) now_has
   WHERE s.member_id = now_has.member_id
$$;

-- Review some members: all of them, or nothing.
--
-- In this order:
--   1. a row for whoever has growth value enough for a tier and none yet
--   2. lock, in key order, the rows that may have to change; nobody else's
--   3. in a statement of its own, so that it sees what was granted while we waited:
--      the growth value that counts, what follows from it, the rows and their history
--
-- What counts: under a rolling window what will still be there when the period ends; else
-- what the period that ends brought, the lots that expired with it included, or (once it
-- is over) what the new one has brought already.
-- What follows, in this order: reached a higher tier; told that it is at risk; kept for
-- another period; grace; one step down after it, and never before the notice has stood.
--
-- `p_only_up` does only what happens at once (a tier reached; one in grace kept after all):
-- called with whoever was granted growth value, in the transaction that granted it.
CREATE OR REPLACE FUNCTION tiers_review_members(
  p_members bigint[], p_at timestamptz, p_policy bigint, p_zone text, p_actor text, p_only_up boolean,
  OUT raised int, OUT renewed int, OUT noticed int, OUT graced int, OUT lowered int, OUT lapsed int
)
LANGUAGE plpgsql AS $$
DECLARE
  v_policy tiers_tierpolicy;
  v_rolling boolean;
  v_least bigint;       -- growth value of the first tier that takes any
  v_warns timestamptz;  -- periods that end until here are due for a notice
  v_ids bigint[];
BEGIN
  raised := 0; renewed := 0; noticed := 0; graced := 0; lowered := 0; lapsed := 0;
  SELECT * INTO STRICT v_policy FROM tiers_tierpolicy WHERE id = p_policy;
  v_rolling := v_policy.window = 'rolling';
  v_warns := p_at + make_interval(days => v_policy.notice_days);
  SELECT min(threshold) INTO v_least FROM tiers_tier WHERE is_active AND threshold > 0;

  INSERT INTO tiers_standing (member_id, source, since, tier_id, earned_tier_id)
  SELECT a.holder_id, 'earned', m.joined_at, base.id, base.id
    FROM ledger_account a JOIN members_member m ON m.id = a.holder_id
    LEFT JOIN tiers_tier base ON base.is_active AND base.threshold = 0
   WHERE a.holder_kind = 'member' AND a.holder_id = ANY (p_members)
     AND a.kind = 'growth' AND a.balance >= v_least
     AND NOT EXISTS (SELECT FROM tiers_standing s WHERE s.member_id = a.holder_id)
   ORDER BY a.holder_id
  ON CONFLICT (member_id) DO NOTHING;

  SELECT array_agg(locked.member_id) INTO v_ids FROM (
    SELECT s.member_id
      FROM tiers_standing s
      LEFT JOIN tiers_ladder() l ON l.id = s.earned_tier_id
      LEFT JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = s.member_id AND a.kind = 'growth'
     WHERE s.member_id = ANY (p_members)
       AND (s.earned_until <= v_warns OR (s.source <> 'earned' AND s.kept_until <= p_at)
            OR a.balance >= CASE WHEN l.id IS NULL THEN v_least ELSE l.next_threshold END)
     ORDER BY s.member_id
       FOR NO KEY UPDATE OF s  -- guard: standings
  ) locked;
  IF v_ids IS NULL THEN
    RETURN;
  END IF;

  WITH ladder AS MATERIALIZED (
    SELECT * FROM tiers_ladder()
  ), counted AS (
    SELECT s.*, m.joined_at, l.rank, l.threshold, l.lower_id, coalesce(l.lower_ends, false) AS lower_ends,
           coalesce(lots.usable, 0) AS usable,
           CASE WHEN v_rolling THEN coalesce(lots.lasting, 0)
                WHEN p_at < s.earned_until THEN coalesce(lots.closing, 0)
                ELSE greatest(coalesce(lots.usable, 0), coalesce(lots.closing, 0) + coalesce(gone.closing, 0))
           END AS counts
      FROM tiers_standing s
      JOIN members_member m ON m.id = s.member_id
      LEFT JOIN ladder l ON l.id = s.earned_tier_id
      LEFT JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = s.member_id AND a.kind = 'growth'
      LEFT JOIN LATERAL (
        SELECT sum(o.remaining) FILTER (WHERE o.expires_at IS NULL OR o.expires_at > p_at)::bigint AS usable,
               sum(o.remaining) FILTER (WHERE o.expires_at IS NULL OR o.expires_at > greatest(p_at, s.earned_until))::bigint AS lasting,
               sum(o.remaining) FILTER (WHERE o.expires_at = s.earned_until)::bigint AS closing
          FROM ledger_lot o WHERE o.account_id = a.id AND o.is_open) lots ON true
      LEFT JOIN LATERAL (
        SELECT sum(u.amount)::bigint AS closing
          FROM ledger_posting p
          JOIN ledger_entry e ON e.id = p.entry_id AND e.kind = 'expiry'
          JOIN ledger_lotuse u ON u.posting_id = p.id
          JOIN ledger_lot o ON o.id = u.lot_id AND o.expires_at = s.earned_until
         WHERE NOT v_rolling AND s.earned_until <= p_at AND p.debit_id = a.id) gone ON true
     WHERE s.member_id = ANY (v_ids)
  ), judged AS (
    SELECT c.*, best.id AS best_id, best.threshold AS best_threshold,
           greatest(c.earned_until + make_interval(days => v_policy.grace_days),
                    coalesce(c.notice_at, p_at) + make_interval(days => v_policy.notice_days)) AS grace_ends,
           coalesce(c.counts >= c.threshold, false) AS enough,
           coalesce(best.rank > c.rank OR c.rank IS NULL AND best.id IS NOT NULL, false) AS is_higher
      FROM counted c
      LEFT JOIN LATERAL (SELECT t.id, t.rank, t.threshold FROM tiers_tier t
                          WHERE t.is_active AND t.threshold <= c.usable
                          ORDER BY t.rank DESC LIMIT 1) best ON true
  ), decided AS MATERIALIZED (
    SELECT j.*,
           CASE
             WHEN j.is_higher THEN 'raised'
             WHEN j.earned_until IS NULL OR j.earned_until > v_warns THEN NULL
             WHEN j.earned_until > p_at THEN
               CASE WHEN p_only_up THEN NULL
                    WHEN j.enough AND j.notice_at IS NOT NULL THEN 'cleared'
                    WHEN NOT j.enough AND j.notice_at IS NULL THEN 'noticed' END
             WHEN j.enough THEN 'renewed'
             WHEN p_only_up THEN NULL
             WHEN coalesce(j.grace_until, j.grace_ends) <= p_at THEN 'lowered'
             WHEN j.grace_until IS NULL THEN 'grace'
           END AS outcome,
           j.source <> 'earned' AND j.kept_until <= p_at AS is_over
      FROM judged j
  ), earned AS MATERIALIZED (
    SELECT d.*,
           CASE d.outcome WHEN 'raised' THEN d.best_id WHEN 'lowered' THEN d.lower_id ELSE d.earned_tier_id END AS new_earned,
           CASE d.outcome
             WHEN 'raised' THEN CASE WHEN d.best_threshold > 0
               THEN tiers_kept_until(v_policy.window, v_policy.rolling_months, d.joined_at, p_at, p_zone) END
             WHEN 'renewed' THEN tiers_kept_on_until(v_policy.window, v_policy.rolling_months, d.joined_at, d.earned_until, p_at, p_zone)
             WHEN 'lowered' THEN CASE WHEN d.lower_ends
               THEN tiers_kept_on_until(v_policy.window, v_policy.rolling_months, d.joined_at, d.earned_until, p_at, p_zone) END
             ELSE d.earned_until END AS new_until,
           CASE WHEN d.outcome IN ('noticed', 'grace') THEN coalesce(d.notice_at, p_at)
                WHEN d.outcome IS NULL THEN d.notice_at END AS new_notice,
           CASE WHEN d.outcome = 'grace' THEN d.grace_ends
                WHEN d.outcome IS NULL THEN d.grace_until END AS new_grace
      FROM decided d
     WHERE d.outcome IS NOT NULL OR d.is_over
  ), shown AS MATERIALIZED (
    SELECT e.*, CASE WHEN l.tier_id IS NULL THEN e.new_earned ELSE l.tier_id END AS new_tier,
           coalesce(l.source, 'earned') AS new_source,
           CASE WHEN l.tier_id IS NULL THEN e.new_until ELSE l.ends_at END AS new_kept
      FROM earned e LEFT JOIN LATERAL tiers_lent(e.member_id, e.new_earned, p_at) l ON true
  ), updated AS (
    UPDATE tiers_standing s
       SET tier_id = n.new_tier, source = n.new_source, kept_until = n.new_kept,
           since = CASE WHEN n.new_tier IS DISTINCT FROM n.tier_id THEN p_at ELSE n.since END,
           earned_tier_id = n.new_earned, earned_until = n.new_until,
           notice_at = n.new_notice, grace_until = n.new_grace
      FROM shown n WHERE s.member_id = n.member_id
  ), written AS (
    INSERT INTO tiers_standingchange (member_id, at, cause, source, was_id, became_id, metric, kept_until, policy_id, actor)
    SELECT n.member_id, p_at, n.outcome, 'earned', n.earned_tier_id, n.new_earned,
           CASE WHEN n.outcome = 'raised' THEN n.usable ELSE n.counts END,
           CASE WHEN n.outcome = 'grace' THEN n.new_grace ELSE n.new_until END, p_policy, p_actor
      FROM shown n WHERE n.outcome <> 'cleared'
    UNION ALL
    SELECT n.member_id, p_at, 'lapsed', n.source, n.tier_id, n.new_tier, NULL, n.new_kept, p_policy, p_actor
      FROM shown n WHERE n.is_over
    ORDER BY 1
  )
  SELECT count(*) FILTER (WHERE outcome = 'raised'), count(*) FILTER (WHERE outcome = 'renewed'),
         count(*) FILTER (WHERE outcome = 'noticed'), count(*) FILTER (WHERE outcome = 'grace'),
         count(*) FILTER (WHERE outcome = 'lowered'), count(*) FILTER (WHERE is_over)
    INTO raised, renewed, noticed, graced, lowered, lapsed
    FROM shown;
END
$$;

-- The members of a range of ids: whoever has a standing, or growth value and none yet.
CREATE OR REPLACE FUNCTION tiers_review_range(
  p_first bigint, p_last bigint, p_at timestamptz, p_policy bigint, p_zone text, p_actor text, p_only_up boolean,
  OUT raised int, OUT renewed int, OUT noticed int, OUT graced int, OUT lowered int, OUT lapsed int
)
LANGUAGE sql AS $$
  SELECT r.* FROM tiers_review_members(
    ARRAY(SELECT s.member_id FROM tiers_standing s WHERE s.member_id BETWEEN p_first AND p_last
          UNION
          SELECT a.holder_id FROM ledger_account a
           WHERE a.holder_kind = 'member' AND a.holder_id BETWEEN p_first AND p_last AND a.kind = 'growth'),
    p_at, p_policy, p_zone, p_actor, p_only_up) r
$$;
