-- What was noted stays as it was noted; only what may change, changes, one way.

-- A visit is voided once and follows its member into a merge; all else stays.
CREATE OR REPLACE FUNCTION recognition_visit_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.store_id, NEW.at, NEW.business_date, NEW.amount, NEW.source, NEW.reference, NEW.noted_at)
     IS DISTINCT FROM
     (OLD.id, OLD.store_id, OLD.at, OLD.business_date, OLD.amount, OLD.source, OLD.reference, OLD.noted_at)
     OR (OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at) THEN
    RAISE EXCEPTION 'a visit stays as it was noted' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_visit_stays_as_noted';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER recognition_visit_stays_as_noted BEFORE UPDATE ON recognition_visit
  FOR EACH ROW EXECUTE FUNCTION recognition_visit_guard();

-- A note is withdrawn once and wiped where the person asks for it; its words are never others.
CREATE OR REPLACE FUNCTION recognition_note_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF (NEW.id, NEW.at, NEW.author_id, NEW.store_id) IS DISTINCT FROM (OLD.id, OLD.at, OLD.author_id, OLD.store_id)
     OR (NEW.words <> OLD.words AND NEW.wiped_at IS NULL)
     OR (OLD.wiped_at IS NOT NULL AND NEW.wiped_at IS DISTINCT FROM OLD.wiped_at)
     OR (OLD.withdrawn_at IS NOT NULL
         AND (NEW.withdrawn_at, NEW.withdrawn_by_id) IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id)) THEN
    RAISE EXCEPTION 'a note stays as it was written' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_note_stays_as_written';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER recognition_note_stays_as_written BEFORE UPDATE ON recognition_note
  FOR EACH ROW EXECUTE FUNCTION recognition_note_guard();

-- What the guest said stays; the state goes noted → open → owned → cured, and an owner may
-- hand a complaint to another.
CREATE OR REPLACE FUNCTION recognition_feedback_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('noted', 'open') THEN
      RAISE EXCEPTION 'a complaint begins open' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'recognition_feedback_follows_its_graph';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.store_id, NEW.visit_id, NEW.at, NEW.channel, NEW.score, NEW.stars)
     IS DISTINCT FROM
     (OLD.id, OLD.store_id, OLD.visit_id, OLD.at, OLD.channel, OLD.score, OLD.stars)
     OR (NEW.words <> OLD.words AND NEW.wiped_at IS NULL)
     OR (OLD.wiped_at IS NOT NULL AND NEW.wiped_at IS DISTINCT FROM OLD.wiped_at) THEN
    RAISE EXCEPTION 'what a guest said stays' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_feedback_stays_as_said';
  END IF;
  IF NEW.state <> OLD.state
     AND (OLD.state, NEW.state) NOT IN (('noted', 'open'), ('open', 'owned'), ('owned', 'cured'))
     OR (OLD.state = 'owned' AND NEW.state = 'cured' AND NEW.owner_id <> OLD.owner_id)
     OR (OLD.state = 'cured'
         AND ((NEW.owner_id, NEW.cured_at) IS DISTINCT FROM (OLD.owner_id, OLD.cured_at)
              OR (NEW.cure <> OLD.cure AND NEW.wiped_at IS NULL))) THEN
    RAISE EXCEPTION 'a complaint goes from open to its owner to its cure' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_feedback_follows_its_graph';
  END IF;
  RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER recognition_feedback_follows_its_graph BEFORE INSERT OR UPDATE ON recognition_feedback
  FOR EACH ROW EXECUTE FUNCTION recognition_feedback_guard();

-- When all is done, the last step of a complaint says what its row says.
CREATE OR REPLACE FUNCTION recognition_feedback_has_its_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
  v_row record;
  v_step record;
BEGIN
  SELECT state, owner_id INTO v_row FROM recognition_feedback WHERE id = NEW.id;
  SELECT s.state, s.owner_id INTO v_step FROM recognition_feedbackstep s
   WHERE s.feedback_id = NEW.id ORDER BY s.id DESC LIMIT 1;
  IF (v_row.state = 'noted') IS DISTINCT FROM (v_step.state IS NULL)
     OR (v_step.state IS NOT NULL
         AND (v_row.state, v_row.owner_id) IS DISTINCT FROM (v_step.state, v_step.owner_id)) THEN
    RAISE EXCEPTION 'each step of a complaint is written down' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_feedback_has_its_step';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS recognition_feedback_has_its_step ON recognition_feedback;
CREATE CONSTRAINT TRIGGER recognition_feedback_has_its_step
  AFTER INSERT OR UPDATE OF state, owner_id ON recognition_feedback
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION recognition_feedback_has_its_step();

-- The same from the other side: nobody adds a step that did not happen.
CREATE OR REPLACE FUNCTION recognition_step_is_true() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
  v_row record;
  v_step record;
BEGIN
  SELECT state, owner_id INTO v_row FROM recognition_feedback WHERE id = NEW.feedback_id;
  SELECT s.state, s.owner_id INTO v_step FROM recognition_feedbackstep s
   WHERE s.feedback_id = NEW.feedback_id ORDER BY s.id DESC LIMIT 1;
  IF (v_row.state, v_row.owner_id) IS DISTINCT FROM (v_step.state, v_step.owner_id) THEN
    RAISE EXCEPTION 'a step is written where it was taken' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'recognition_feedbackstep_is_true';
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS recognition_feedbackstep_is_true ON recognition_feedbackstep;
CREATE CONSTRAINT TRIGGER recognition_feedbackstep_is_true
  AFTER INSERT ON recognition_feedbackstep
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION recognition_step_is_true();

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['recognition_visit', 'recognition_note', 'recognition_feedback'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', t || '_never_deleted', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_deleted');
    EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t || '_never_truncated', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', t, t || '_never_truncated');
  END LOOP;
END
$$;
ALTER TABLE recognition_visit ENABLE ALWAYS TRIGGER recognition_visit_stays_as_noted;
ALTER TABLE recognition_note ENABLE ALWAYS TRIGGER recognition_note_stays_as_written;
ALTER TABLE recognition_feedback ENABLE ALWAYS TRIGGER recognition_feedback_follows_its_graph;
ALTER TABLE recognition_feedback ENABLE ALWAYS TRIGGER recognition_feedback_has_its_step;
ALTER TABLE recognition_feedbackstep ENABLE ALWAYS TRIGGER recognition_feedbackstep_is_true;
SELECT policies_keep_forever('recognition_feedbackstep');
SELECT policies_keep_forever('recognition_visitline');
SELECT policies_keep_forever('recognition_recognitionpolicy');
