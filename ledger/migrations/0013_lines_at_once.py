from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """The postings, lots and balances of an entry are written by one statement each."""

    dependencies = [("ledger", "0012_succession")]
    operations = [
        migrations.RunSQL(
            (SQL / "post_entry.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
