-- The foreign keys of a table, of one column each.
SELECT a.attname, f.confrelid::regclass::text, b.attname
  FROM pg_constraint f
  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
  JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[1]
 WHERE f.contype = 'f' AND f.conrelid = (%(table)s::text)::regclass AND cardinality(f.conkey) = 1
