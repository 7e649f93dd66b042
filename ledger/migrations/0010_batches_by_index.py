from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A batch looks its accounts and lots up, however many others there are."""

    dependencies = [("ledger", "0009_open_by_index")]
    operations = [
        migrations.RunSQL(
            (SQL / "post_many.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
