-- Who may do what changes only together with the line of the log that says so.
--
-- The application's role writes people, roles, limits and keys, and so does whoever gets
-- raw SQL into it. At the end of the transaction each such change is held against the log:
-- a line of the same transaction, which nothing takes away again, names the person, role or
-- key and what was changed. Whoever owns the tables (migrations, `createsuperuser`, the
-- demo's people) is not asked.

CREATE OR REPLACE FUNCTION stores_is_logged(p_acts text[], p_type text, p_id bigint, p_facts jsonb)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM public.stores_auditevent e
     WHERE e.subject_type = p_type AND e.subject_id = p_id::text AND e.act = ANY (p_acts)
       AND e.written_in = txid_current() AND e.facts @> p_facts)
$$;

CREATE OR REPLACE FUNCTION stores_owns_table(p_table oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = p_table
$$;

-- A person: added, their rights, their password, their PIN.
CREATE OR REPLACE FUNCTION stores_user_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_changed text[] := '{}';
  v_acts text[];
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    v_acts := ARRAY['stores.user_added'];
  ELSE
    v_acts := ARRAY['stores.user_changed'];
    v_changed := array_remove(ARRAY[
      CASE WHEN NEW.username <> OLD.username THEN 'username' END,
      CASE WHEN NEW.is_active <> OLD.is_active THEN 'is_active' END,
      CASE WHEN NEW.is_staff <> OLD.is_staff THEN 'is_staff' END,
      CASE WHEN NEW.is_superuser <> OLD.is_superuser THEN 'is_superuser' END], NULL);
    IF NEW.password <> OLD.password AND NOT stores_is_logged(
         ARRAY['stores.password_set', 'stores.password_rehashed'], 'stores.user', NEW.id, '{}') THEN
      RAISE EXCEPTION 'a password is changed with a line in the log' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.pin_hash <> OLD.pin_hash
       AND NOT stores_is_logged(ARRAY['stores.pin_set'], 'stores.user', NEW.id, '{}') THEN
      RAISE EXCEPTION 'a PIN is changed with a line in the log' USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  IF (TG_OP = 'INSERT' OR v_changed <> '{}') AND NOT stores_is_logged(
       v_acts, 'stores.user', NEW.id,
       CASE TG_OP WHEN 'INSERT' THEN '{}' ELSE jsonb_build_object('changed', v_changed) END) THEN
    RAISE EXCEPTION 'what a person may do is changed with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  -- Only who may do everything lets another do everything, and nobody themself.
  IF NEW.is_superuser AND (TG_OP = 'INSERT' OR NOT OLD.is_superuser) AND NOT EXISTS (
       SELECT FROM public.stores_auditevent e JOIN public.stores_user u ON u.id = e.staff_id
        WHERE e.subject_type = 'stores.user' AND e.subject_id = NEW.id::text AND e.act = ANY (v_acts)
          AND e.written_in = txid_current() AND u.id <> NEW.id AND u.is_superuser AND u.is_active) THEN
    RAISE EXCEPTION 'only who may do everything lets another do so' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_user_changes_are_logged ON stores_user;
CREATE CONSTRAINT TRIGGER stores_user_changes_are_logged
  AFTER INSERT OR UPDATE OF username, is_active, is_staff, is_superuser, password, pin_hash ON stores_user
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_user_is_logged();
ALTER TABLE stores_user ENABLE ALWAYS TRIGGER stores_user_changes_are_logged;

-- A role given to somebody at a store, or taken: by another than themself.
CREATE OR REPLACE FUNCTION stores_assignment_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_row public.stores_assignment;
  v_act text := 'stores.role_given';
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  v_row := NEW;
  IF TG_OP = 'DELETE' THEN
    v_row := OLD;
    v_act := 'stores.role_taken';
  END IF;
  IF NOT EXISTS (
       SELECT FROM public.stores_auditevent e JOIN public.stores_role r ON r.id = v_row.role_id
        WHERE e.subject_type = 'stores.user' AND e.subject_id = v_row.user_id::text AND e.act = v_act
          AND e.written_in = txid_current() AND e.facts ->> 'role' = r.code
          AND e.store_id IS NOT DISTINCT FROM v_row.store_id AND e.staff_id <> v_row.user_id) THEN
    RAISE EXCEPTION 'a role is given or taken with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_assignment_changes_are_logged ON stores_assignment;
CREATE CONSTRAINT TRIGGER stores_assignment_changes_are_logged AFTER INSERT OR UPDATE OR DELETE ON stores_assignment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_assignment_is_logged();
ALTER TABLE stores_assignment ENABLE ALWAYS TRIGGER stores_assignment_changes_are_logged;

-- What a role may do: the line says what came and what went.
CREATE OR REPLACE FUNCTION stores_role_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_before text[] := '{}';
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    v_before := OLD.permissions;
  END IF;
  IF NOT stores_is_logged(
       ARRAY['stores.role_added', 'stores.role_changed'], 'stores.role', NEW.id,
       jsonb_build_object(
         'added', ARRAY(SELECT unnest(NEW.permissions) EXCEPT SELECT unnest(v_before)),
         'taken', ARRAY(SELECT unnest(v_before) EXCEPT SELECT unnest(NEW.permissions)))) THEN
    RAISE EXCEPTION 'what a role may do is changed with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_role_changes_are_logged ON stores_role;
CREATE CONSTRAINT TRIGGER stores_role_changes_are_logged AFTER INSERT OR UPDATE OF code, permissions ON stores_role
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_role_is_logged();
ALTER TABLE stores_role ENABLE ALWAYS TRIGGER stores_role_changes_are_logged;

-- How far a role reaches alone: the line says the amounts.
CREATE OR REPLACE FUNCTION stores_limit_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_row public.stores_rolelimit;
  v_act text := 'stores.limit_set';
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  v_row := NEW;
  IF TG_OP = 'DELETE' THEN
    v_row := OLD;
    v_act := 'stores.limit_lifted';
  END IF;
  IF NOT stores_is_logged(
       ARRAY[v_act], 'stores.rolelimit', v_row.id,
       jsonb_build_object('act', v_row.act, 'per_act', v_row.per_act, 'per_shift', v_row.per_shift)) THEN
    RAISE EXCEPTION 'a limit is changed with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_rolelimit_changes_are_logged ON stores_rolelimit;
CREATE CONSTRAINT TRIGGER stores_rolelimit_changes_are_logged AFTER INSERT OR UPDATE OR DELETE ON stores_rolelimit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_limit_is_logged();
ALTER TABLE stores_rolelimit ENABLE ALWAYS TRIGGER stores_rolelimit_changes_are_logged;

-- A key of another program is made and ended; none that was ended opens again.
CREATE OR REPLACE FUNCTION stores_key_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.revoked_at IS NULL THEN
    RAISE EXCEPTION 'a key that was revoked stays so' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT stores_is_logged(
       ARRAY[CASE TG_OP WHEN 'INSERT' THEN 'stores.key_made' ELSE 'stores.key_revoked' END],
       'stores.apikey', NEW.id,
       CASE TG_OP WHEN 'INSERT' THEN jsonb_build_object('name', NEW.name, 'scopes', NEW.scopes) ELSE '{}' END) THEN
    RAISE EXCEPTION 'a key is made or revoked with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_apikey_changes_are_logged ON stores_apikey;
CREATE CONSTRAINT TRIGGER stores_apikey_changes_are_logged AFTER INSERT OR UPDATE OF revoked_at ON stores_apikey
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_key_is_logged();
ALTER TABLE stores_apikey ENABLE ALWAYS TRIGGER stores_apikey_changes_are_logged;

-- The second factor that vouches for somebody: set up or taken away.
CREATE OR REPLACE FUNCTION stores_totp_is_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_user_id bigint;
BEGIN
  IF stores_owns_table(TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF NOT OLD.confirmed THEN
      RETURN NULL;
    END IF;
    v_user_id := OLD.user_id;
  ELSIF TG_OP = 'INSERT' AND NOT NEW.confirmed THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.key, NEW.confirmed) IS NOT DISTINCT FROM
                             (OLD.user_id, OLD.key, OLD.confirmed) THEN
    RETURN NULL;
  ELSE
    v_user_id := NEW.user_id;
  END IF;
  IF NOT stores_is_logged(
       ARRAY['stores.totp_confirmed', 'stores.totp_removed'], 'stores.user', v_user_id, '{}') THEN
    RAISE EXCEPTION 'an authenticator is changed with a line in the log' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS stores_totp_changes_are_logged ON otp_totp_totpdevice;
CREATE CONSTRAINT TRIGGER stores_totp_changes_are_logged AFTER INSERT OR UPDATE OR DELETE ON otp_totp_totpdevice
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stores_totp_is_logged();
ALTER TABLE otp_totp_totpdevice ENABLE ALWAYS TRIGGER stores_totp_changes_are_logged;
