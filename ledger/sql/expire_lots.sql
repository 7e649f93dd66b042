-- Expire up to `p_limit` due lots: the liability goes to breakage, the lots are closed.
--
-- One entry for each unit and kind of account in the chunk, one posting for each account,
-- one lot use for each lot. Accounts busy at a till are passed over and come next time.
-- Run again until `lots` is 0; a crash between chunks loses nothing and doubles nothing.
-- With `p_only`, of these accounts alone: before value is given back into a lot that is
-- due, so that its new life does not wake what had expired.
CREATE OR REPLACE FUNCTION ledger_expire_lots(
  p_at timestamptz, p_limit int, p_actor text, p_request_id text, p_business_date date,
  p_only bigint[] DEFAULT NULL,
  OUT entries int, OUT lots int, OUT amount bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_accounts bigint[];
BEGIN
  SELECT array_agg(locked.id) INTO v_accounts FROM (
    SELECT a.id FROM ledger_account a
     WHERE a.id IN (SELECT l.account_id FROM ledger_lot l
                     WHERE l.is_open AND l.expires_at <= p_at
                       AND (p_only IS NULL OR l.account_id = ANY (p_only))
                     ORDER BY l.expires_at LIMIT p_limit)
       AND a.side = 'C' AND a.guarded AND a.status <> 'closed'
     ORDER BY a.id
       FOR NO KEY UPDATE SKIP LOCKED  -- guard: accounts
  ) locked;
  entries := 0; lots := 0; amount := 0;
  IF v_accounts IS NULL THEN
    RETURN;
  END IF;

  -- The shop's breakage accounts, one for each unit and kind that expires.
  PERFORM ledger_open_accounts(
    array_agg('breakage'::text), array_agg(g.unit_id), array_agg('shop'::text), array_agg(NULL::bigint), array_agg(g.kind::text))
  FROM (SELECT DISTINCT unit_id, kind FROM ledger_account WHERE id = ANY (v_accounts)) g;

  WITH due AS MATERIALIZED (
    SELECT l.id, l.account_id, l.remaining FROM ledger_lot l
     WHERE l.account_id = ANY (v_accounts) AND l.is_open AND l.expires_at <= p_at
  ), falls AS MATERIALIZED (
    SELECT d.account_id, sum(d.remaining)::bigint AS amount FROM due d GROUP BY d.account_id
  ), kinds AS MATERIALIZED (
    SELECT ledger_uuid7() AS entry_id, g.unit_id, g.kind
      FROM (SELECT DISTINCT a.unit_id, a.kind FROM falls f JOIN ledger_account a ON a.id = f.account_id) g
  ), written AS (
    INSERT INTO ledger_entry (id, kind, key, fingerprint, occurred_at, business_date, actor, request_id, memo)
    SELECT k.entry_id, 'expiry', 'expiry:' || k.entry_id, sha256(convert_to(k.unit_id || ':' || k.kind, 'UTF8')),
           p_at, p_business_date, p_actor, p_request_id, ''
      FROM kinds k
    RETURNING id
  ), posted AS (
    INSERT INTO ledger_posting (entry_id, debit_id, credit_id, unit_id, amount, debit_after)
    SELECT k.entry_id, a.id, b.id, a.unit_id, f.amount, a.balance - f.amount
      FROM falls f
      JOIN ledger_account a ON a.id = f.account_id
      JOIN kinds k ON k.unit_id = a.unit_id AND k.kind = a.kind
      JOIN ledger_account b ON b.holder_kind = 'shop' AND b.holder_id IS NULL AND b.kind = 'breakage'
                           AND b.unit_id = a.unit_id AND b.slot = a.kind
     ORDER BY a.id
    RETURNING id, debit_id
  ), used AS (
    INSERT INTO ledger_lotuse (lot_id, posting_id, amount)
    SELECT d.id, p.id, d.remaining FROM due d JOIN posted p ON p.debit_id = d.account_id
    RETURNING 1
  ), closed AS (
    UPDATE ledger_lot l SET remaining = 0, is_open = false FROM due d WHERE l.id = d.id
    RETURNING 1
  ), lowered AS (
    UPDATE ledger_account a SET balance = a.balance - f.amount FROM falls f WHERE a.id = f.account_id
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM due), (SELECT coalesce(sum(f.amount), 0) FROM falls f)
    INTO entries, lots, amount;
END
$$;
