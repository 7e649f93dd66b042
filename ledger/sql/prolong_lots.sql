-- Let what an account holds live longer, never shorter: the lots that are still alive at
-- `p_at` and would expire before `p_until`. How many were moved.
--
-- Under the account's lock, as every change of its lots. What has expired stays expired,
-- swept or not: it comes back by an entry of its own, out of breakage.
CREATE OR REPLACE FUNCTION ledger_prolong_lots(p_account bigint, p_at timestamptz, p_until timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_status text;
  v_moved int;
BEGIN
  SELECT status INTO v_status FROM ledger_account WHERE id = p_account AND guarded FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'RG006';
  ELSIF v_status = 'closed' THEN
    RAISE EXCEPTION 'account is closed' USING ERRCODE = 'RG003',
      DETAIL = jsonb_build_object('account', p_account)::text;
  END IF;
  UPDATE ledger_lot SET expires_at = p_until
   WHERE account_id = p_account AND is_open AND expires_at > p_at AND expires_at < p_until;  -- guard: only alive, only longer
  GET DIAGNOSTICS v_moved = ROW_COUNT;
  RETURN v_moved;
END
$$;
