from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """An account that is there is found, without trying to open it again."""

    dependencies = [("ledger", "0007_post_many")]
    operations = [
        migrations.RunSQL(
            (SQL / "accounts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
