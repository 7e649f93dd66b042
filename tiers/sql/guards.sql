-- The higher tier asks for more: no two active tiers where the better one is cheaper.
--
-- Deferred to the end of the transaction, so that several tiers can move together.
CREATE OR REPLACE FUNCTION tiers_ladder_rises() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT FROM public.tiers_tier low JOIN public.tiers_tier high ON high.rank > low.rank
              WHERE low.is_active AND high.is_active AND high.threshold <= low.threshold) THEN
    RAISE EXCEPTION 'a higher tier asks for more growth value than a lower one'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'tiers_tier_ladder_rises';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS tiers_tier_ladder_rises ON tiers_tier;
CREATE CONSTRAINT TRIGGER tiers_tier_ladder_rises AFTER INSERT OR UPDATE ON tiers_tier
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tiers_ladder_rises();
ALTER TABLE tiers_tier ENABLE ALWAYS TRIGGER tiers_tier_ladder_rises;

-- What was bought or given stays as it was made; it only ends early, once, and what was
-- written about it can be wiped.
CREATE OR REPLACE FUNCTION tiers_grant_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.tier_id, NEW.source, NEW.starts_at, NEW.ends_at, NEW.price, NEW.entry_id, NEW.key,
      NEW.fingerprint, NEW.actor, NEW.staff_id, NEW.store_id, NEW.made_at)
     IS DISTINCT FROM
     (OLD.id, OLD.tier_id, OLD.source, OLD.starts_at, OLD.ends_at, OLD.price, OLD.entry_id, OLD.key,
      OLD.fingerprint, OLD.actor, OLD.staff_id, OLD.store_id, OLD.made_at)
     OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
    RAISE EXCEPTION 'grant % is refused a change', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER tiers_tiergrant_stays_as_made BEFORE UPDATE ON tiers_tiergrant
  FOR EACH ROW EXECUTE FUNCTION tiers_grant_guard();
ALTER TABLE tiers_tiergrant ENABLE ALWAYS TRIGGER tiers_tiergrant_stays_as_made;
CREATE OR REPLACE TRIGGER tiers_tiergrant_never_deleted BEFORE DELETE ON tiers_tiergrant
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE tiers_tiergrant ENABLE ALWAYS TRIGGER tiers_tiergrant_never_deleted;
CREATE OR REPLACE TRIGGER tiers_tiergrant_never_truncated BEFORE TRUNCATE ON tiers_tiergrant
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE tiers_tiergrant ENABLE ALWAYS TRIGGER tiers_tiergrant_never_truncated;

SELECT policies_keep_forever('tiers_standingchange');
SELECT policies_keep_forever('tiers_tierpolicy');
