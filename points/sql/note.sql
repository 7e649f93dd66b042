-- Keep what a sale's entry posted of points: for the checkout, which posts and writes in
-- one statement. The same rows as `record_redemption_step` and `record_accrual_step` make.

-- Points that were spent on a bill; answers the row's number.
CREATE OR REPLACE FUNCTION points_note_redemption(
  p_member bigint, p_key text, p_fingerprint bytea, p_policy bigint, p_store bigint, p_at timestamptz, p_reference text,
  p_bill bigint, p_points bigint, p_worth bigint, p_entry uuid, p_posting bigint
) RETURNS bigint
LANGUAGE sql AS $$
  INSERT INTO points_redemption (member_id, key, fingerprint, policy_id, store_id, at, reference, bill, points, worth,
                                 returned, entry_id, posting_id)
  VALUES (p_member, p_key, p_fingerprint, p_policy, p_store, p_at, p_reference, p_bill, p_points, p_worth, 0, p_entry, p_posting)
  RETURNING id
$$;

-- What a bill earned; `p_earned`: amount, basis, why, points, growth, debt_paid, usable_from,
-- expires_at, and the places of their postings among `p_postings` (lot_place, growth_place).
CREATE OR REPLACE FUNCTION points_note_accrual(
  p_member bigint, p_key text, p_fingerprint bytea, p_policy bigint, p_store bigint, p_at timestamptz,
  p_business_date date, p_reference text, p_entry uuid, p_earned jsonb, p_postings bigint[]
) RETURNS bigint
LANGUAGE sql AS $$
  INSERT INTO points_accrual (member_id, source, reference, key, fingerprint, policy_id, store_id, at, business_date, entry_id,
                              amount, refunded, basis, why, points, points_kept, growth, growth_kept, usable_from, expires_at,
                              pending, debt_paid, charged_points, charged, lot_posting, growth_posting)
  SELECT p_member, 'sale', p_reference, p_key, p_fingerprint, p_policy, p_store, p_at, p_business_date, p_entry,
         e.amount, 0, e.basis, e.why, e.points, e.points, e.growth, e.growth, e.usable_from, e.expires_at,
         CASE WHEN e.usable_from IS NULL THEN 0 ELSE e.points - e.debt_paid END, e.debt_paid, 0, 0,
         CASE WHEN e.usable_from IS NULL THEN p_postings[e.lot_place] END, p_postings[e.growth_place]
    FROM jsonb_to_record(p_earned) AS e (
      amount bigint, basis jsonb, why jsonb, points bigint, growth bigint, debt_paid bigint,
      usable_from timestamptz, expires_at timestamptz, lot_place int, growth_place int)
  RETURNING id
$$;
