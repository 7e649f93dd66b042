-- Add up the visits of some members: one row each, whatever stood there before.
--
-- The rows are locked before the visits are read, so that of two visits noted at once the
-- later sum has seen both. A member without a visit keeps a row of zeros.
CREATE OR REPLACE FUNCTION recognition_summarise(p_members bigint[]) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_changed integer;
BEGIN
  INSERT INTO recognition_visitsummary (member_id, visits, days, spent)
  SELECT DISTINCT m, 0, 0, 0 FROM unnest(p_members) m ORDER BY m
  ON CONFLICT (member_id) DO NOTHING;

  PERFORM FROM recognition_visitsummary WHERE member_id = ANY (p_members) ORDER BY member_id
     FOR NO KEY UPDATE;  -- guard: summaries

  WITH days AS (
    SELECT v.member_id, v.business_date, count(*) AS visits, sum(v.amount) AS spent
      FROM recognition_visit v
     WHERE v.member_id = ANY (p_members) AND v.voided_at IS NULL
     GROUP BY v.member_id, v.business_date
  ), gaps AS (
    SELECT d.*, d.business_date - lag(d.business_date) OVER (PARTITION BY d.member_id ORDER BY d.business_date) AS gap
      FROM days d
  ), sums AS (
    SELECT g.member_id, sum(g.visits)::int AS visits, count(*)::int AS days,
           min(g.business_date) AS first_on, max(g.business_date) AS last_on, sum(g.spent)::bigint AS spent,
           CASE WHEN count(*) >= 3
                THEN (percentile_cont(0.5) WITHIN GROUP (ORDER BY g.gap))::numeric(7, 1) END AS rhythm_days
      FROM gaps g GROUP BY g.member_id
  ), fresh AS (
    SELECT m.member_id, coalesce(s.visits, 0) AS visits, coalesce(s.days, 0) AS days, s.first_on, s.last_on,
           coalesce(s.spent, 0) AS spent, s.rhythm_days,
           (SELECT v.store_id FROM recognition_visit v
             WHERE v.member_id = m.member_id AND v.voided_at IS NULL
             ORDER BY v.business_date DESC, v.id DESC LIMIT 1) AS last_store_id
      FROM (SELECT DISTINCT unnest(p_members) AS member_id) m LEFT JOIN sums s USING (member_id)
  )
  UPDATE recognition_visitsummary t
     SET visits = f.visits, days = f.days, first_on = f.first_on, last_on = f.last_on,
         last_store_id = f.last_store_id, spent = f.spent, rhythm_days = f.rhythm_days
    FROM fresh f
   WHERE t.member_id = f.member_id
     AND (t.visits, t.days, t.first_on, t.last_on, t.last_store_id, t.spent, t.rhythm_days) IS DISTINCT FROM
         (f.visits, f.days, f.first_on, f.last_on, f.last_store_id, f.spent, f.rhythm_days);
  GET DIAGNOSTICS v_changed = ROW_COUNT;
  RETURN v_changed;
END
$$;

-- Note one visit with what was on its bill; the second time it answers the first.
--
-- A member that was merged is followed to the one who is left; one that is being merged is
-- waited for. `agrees` is false where the reference stands for another visit.
CREATE OR REPLACE FUNCTION recognition_note_visit(
  p_member bigint, p_store bigint, p_at timestamptz, p_business_date date, p_amount bigint,
  p_source text, p_reference text,
  p_skus text[], p_names text[], p_categories text[], p_quantities int[], p_amounts bigint[],
  OUT visit_id bigint, OUT is_new boolean, OUT agrees boolean
)
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_member bigint;
  v_first record;
BEGIN
  SELECT coalesce(m.merged_into_id, m.id) INTO v_member FROM members_member m WHERE m.id = p_member
     FOR KEY SHARE;  -- guard: a merge moves what it sees
  INSERT INTO recognition_visit (member_id, store_id, at, business_date, amount, source, reference)
  VALUES (coalesce(v_member, p_member), p_store, p_at, p_business_date, p_amount, p_source, p_reference)
  ON CONFLICT (source, reference) DO NOTHING
  RETURNING id INTO visit_id;
  is_new := visit_id IS NOT NULL;
  agrees := true;

  IF NOT is_new THEN
    SELECT v.id, v.member_id, v.store_id, v.business_date, v.amount INTO v_first
      FROM recognition_visit v WHERE v.source = p_source AND v.reference = p_reference;
    visit_id := v_first.id;
    agrees := (v_first.member_id, v_first.store_id, v_first.business_date, v_first.amount)
              IS NOT DISTINCT FROM (coalesce(v_member, p_member), p_store, p_business_date, p_amount);
    RETURN;
  END IF;

  INSERT INTO recognition_visitline (visit_id, sku, name, category, quantity, amount)
  SELECT recognition_note_visit.visit_id, l.sku, l.name, l.category, l.quantity, l.amount
    FROM unnest(p_skus, p_names, p_categories, p_quantities, p_amounts)
         WITH ORDINALITY AS l(sku, name, category, quantity, amount, place)
   ORDER BY l.place;

  -- One more visit of the day, or one of the first two days: what that changes is known
  -- without adding up. A row that another changes is waited for, and looked at anew.
  UPDATE recognition_visitsummary t
     SET visits = t.visits + 1, days = t.days + (t.last_on < p_business_date)::int,
         last_on = p_business_date, last_store_id = p_store, spent = t.spent + p_amount
   WHERE t.member_id = coalesce(v_member, p_member)
     AND (t.last_on = p_business_date AND t.last_store_id = p_store OR t.last_on < p_business_date AND t.days = 1);
  IF NOT FOUND THEN
    INSERT INTO recognition_visitsummary (member_id, visits, days, first_on, last_on, last_store_id, spent)
    SELECT coalesce(v_member, p_member), 1, 1, p_business_date, p_business_date, p_store, p_amount
     WHERE NOT EXISTS (SELECT FROM recognition_visit v
                        WHERE v.member_id = coalesce(v_member, p_member) AND v.id <> recognition_note_visit.visit_id)
    ON CONFLICT (member_id) DO NOTHING;
    IF NOT FOUND THEN
      PERFORM recognition_summarise(ARRAY[coalesce(v_member, p_member)]);
    END IF;
  END IF;
END
$$;
