from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What expired says so by its kind: a member's statement shows no code beside it."""

    dependencies = [("ledger", "0013_lines_at_once")]
    operations = [
        migrations.RunSQL(
            (SQL / "expire_lots.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
