from django.db import migrations

APPEND_ONLY = ("stores_auditevent", "stores_handover", "stores_shiftcount")

REFUSE = """
-- What is once written here stays: whoever asks, and also for a replica's session.
CREATE FUNCTION stores_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

APPEND_ONLY_ON = """
CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows_stay;
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_never_emptied;
"""

APPEND_ONLY_OFF = """
DROP TRIGGER {table}_never_emptied ON {table};
DROP TRIGGER {table}_rows_stay ON {table};
"""

SHIFT = """
-- A shift changes hands and is closed once; all else about it stays as it was opened.
CREATE FUNCTION stores_shift_guard() RETURNS trigger
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
CREATE TRIGGER stores_shift_stays_as_opened BEFORE UPDATE ON stores_shift
    FOR EACH ROW EXECUTE FUNCTION stores_shift_guard();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_stays_as_opened;
CREATE TRIGGER stores_shift_rows_stay BEFORE DELETE ON stores_shift
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_rows_stay;
CREATE TRIGGER stores_shift_never_emptied BEFORE TRUNCATE ON stores_shift
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_shift ENABLE ALWAYS TRIGGER stores_shift_never_emptied;

-- Counts belong to the close and hand-overs to an open shift: none comes afterwards.
CREATE FUNCTION stores_shift_must_be_open() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (SELECT closed_at FROM public.stores_shift WHERE id = NEW.shift_id) IS NOT NULL THEN
        RAISE EXCEPTION 'shift % is closed', NEW.shift_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stores_shiftcount_of_an_open_shift BEFORE INSERT ON stores_shiftcount
    FOR EACH ROW EXECUTE FUNCTION stores_shift_must_be_open();
ALTER TABLE stores_shiftcount ENABLE ALWAYS TRIGGER stores_shiftcount_of_an_open_shift;
CREATE TRIGGER stores_handover_of_an_open_shift BEFORE INSERT ON stores_handover
    FOR EACH ROW EXECUTE FUNCTION stores_shift_must_be_open();
ALTER TABLE stores_handover ENABLE ALWAYS TRIGGER stores_handover_of_an_open_shift;
"""

SHIFT_OFF = """
DROP TRIGGER stores_handover_of_an_open_shift ON stores_handover;
DROP TRIGGER stores_shiftcount_of_an_open_shift ON stores_shiftcount;
DROP FUNCTION stores_shift_must_be_open;
DROP TRIGGER stores_shift_never_emptied ON stores_shift;
DROP TRIGGER stores_shift_rows_stay ON stores_shift;
DROP TRIGGER stores_shift_stays_as_opened ON stores_shift;
DROP FUNCTION stores_shift_guard;
"""

APPROVAL = """
-- An approval is asked for, approved once and used once; what was asked never changes.
CREATE FUNCTION stores_approval_guard() RETURNS trigger
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
CREATE TRIGGER stores_approval_stays_as_asked BEFORE UPDATE ON stores_approval
    FOR EACH ROW EXECUTE FUNCTION stores_approval_guard();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_stays_as_asked;
CREATE TRIGGER stores_approval_rows_stay BEFORE DELETE ON stores_approval
    FOR EACH ROW EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_rows_stay;
CREATE TRIGGER stores_approval_never_emptied BEFORE TRUNCATE ON stores_approval
    FOR EACH STATEMENT EXECUTE FUNCTION stores_refuse_change();
ALTER TABLE stores_approval ENABLE ALWAYS TRIGGER stores_approval_never_emptied;
"""

APPROVAL_OFF = """
DROP TRIGGER stores_approval_never_emptied ON stores_approval;
DROP TRIGGER stores_approval_rows_stay ON stores_approval;
DROP TRIGGER stores_approval_stays_as_asked ON stores_approval;
DROP FUNCTION stores_approval_guard;
"""

# A shift's till stands in the shift's store.
TILL_OF_STORE = """
ALTER TABLE stores_shift ADD CONSTRAINT stores_shift_till_is_of_store
    FOREIGN KEY (till_id, store_id) REFERENCES stores_till (id, store_id);
"""
TILL_OF_STORE_OFF = (
    "ALTER TABLE stores_shift DROP CONSTRAINT stores_shift_till_is_of_store;"
)


class Migration(migrations.Migration):
    """The database itself keeps the log, the shifts and the approvals as they were."""

    dependencies = [("stores", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION stores_refuse_change;"),
        *(
            migrations.RunSQL(
                APPEND_ONLY_ON.format(table=table), APPEND_ONLY_OFF.format(table=table)
            )
            for table in APPEND_ONLY
        ),
        migrations.RunSQL(SHIFT, SHIFT_OFF),
        migrations.RunSQL(APPROVAL, APPROVAL_OFF),
        migrations.RunSQL(TILL_OF_STORE, TILL_OF_STORE_OFF),
    ]
