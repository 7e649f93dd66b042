-- Lock holders' accounts before deciding by what they hold: balances as they now stand.
--
-- In key order, as everywhere, so that none deadlock; what is posted later in the same
-- transaction finds its accounts locked already. House accounts are never locked.
CREATE OR REPLACE FUNCTION ledger_lock_accounts(p_accounts bigint[])
RETURNS TABLE (account_id bigint, balance bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  SELECT a.id, a.balance FROM ledger_account a
   WHERE a.guarded AND a.id = ANY (p_accounts)
   ORDER BY a.id
     FOR NO KEY UPDATE
$$;
