from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The door through which events come in, and what no hand may change afterwards."""

    dependencies = [("outbox", "0001_initial"), ("ledger", "0002_enforce")]
    operations = [
        migrations.RunSQL(
            (SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in ("record.sql", "guards.sql")
    ]
