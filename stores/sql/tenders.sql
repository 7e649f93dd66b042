-- Money comes in and goes out by ways of paying that the shop has set up, and by no other.

-- A store's account of a tender names one that there is.
CREATE OR REPLACE FUNCTION stores_tender_is_known() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM stores_tenderkind k WHERE k.code = NEW.slot) THEN
    RAISE EXCEPTION 'there is no way of paying %', NEW.slot USING ERRCODE = 'foreign_key_violation',
      CONSTRAINT = 'stores_tender_is_known';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER stores_tender_is_known BEFORE INSERT OR UPDATE OF kind, slot ON ledger_account
  FOR EACH ROW WHEN (NEW.kind = 'tender' AND NEW.holder_kind = 'store') EXECUTE FUNCTION stores_tender_is_known();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER stores_tender_is_known;

-- What the books and the refunds of old bills go by stays: the code, and whether it earns.
CREATE OR REPLACE FUNCTION stores_tender_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR (NEW.id, NEW.code, NEW.earns) IS DISTINCT FROM (OLD.id, OLD.code, OLD.earns) THEN
    RAISE EXCEPTION 'a way of paying is switched off, never deleted; its code stays, and whether it earns'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER stores_tenderkind_stays BEFORE UPDATE OR DELETE ON stores_tenderkind
  FOR EACH ROW EXECUTE FUNCTION stores_tender_stays();
ALTER TABLE stores_tenderkind ENABLE ALWAYS TRIGGER stores_tenderkind_stays;
CREATE OR REPLACE TRIGGER stores_tenderkind_never_emptied BEFORE TRUNCATE ON stores_tenderkind
  FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_tenderkind ENABLE ALWAYS TRIGGER stores_tenderkind_never_emptied;
