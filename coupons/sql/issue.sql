-- How many of a limited template may still be issued, and taking them: the counters.
--
-- `p_wanted` coupons at most, whole multiples of `p_each`, are taken from the quota and the
-- day's quota of a template (where it has them); answers how many. With `p_all` it is all
-- or nothing: 0 tells that they did not suffice, -1 that the day's did not. The rows are
-- locked until the end of the transaction (also for none wanted), so that five hundred
-- claims at once take one after the other.
CREATE OR REPLACE FUNCTION coupons_take_quota(
  p_template bigint, p_wanted bigint, p_each bigint, p_all boolean, p_day date, p_daily bigint
) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  v_take bigint := p_wanted;
  v_left bigint;
BEGIN
  SELECT t.quota - t.issued INTO v_left FROM coupons_templatecount t
   WHERE t.template_id = p_template FOR NO KEY UPDATE;  -- guard: quota
  IF FOUND THEN
    v_take := least(v_take, v_left);
    IF v_take < p_wanted AND p_all THEN RETURN 0; END IF;
  END IF;
  IF p_daily IS NOT NULL THEN
    INSERT INTO coupons_templateday (template_id, day, issued, quota) VALUES (p_template, p_day, 0, p_daily)
    ON CONFLICT (template_id, day) DO NOTHING;
    SELECT d.quota - d.issued INTO v_left FROM coupons_templateday d
     WHERE d.template_id = p_template AND d.day = p_day FOR NO KEY UPDATE;  -- guard: day
    v_take := least(v_take, v_left);
    IF v_take < p_wanted AND p_all THEN RETURN -1; END IF;
  END IF;
  v_take := v_take - v_take % p_each;
  IF v_take > 0 THEN
    UPDATE coupons_templatecount SET issued = issued + v_take WHERE template_id = p_template;
    IF p_daily IS NOT NULL THEN
      UPDATE coupons_templateday SET issued = issued + v_take WHERE template_id = p_template AND day = p_day;
    END IF;
  END IF;
  RETURN v_take;
END
$$;

-- Count `p_each` more of a limited template for members who may have them; answers who.
CREATE OR REPLACE FUNCTION coupons_take_limit(
  p_template bigint, p_members bigint[], p_each bigint, p_limit bigint
) RETURNS TABLE (member bigint)
LANGUAGE sql SET enable_seqscan = off AS $$
  INSERT INTO coupons_templatemember AS held (template_id, member_id, issued, allowed)
  SELECT p_template, m, p_each, p_limit FROM unnest(p_members) m WHERE p_each <= p_limit ORDER BY m
  ON CONFLICT (template_id, member_id) DO UPDATE
     SET issued = held.issued + p_each, allowed = p_limit
   WHERE held.issued + p_each <= p_limit  -- guard: limit
  RETURNING held.member_id
$$;
