-- The columns of a table: what they hold, what they point to, whether no two rows may share what stands there.
SELECT c.column_name, c.data_type, c.character_maximum_length,
       (SELECT f.confrelid::regclass::text FROM pg_constraint f
         WHERE f.conrelid = (%(table)s::text)::regclass AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] LIMIT 1),
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = (%(table)s::text)::regclass AND i.indisunique AND a.attnum = ANY (i.indkey::int2[])
                  AND (i.indnkeyatts = 1 OR c.column_name = 'reference'))
  FROM information_schema.columns c
  JOIN pg_attribute a ON a.attrelid = (%(table)s::text)::regclass AND a.attname = c.column_name
 WHERE c.table_schema = 'public' AND c.table_name = %(table)s::text AND c.is_generated = 'NEVER'
 ORDER BY c.ordinal_position
