-- What the log, shifts and approvals keep as it was, whoever writes.

-- What is once written here stays: whoever asks, and also for a replica's session.
CREATE OR REPLACE FUNCTION stores_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER stores_auditevent_rows_stay BEFORE UPDATE OR DELETE ON stores_auditevent
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_auditevent ENABLE ALWAYS TRIGGER stores_auditevent_rows_stay;
CREATE OR REPLACE TRIGGER stores_auditevent_never_emptied BEFORE TRUNCATE ON stores_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_auditevent ENABLE ALWAYS TRIGGER stores_auditevent_never_emptied;
CREATE OR REPLACE TRIGGER stores_handover_rows_stay BEFORE UPDATE OR DELETE ON stores_handover
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_handover ENABLE ALWAYS TRIGGER stores_handover_rows_stay;
CREATE OR REPLACE TRIGGER stores_handover_never_emptied BEFORE TRUNCATE ON stores_handover
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_handover ENABLE ALWAYS TRIGGER stores_handover_never_emptied;
CREATE OR REPLACE TRIGGER stores_shiftcount_rows_stay BEFORE UPDATE OR DELETE ON stores_shiftcount
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shiftcount ENABLE ALWAYS TRIGGER stores_shiftcount_rows_stay;
CREATE OR REPLACE TRIGGER stores_shiftcount_never_emptied BEFORE TRUNCATE ON stores_shiftcount
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shiftcount ENABLE ALWAYS TRIGGER stores_shiftcount_never_emptied;

-- A shift changes hands and is closed once; all else about it stays as it was opened.
CREATE OR REPLACE FUNCTION stores_shift_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'shift % is closed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.store_id, NEW.till_id, NEW.business_date, NEW.opened_by_id,
        NEW.opened_at, NEW.opening_float)
        IS DISTINCT FROM
       (OLD.id, OLD.store_id, OLD.till_id, OLD.business_date, OLD.opened_by_id,
        OLD.opened_at, OLD.opening_float) THEN
        RAISE EXCEPTION 'the opening of shift % is refused a change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER stores_shift_stays_as_opened BEFORE UPDATE ON stores_shift
    FOR EACH ROW EXECUTE FUNCTION stores_shift_guard();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_stays_as_opened;
CREATE OR REPLACE TRIGGER stores_shift_rows_stay BEFORE DELETE ON stores_shift
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_rows_stay;
CREATE OR REPLACE TRIGGER stores_shift_never_emptied BEFORE TRUNCATE ON stores_shift
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_never_emptied;

-- Counts belong to the close and hand-overs to an open shift: none comes afterwards.
CREATE OR REPLACE FUNCTION stores_shift_must_be_open() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (SELECT closed_at FROM public.stores_shift WHERE id = NEW.shift_id) IS NOT NULL THEN
        RAISE EXCEPTION 'shift % is closed', NEW.shift_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER stores_shiftcount_of_an_open_shift BEFORE INSERT ON stores_shiftcount
    FOR EACH ROW EXECUTE FUNCTION stores_shift_must_be_open();
ALTER TABLE stores_shiftcount ENABLE ALWAYS TRIGGER stores_shiftcount_of_an_open_shift;
CREATE OR REPLACE TRIGGER stores_handover_of_an_open_shift BEFORE INSERT ON stores_handover
    FOR EACH ROW EXECUTE FUNCTION stores_shift_must_be_open();
ALTER TABLE stores_handover ENABLE ALWAYS TRIGGER stores_handover_of_an_open_shift;

-- An approval is asked for, approved once and used once; what was asked never changes.
CREATE OR REPLACE FUNCTION stores_approval_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.id, NEW.act, NEW.store_id, NEW.shift_id, NEW.maker_id, NEW.beneficiary_id,
        NEW.amount, NEW.reason, NEW.subject, NEW.requested_at)
        IS DISTINCT FROM
       (OLD.id, OLD.act, OLD.store_id, OLD.shift_id, OLD.maker_id, OLD.beneficiary_id,
        OLD.amount, OLD.reason, OLD.subject, OLD.requested_at) THEN
        RAISE EXCEPTION 'what approval % was asked for is refused a change', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.approved_at IS NOT NULL
       AND (NEW.checker_id, NEW.approved_at)
           IS DISTINCT FROM (OLD.checker_id, OLD.approved_at) THEN
        RAISE EXCEPTION 'approval % is given already', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at THEN
        RAISE EXCEPTION 'approval % is used already', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER stores_approval_stays_as_asked BEFORE UPDATE ON stores_approval
    FOR EACH ROW EXECUTE FUNCTION stores_approval_guard();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_stays_as_asked;
CREATE OR REPLACE TRIGGER stores_approval_rows_stay BEFORE DELETE ON stores_approval
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_rows_stay;
CREATE OR REPLACE TRIGGER stores_approval_never_emptied BEFORE TRUNCATE ON stores_approval
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_never_emptied;
