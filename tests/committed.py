"""What a test that commits leaves behind, and how it is swept away."""

from django.db import connection, transaction

# What migrations put there; a test that commits leaves it alone.
KEPT = {
    "django_migrations",
    "installed_sql",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "stores_role",
    "stores_rolepermission",
    "stores_rolelimit",
}

_OF_MIGRATIONS = (
    "FROM messaging_messagetemplateversion WHERE published_at < '1971-01-01'"
)
# The first of these are migrations', and stay with the numbers given out so far.
FIRST = {
    "members_consenttext": "version > 1",
    "messaging_messagetemplate": f"id NOT IN (SELECT template_id {_OF_MIGRATIONS})",
    "messaging_messagetemplateversion": "published_at >= '1971-01-01'",
    "messaging_messagetext": f"version_id NOT IN (SELECT id {_OF_MIGRATIONS})",
    **dict.fromkeys(
        ("stores_tenderkind", "stores_historicaltenderkind"),
        "code NOT IN ('cash', 'card', 'wechat', 'alipay')",
    ),
}

# A file of no bytes holds no row; one of some may hold those of a test rolled back.
WRITTEN = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND pg_relation_size(oid) > 0
"""
GUARDS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgenabled = 'A'
"""
# The next row is the first again: the same seed must make the same house.
COUNT_ANEW = """
SELECT setval(s.seqrelid, 1, t.relname LIKE '%%policy') FROM pg_sequence s
JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass
  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> ALL(%s)
  AND pg_sequence_last_value(s.seqrelid) IS NOT NULL
"""
# As after TRUNCATE: a table known to be empty gets plans for an empty one later too.
NOTHING_KNOWN = """
UPDATE pg_class SET reltuples = -1, relpages = 0
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
  AND reltuples >= 0
"""
KEPT_THAT_POINT_AWAY = """
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
  AND confrelid::regclass::text <> ALL(%s)
"""


def clear() -> None:
    """Empty the tables after a test that commits; the books refuse it otherwise.

    Most tests write into a few tables of very many: only those are emptied, and by
    DELETE, for TRUNCATE makes new files for every table that points at them.
    """
    # In one transaction: interrupted, it must not leave the guards off.
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _with_rows()
        cursor.execute(KEPT_THAT_POINT_AWAY, [sorted(KEPT), sorted(KEPT)])
        astray = cursor.fetchall()
        assert not astray, f"{astray} would point at rows that are gone"
        cursor.execute(GUARDS)
        guards = [(table, guard) for table, guard in cursor if table in tables]
        # All goes, in any order: nothing can be left that points at nothing.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, guard in guards:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{guard}"')
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"{_all_but_what_is_first(table)}')
        for table, guard in guards:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{guard}"')
        cursor.execute(COUNT_ANEW, [sorted({*KEPT, *FIRST})])
        cursor.execute(NOTHING_KNOWN)


def _with_rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        written = sorted({table for (table,) in cursor} - KEPT)
        if not written:
            return []
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS"
                f' (SELECT FROM "{table}"{_all_but_what_is_first(table)})'
                for table in written
            )
        )
        return [table for (table,) in cursor]


def _all_but_what_is_first(table: str) -> str:
    """The first version of a policy is a migration's."""
    later = "number > 1" if table.endswith("policy") else FIRST.get(table)
    return f" WHERE {later}" if later else ""
