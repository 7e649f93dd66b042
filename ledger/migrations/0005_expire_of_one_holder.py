from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """What is due can be expired of one holder alone, ahead of the sweep."""

    dependencies = [("ledger", "0004_prolong_and_revive")]
    operations = [
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS"
            " ledger_expire_lots(timestamptz, int, text, text, date);"
            + (SQL / "expire_lots.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
