"""Everything that a database is made of, to compare two of them object by object."""

from typing import Any

import psycopg

_OBJECTS = """
SELECT 'table ' || c.relname,
       concat_ws(' ', c.relkind, c.relpersistence, c.reloptions, c.relacl,
                 c.relrowsecurity, c.relreplident, obj_description(c.oid, 'pg_class'))
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'v', 'm', 'S', 'p')
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname,
       concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
                 format_type(a.atttypid, a.atttypmod), a.attnotnull,
                 a.attidentity, a.attgenerated, a.attacl, n.collname,
                 pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
  LEFT JOIN pg_collation n ON n.oid = a.attcollation
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
   AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint ' || coalesce(c.relname, t.typname) || ' ' || k.conname,
       concat_ws(' ', k.contype, k.condeferrable, k.condeferred, k.convalidated,
                 pg_get_constraintdef(k.oid))
  FROM pg_constraint k
  LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
 WHERE k.connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || c.relname,
       concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready,
                 c.reloptions)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger ' || c.relname || ' ' || t.tgname,
       concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'function ' || p.oid::regprocedure::text,
       concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl)
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
UNION ALL
SELECT 'view ' || c.relname, pg_get_viewdef(c.oid)
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
UNION ALL
SELECT 'domain ' || t.typname,
       concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull,
                 t.typdefault, t.typacl)
  FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'd'
UNION ALL
SELECT 'sequence ' || s.seqrelid::regclass::text,
       concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
                 s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
                 (SELECT concat_ws(' ', d.deptype, d.refobjid::regclass, d.refobjsubid)
                    FROM pg_depend d WHERE d.objid = s.seqrelid
                     AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
 WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'extension ' || extname, extversion FROM pg_extension
UNION ALL
SELECT 'role ' || code, permissions::text FROM stores_role
UNION ALL
SELECT 'permission ' || codename || ' ' || c.app_label || '.' || c.model, name
  FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
UNION ALL
SELECT 'migration ' || app || ' ' || name, '' FROM django_migrations
"""


def objects(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """What each object of `public` is, by its name, privileges included."""
    rows = connection.execute(_OBJECTS).fetchall()
    found = dict(rows)
    assert len(found) == len(rows), "two objects of one name"
    return found
