-- The yardstick's tables: the same columns, checks, indexes, keys and rows as the books,
-- in a schema of their own, without the books' triggers.
CREATE SCHEMA plain;
DO $$
DECLARE
  v_tables text[] := ARRAY['ledger_unit', 'ledger_account', 'ledger_entry', 'ledger_posting', 'ledger_lot', 'ledger_lotuse'];
  v_table text;
  v_row record;
BEGIN
  FOREACH v_table IN ARRAY v_tables LOOP
    EXECUTE format('CREATE TABLE plain.%I (LIKE public.%I INCLUDING ALL EXCLUDING INDEXES)', v_table, v_table);
    FOR v_row IN SELECT unnest(reloptions) AS option FROM pg_class
                  WHERE oid = format('public.%I', v_table)::regclass LOOP
      EXECUTE format('ALTER TABLE plain.%I SET (%s)', v_table, v_row.option);
    END LOOP;
    EXECUTE format('INSERT INTO plain.%I OVERRIDING SYSTEM VALUE SELECT * FROM public.%I ORDER BY id', v_table, v_table);
    FOR v_row IN SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
                  WHERE indrelid = format('public.%I', v_table)::regclass LOOP
      EXECUTE replace(v_row.definition, ' ON public.', ' ON plain.');
    END LOOP;
  END LOOP;

  -- Keys between the books' tables stay among the copies; those to stores stay as they are.
  FOR v_row IN SELECT conname, conrelid::regclass::text AS on_table, pg_get_constraintdef(oid) AS definition
                 FROM pg_constraint
                WHERE contype = 'f' AND conrelid::regclass::text = ANY (v_tables) LOOP
    EXECUTE format('ALTER TABLE plain.%I ADD CONSTRAINT %I %s', v_row.on_table, v_row.conname,
                   replace(v_row.definition, 'REFERENCES ledger_', 'REFERENCES plain.ledger_'));
  END LOOP;

  FOR v_row IN SELECT n.oid::regclass AS on_table, a.attname,
                      pg_get_serial_sequence(n.oid::regclass::text, a.attname) AS numbers
                 FROM pg_class n JOIN pg_attribute a ON a.attrelid = n.oid
                WHERE n.relnamespace = 'plain'::regnamespace AND n.relkind = 'r' AND a.attidentity <> '' LOOP
    EXECUTE format('SELECT setval(%L, (SELECT coalesce(max(%I), 0) + 1 FROM %s))',
                   v_row.numbers, v_row.attname, v_row.on_table);
  END LOOP;
END
$$;
