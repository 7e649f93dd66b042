"""What a test that commits leaves behind, and how it is swept away."""

from django.db import connection, transaction

# What migrations put there; a test that commits leaves it alone.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "stores_role",
    "stores_rolepermission",
    "stores_rolelimit",
}


def clear() -> None:
    """Empty the tables after a test that commits; the books refuse it otherwise."""
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables)
    guarded = _tables_with_triggers()
    # In one transaction: interrupted, it must not leave the guards off.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, trigger in guarded:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"')
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY")
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
