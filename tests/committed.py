"""What a test that commits leaves behind, and how it is swept away."""

from django.db import connection, transaction

# What migrations put there; a test that commits leaves it alone.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "members_consenttext",
    "stores_role",
    "stores_rolepermission",
    "stores_rolelimit",
}


def clear() -> None:
    """Empty the tables after a test that commits; the books refuse it otherwise."""
    everything = set(connection.introspection.table_names())
    policies = sorted(table for table in everything if table.endswith("policy"))
    tables = sorted(everything - KEPT)
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables)
    guarded = _tables_with_triggers()
    # In one transaction: interrupted, it must not leave the guards off.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, trigger in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        for table in policies:  # the first version is a migration's
            cursor.execute(
                f'CREATE TEMP TABLE "first_{table}" ON COMMIT DROP AS'
                f' SELECT * FROM "{table}" WHERE number = 1'
            )
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY")
        for table in policies:
            cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "first_{table}"')
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in guarded:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{trigger}"')


def _tables_with_triggers() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgenabled = 'A' AND t.tgname LIKE '%never_%'"
        )
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows
