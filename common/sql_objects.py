"""What the database runs of its own: its functions, triggers and views, as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connection

_OBJECTS: Final = """
WITH objects (name, mark, definition, dropping) AS (
SELECT 'function ' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')',
       p.xmin::text || p.ctid::text,
       CASE WHEN %(whole)s THEN pg_get_functiondef(p.oid) END,
       format('DROP ROUTINE %%s', p.oid::regprocedure)
  FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                      AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || c.relname, t.xmin::text || t.ctid::text,
       CASE WHEN %(whole)s THEN t.tgenabled::text || pg_get_triggerdef(t.oid) END,
       format('DROP TRIGGER %%I ON %%s', t.tgname, t.tgrelid::regclass)
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'view ' || c.relname, r.xmin::text || r.ctid::text,
       CASE WHEN %(whole)s THEN pg_get_viewdef(c.oid) END,
       format('DROP VIEW %%s', c.oid::regclass)
  FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
)
SELECT name, mark, encode(sha256(convert_to(definition, 'UTF8')), 'hex'), dropping
  FROM objects
"""


@dataclass(frozen=True, slots=True)
class DatabaseObject:
    """Its mark changes whenever it is written, its digest with what it is."""

    mark: str
    digest: str | None
    drop: str


@contextmanager
def names_as_in_public() -> Iterator[None]:
    """Definitions are written the same whatever path the session searches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        (path,) = cursor.fetchone()
        cursor.execute("SELECT set_config('search_path', 'public', true)")
        yield
        cursor.execute("SELECT set_config('search_path', %s, true)", [path])


def objects(*, whole: bool = True) -> dict[str, DatabaseObject]:
    """All of `public` but of extensions, by name; only the `whole` have digests."""
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS, {"whole": whole})
        return {name: DatabaseObject(*rest) for name, *rest in cursor.fetchall()}
