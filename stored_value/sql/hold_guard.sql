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
