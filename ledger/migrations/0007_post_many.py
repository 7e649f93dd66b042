from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Many entries at once, each as if it came alone."""

    dependencies = [("ledger", "0006_facts_read_once")]
    operations = [
        migrations.RunSQL(
            (SQL / "post_many.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION ledger_post_many",
        ),
    ]
