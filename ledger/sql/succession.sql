-- Whose a closed account's value is now: named once, when its holder is merged into another.
CREATE OR REPLACE TRIGGER ledger_succession_append_only BEFORE UPDATE OR DELETE ON ledger_succession
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_succession ENABLE ALWAYS TRIGGER ledger_succession_append_only;
CREATE OR REPLACE TRIGGER ledger_succession_never_truncated BEFORE TRUNCATE ON ledger_succession
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_succession ENABLE ALWAYS TRIGGER ledger_succession_never_truncated;

-- Only the closed is succeeded, by what is alike and still lives: so no circle can close.
CREATE OR REPLACE FUNCTION ledger_succession_fits() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF NEW.account_id IS NOT NULL AND NEW.heir_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM ledger_account a JOIN ledger_account h ON h.id = NEW.heir_id
     WHERE a.id = NEW.account_id AND a.guarded AND a.status = 'closed' AND h.status <> 'closed'
       AND (h.kind, h.unit_id, h.slot, h.holder_kind) = (a.kind, a.unit_id, a.slot, a.holder_kind)) THEN
    RAISE EXCEPTION '% on % is refused: account % is not succeeded by account %', TG_OP, TG_TABLE_NAME, NEW.account_id, NEW.heir_id USING ERRCODE = 'RG009';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER ledger_succession_of_the_closed BEFORE INSERT ON ledger_succession
  FOR EACH ROW EXECUTE FUNCTION ledger_succession_fits();
ALTER TABLE ledger_succession ENABLE ALWAYS TRIGGER ledger_succession_of_the_closed;

-- Name the heirs of closed accounts: what is named already stays, and what is closed itself
-- (a wallet that was paid out) is nobody's heir.
CREATE OR REPLACE FUNCTION ledger_name_heirs(p_accounts bigint[], p_heirs bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  INSERT INTO ledger_succession (account_id, heir_id)
  SELECT s.account, s.heir FROM unnest(p_accounts, p_heirs) AS s(account, heir)
    JOIN ledger_account a ON a.id = s.heir AND a.status <> 'closed' ORDER BY 1
  ON CONFLICT (account_id) DO NOTHING
$$;

-- Who has an account's value now: the account itself, or the last of its heirs.
CREATE OR REPLACE FUNCTION ledger_heir_of(p_account bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_heir bigint;
BEGIN
  LOOP
    SELECT heir_id INTO v_heir FROM ledger_succession WHERE account_id = p_account;
    EXIT WHEN NOT FOUND;
    p_account := v_heir;
  END LOOP;
  RETURN p_account;
END
$$;

-- What became of the lots that a posting made: moved as a whole, or given back to an heir.
CREATE OR REPLACE FUNCTION ledger_lots_after(p_posting bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = public, pg_temp SET enable_seqscan = off AS $$
  WITH RECURSIVE line AS (
    SELECT l.id FROM ledger_lot l WHERE l.posting_id = p_posting
    UNION
    SELECT made.id FROM line
      JOIN ledger_lotuse u ON u.lot_id = line.id AND u.returns_id IS NULL
      JOIN ledger_posting p ON p.id = u.posting_id
     CROSS JOIN LATERAL (
       SELECT m.id FROM ledger_lot m WHERE m.posting_id = p.id AND p.amount = u.amount
       UNION ALL
       SELECT m.id FROM ledger_entry e
         JOIN ledger_posting b ON b.entry_id = e.id
         JOIN ledger_lot m ON m.posting_id = b.id
        WHERE e.reverses_id = p.entry_id) made
  )
  SELECT coalesce(array_agg(id), '{}') FROM line
$$;
