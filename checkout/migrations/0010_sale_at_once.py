from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A sale, its lines, discounts and payments are written by one statement."""

    dependencies = [("checkout", "0009_plans_made_once")]
    operations = [
        migrations.RunSQL(
            (SQL / "capture.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
