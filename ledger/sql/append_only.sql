-- Entries, postings, lot uses, seals and proofs are written once.
--
-- The triggers are ENABLE ALWAYS: `session_replication_role = replica`, which switches
-- ordinary triggers off, does not switch these off. TRUNCATE fires no row trigger, so it
-- has one of its own.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'RG009';
END
$$;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['ledger_entry', 'ledger_posting', 'ledger_lotuse', 'ledger_seal', 'ledger_proofrun'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', t || '_append_only', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_append_only');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['ledger_lot', 'ledger_account', 'ledger_reversed', 'ledger_unit'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', t || '_never_deleted', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_deleted');
  END LOOP;
  FOREACH t IN ARRAY ARRAY['ledger_entry', 'ledger_posting', 'ledger_lotuse', 'ledger_seal', 'ledger_proofrun', 'ledger_lot', 'ledger_account', 'ledger_reversed', 'ledger_unit'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t || '_never_truncated', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_truncated');
  END LOOP;
END
$$;

-- What identifies an account, a lot or a unit never changes. The column lists keep these
-- triggers away from the updates of every posting (balance; remaining, is_open). Written out,
-- a condition is read from a dump as it was; of two rows it would be another.
CREATE OR REPLACE TRIGGER ledger_account_identity
  BEFORE UPDATE OF id, kind, unit_id, guarded, side, holder_kind, holder_id, slot ON ledger_account
  FOR EACH ROW
  WHEN (OLD.id IS DISTINCT FROM NEW.id
    OR OLD.kind IS DISTINCT FROM NEW.kind
    OR OLD.unit_id IS DISTINCT FROM NEW.unit_id
    OR OLD.guarded IS DISTINCT FROM NEW.guarded
    OR OLD.side IS DISTINCT FROM NEW.side
    OR OLD.holder_kind IS DISTINCT FROM NEW.holder_kind
    OR OLD.holder_id IS DISTINCT FROM NEW.holder_id
    OR OLD.slot IS DISTINCT FROM NEW.slot)
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_identity;

CREATE OR REPLACE TRIGGER ledger_lot_identity
  BEFORE UPDATE OF id, account_id, posting_id, initial ON ledger_lot
  FOR EACH ROW
  WHEN (OLD.id IS DISTINCT FROM NEW.id
    OR OLD.account_id IS DISTINCT FROM NEW.account_id
    OR OLD.posting_id IS DISTINCT FROM NEW.posting_id
    OR OLD.initial IS DISTINCT FROM NEW.initial)
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_lot ENABLE ALWAYS TRIGGER ledger_lot_identity;

CREATE OR REPLACE TRIGGER ledger_reversed_identity
  BEFORE UPDATE ON ledger_reversed
  FOR EACH ROW
  WHEN (NEW.posting_id IS DISTINCT FROM OLD.posting_id
    OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.reversed < OLD.reversed)
  EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_reversed ENABLE ALWAYS TRIGGER ledger_reversed_identity;

CREATE OR REPLACE TRIGGER ledger_unit_identity
  BEFORE UPDATE ON ledger_unit
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_unit ENABLE ALWAYS TRIGGER ledger_unit_identity;

-- A closed account takes no more postings, whoever writes them; asked in the form that
-- costs least.
CREATE OR REPLACE FUNCTION ledger_refuse_closed_account() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF 'closed' = ANY (ARRAY(SELECT status FROM ledger_account WHERE id IN (NEW.debit_id, NEW.credit_id))) THEN
    RAISE EXCEPTION 'account is closed' USING ERRCODE = 'RG003';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER ledger_posting_open_accounts BEFORE INSERT ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_closed_account();
ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_open_accounts;
