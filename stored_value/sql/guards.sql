-- What the database itself refuses about stored value.

SELECT policies_keep_forever('stored_value_walletpolicy');
SELECT policies_keep_forever('stored_value_topupplanversion');
SELECT policies_keep_forever('stored_value_topuprefund');

-- A top-up stays as it was promised; only whose it is may change, when members merge or
-- a bearer card is bound.
CREATE OR REPLACE FUNCTION stored_value_topup_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF to_jsonb(NEW) - 'member_id' - 'card_id' IS DISTINCT FROM to_jsonb(OLD) - 'member_id' - 'card_id' THEN
    RAISE EXCEPTION 'top-up % stays as it was promised', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER stored_value_topup_never_rewritten BEFORE UPDATE ON stored_value_topup
  FOR EACH ROW EXECUTE FUNCTION stored_value_topup_guard();
ALTER TABLE stored_value_topup ENABLE ALWAYS TRIGGER stored_value_topup_never_rewritten;
CREATE OR REPLACE TRIGGER stored_value_topup_never_deleted BEFORE DELETE ON stored_value_topup
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE stored_value_topup ENABLE ALWAYS TRIGGER stored_value_topup_never_deleted;
CREATE OR REPLACE TRIGGER stored_value_topup_never_truncated BEFORE TRUNCATE ON stored_value_topup
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE stored_value_topup ENABLE ALWAYS TRIGGER stored_value_topup_never_truncated;

-- A hold ends once: held -> captured | released | ran out. What it held never changes;
-- its note may be wiped when the member is erased.
CREATE OR REPLACE FUNCTION stored_value_hold_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_ends text[] := ARRAY['status', 'captured', 'resolved_at', 'resolved_by_id'];
  v_holder text[] := ARRAY['member_id', 'card_id'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'open' THEN
      RAISE EXCEPTION 'a hold begins held' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.note = '' THEN
    v_holder := v_holder || 'note'::text;
  END IF;
  IF to_jsonb(NEW) - v_ends - v_holder IS DISTINCT FROM to_jsonb(OLD) - v_ends - v_holder THEN
    RAISE EXCEPTION 'hold % stays as it was placed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status <> 'open' AND to_jsonb(NEW) - v_holder IS DISTINCT FROM to_jsonb(OLD) - v_holder THEN
    RAISE EXCEPTION 'hold % has ended', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER stored_value_hold_never_ends_twice BEFORE INSERT OR UPDATE ON stored_value_hold
  FOR EACH ROW EXECUTE FUNCTION stored_value_hold_guard();
ALTER TABLE stored_value_hold ENABLE ALWAYS TRIGGER stored_value_hold_never_ends_twice;
CREATE OR REPLACE TRIGGER stored_value_hold_never_deleted BEFORE DELETE ON stored_value_hold
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE stored_value_hold ENABLE ALWAYS TRIGGER stored_value_hold_never_deleted;
CREATE OR REPLACE TRIGGER stored_value_hold_never_truncated BEFORE TRUNCATE ON stored_value_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE stored_value_hold ENABLE ALWAYS TRIGGER stored_value_hold_never_truncated;
