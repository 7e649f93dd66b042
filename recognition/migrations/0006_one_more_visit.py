from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A visit more is counted without adding all of a guest's visits up again."""

    dependencies = [("recognition", "0005_wait_for_merges")]
    operations = [
        migrations.RunSQL(
            (SQL / "visits.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
