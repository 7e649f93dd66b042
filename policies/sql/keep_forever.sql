-- Rows of this table are written once: never changed, deleted or truncated.
CREATE OR REPLACE FUNCTION policies_keep_forever(p_table text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()', p_table || '_never_changed', p_table);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', p_table, p_table || '_never_changed');
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', p_table || '_never_truncated', p_table);
  EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', p_table, p_table || '_never_truncated');
END
$$;

SELECT policies_keep_forever('policies_shoppolicy');
SELECT policies_keep_forever('policies_offlinepolicy');
