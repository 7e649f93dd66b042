-- Open the accounts that a holder needs, or find them: one row each, in the order asked.
--
-- Set-based, so that a million members are a few calls. Balances are never given here:
-- value arrives by postings only. What is there already is only read: a till asks for the same
-- accounts at every sale. A holder without a number is asked for apart: no index serves
-- IS NOT DISTINCT FROM, and a thousand members would read a thousand times a thousand rows.
CREATE OR REPLACE FUNCTION ledger_open_accounts(
  p_kinds text[], p_units smallint[], p_holder_kinds text[], p_holder_ids bigint[], p_slots text[]
) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- A plan that was made while the table was small is kept by the session: never a scan.
SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO ledger_account (kind, unit_id, guarded, side, holder_kind, holder_id, slot, status, balance)
  SELECT DISTINCT a.kind, a.unit_id,
         a.kind IN ('principal', 'bonus', 'points', 'growth', 'stamps', 'gift_card', 'held', 'debt'),
         CASE WHEN a.kind IN ('debt', 'tender', 'promotion', 'granted', 'receivable', 'opening', 'adjustment') THEN 'D' ELSE 'C' END,
         a.holder_kind, a.holder_id, a.slot, 'open', 0
  FROM unnest(p_kinds, p_units, p_holder_kinds, p_holder_ids, p_slots)
       AS a(kind, unit_id, holder_kind, holder_id, slot)
  WHERE NOT EXISTS (
    SELECT FROM ledger_account there
     WHERE there.holder_kind = a.holder_kind AND there.holder_id = a.holder_id
       AND there.kind = a.kind AND there.unit_id = a.unit_id AND there.slot = a.slot)
  AND NOT EXISTS (
    SELECT FROM ledger_account there
     WHERE there.holder_kind = a.holder_kind AND there.holder_id IS NULL AND a.holder_id IS NULL
       AND there.kind = a.kind AND there.unit_id = a.unit_id AND there.slot = a.slot)
  ORDER BY 5, 6, 1, 2, 7  -- guard: one order, so that two who open the same do not deadlock
  ON CONFLICT (holder_kind, holder_id, kind, unit_id, slot) DO NOTHING;

  RETURN QUERY
  SELECT coalesce(
           (SELECT found.id FROM ledger_account found
             WHERE found.holder_kind = a.holder_kind AND found.holder_id = a.holder_id
               AND found.kind = a.kind AND found.unit_id = a.unit_id AND found.slot = a.slot LIMIT 1),
           (SELECT found.id FROM ledger_account found
             WHERE found.holder_kind = a.holder_kind AND found.holder_id IS NULL AND a.holder_id IS NULL
               AND found.kind = a.kind AND found.unit_id = a.unit_id AND found.slot = a.slot LIMIT 1))
  FROM unnest(p_kinds, p_units, p_holder_kinds, p_holder_ids, p_slots) WITH ORDINALITY
       AS a(kind, unit_id, holder_kind, holder_id, slot, place)
  ORDER BY a.place;
END
$$;

-- Freeze, reopen or close an account; closing one that still holds something is refused.
CREATE OR REPLACE FUNCTION ledger_set_account_status(p_account bigint, p_status text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_account record;
BEGIN
  SELECT status, balance INTO v_account FROM ledger_account WHERE id = p_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'RG006';
  END IF;
  IF v_account.status = 'closed' AND p_status <> 'closed' THEN
    RAISE EXCEPTION 'account is closed' USING ERRCODE = 'RG003',
      DETAIL = jsonb_build_object('account', p_account)::text;
  END IF;
  IF p_status = 'closed' AND v_account.balance > 0 THEN
    RAISE EXCEPTION 'account still holds something' USING ERRCODE = 'RG008',
      DETAIL = jsonb_build_object('account', p_account, 'balance', v_account.balance)::text;
  END IF;
  UPDATE ledger_account SET status = p_status WHERE id = p_account;
END
$$;

-- Add a unit of account, or find it.
CREATE OR REPLACE FUNCTION ledger_open_unit(p_code text, p_kind text, p_exponent smallint) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_id smallint;
BEGIN
  SELECT id INTO v_id FROM ledger_unit WHERE code = p_code;
  IF v_id IS NULL THEN
    INSERT INTO ledger_unit (code, kind, exponent) VALUES (p_code, p_kind, p_exponent)
    ON CONFLICT (code) DO NOTHING;
    SELECT id INTO v_id FROM ledger_unit WHERE code = p_code;
  END IF;
  RETURN v_id;
END
$$;
