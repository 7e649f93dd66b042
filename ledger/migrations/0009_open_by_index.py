from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Accounts are found by their index, however many are asked for at once."""

    dependencies = [("ledger", "0008_find_before_opening")]
    operations = [
        migrations.RunSQL(
            (SQL / "accounts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
