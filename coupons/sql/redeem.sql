-- Redeem coupons within the sale's transaction, all of them or none, once for a key.
--
-- One place for each use (a pass may stand there twice). Answers one row a use: 'done'
-- or 'replayed' with the act's number; or, nothing being changed, a row for each coupon
-- that cannot be used with the word why, or 'conflict' where the key served another request.
CREATE OR REPLACE FUNCTION coupons_redeem(
  p_coupons bigint[], p_savings bigint[], p_member bigint, p_key text, p_reference text,
  p_at timestamptz, p_business_date date, p_store bigint, p_actor text
) RETURNS TABLE (outcome text, coupon bigint, use bigint)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_same int;
  v_used int;
BEGIN
  -- In key order, so that two sales with the same coupons wait and do not deadlock.
  PERFORM 1 FROM coupons_coupon c WHERE c.id = ANY (p_coupons) ORDER BY c.id FOR NO KEY UPDATE;  -- guard: coupons

  -- Only under the locks: what a first run redeemed must not refuse the second. All acts of a
  -- key are written at once, so the first of them tells whether there are any.
  IF EXISTS (SELECT FROM coupons_couponuse u WHERE u.key = p_key || ':1') THEN
    SELECT count(*) INTO v_same
      FROM unnest(p_coupons, p_savings) WITH ORDINALITY w (coupon, saving, nth)
      JOIN coupons_couponuse u ON u.key = p_key || ':' || w.nth
     WHERE u.coupon_id = w.coupon AND u.saving = w.saving AND u.reference = p_reference;
    IF v_same <> cardinality(p_coupons)
       OR EXISTS (SELECT 1 FROM coupons_couponuse u WHERE u.key = p_key || ':' || cardinality(p_coupons) + 1) THEN
      RETURN QUERY SELECT 'conflict'::text, NULL::bigint, NULL::bigint;
      RETURN;
    END IF;
    RETURN QUERY
    SELECT 'replayed'::text, u.coupon_id, u.id
      FROM generate_series(1, cardinality(p_coupons)) n (nth)
      JOIN coupons_couponuse u ON u.key = p_key || ':' || n.nth ORDER BY n.nth;
    RETURN;
  END IF;

  RETURN QUERY
  SELECT why.word, w.coupon, NULL::bigint
    FROM (SELECT g.coupon, count(*) AS times FROM unnest(p_coupons) g (coupon) GROUP BY g.coupon) w
    LEFT JOIN coupons_coupon c ON c.id = w.coupon
    CROSS JOIN LATERAL (SELECT CASE
      WHEN c.id IS NULL THEN 'unknown'
      WHEN c.status <> 'issued' THEN c.status::text
      WHEN c.member_id IS NOT NULL AND c.member_id IS DISTINCT FROM p_member THEN 'other_member'
      WHEN p_at < c.valid_from THEN 'not_yet'
      WHEN p_at >= c.valid_until THEN 'expired'
      WHEN c.uses_left < w.times THEN 'uses'
    END) why (word)
   WHERE why.word IS NOT NULL ORDER BY w.coupon;
  IF FOUND THEN
    RETURN;
  END IF;

  UPDATE coupons_coupon c
     SET uses_left = c.uses_left - w.times,
         status = CASE WHEN c.uses_left = w.times THEN 'redeemed' ELSE c.status END
    FROM (SELECT g.coupon, count(*) AS times FROM unnest(p_coupons) g (coupon) GROUP BY g.coupon) w
   WHERE c.id = w.coupon AND c.status = 'issued' AND c.uses_left >= w.times;
  GET DIAGNOSTICS v_used = ROW_COUNT;
  IF v_used <> (SELECT count(DISTINCT g) FROM unnest(p_coupons) g) THEN  -- guard: compare and set
    RAISE EXCEPTION 'a coupon was used meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;

  RETURN QUERY
  WITH written AS (
    INSERT INTO coupons_couponuse (coupon_id, act, key, reference, saving, member_id, at, business_date, store_id, actor, reason)
    SELECT w.coupon, 'redeemed', p_key || ':' || w.nth, p_reference, w.saving, p_member, p_at, p_business_date, p_store, p_actor, ''
      FROM unnest(p_coupons, p_savings) WITH ORDINALITY w (coupon, saving, nth) ORDER BY w.nth
    RETURNING coupons_couponuse.coupon_id, coupons_couponuse.id
  )
  SELECT 'done'::text, written.coupon_id, written.id FROM written;
END
$$;
