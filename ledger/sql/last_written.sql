-- The number of the last entry, such that no lower number is still on its way.
--
-- Writers hold ROW EXCLUSIVE on the table from before they take a number until they end;
-- SHARE waits for them and keeps new ones out for this one statement. It gives up after
-- two seconds rather than let tills queue behind a slow writer; the caller tries again.
-- Not after one: after one second the server takes an autovacuum out of the way.
CREATE OR REPLACE FUNCTION ledger_last_written() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' SET enable_seqscan = off AS $$
BEGIN
  LOCK TABLE ledger_entry IN SHARE MODE;  -- guard: writers
  RETURN (SELECT coalesce(max(seq), 0) FROM ledger_entry);
END
$$;
