from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What the database itself refuses, and the functions through which value moves."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in (
            "append_only.sql",
            "accounts.sql",
            "post_entry.sql",
            "expire_lots.sql",
            "last_written.sql",
        )
    ]
