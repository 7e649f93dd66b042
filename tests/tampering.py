"""Changing rows as the database's own superuser could: triggers off, change, on."""

from django.db import connection

BOOKS = tuple(
    f"ledger_{table}"
    for table in (
        "account",
        "entry",
        "posting",
        "lot",
        "lotuse",
        "reversed",
        "seal",
        "proofrun",
    )
)


def tamper(sql: str, *, tables: tuple[str, ...] = BOOKS) -> None:
    """Run `sql` with the triggers of these tables off; the books' unless said."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        assert cursor.rowcount, f"nothing was changed by {sql}"
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
                f" AND tgrelid = '{table}'::regclass"
            )
            for (trigger,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
