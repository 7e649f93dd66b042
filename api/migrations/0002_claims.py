from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A request is claimed and remembered in one round trip each."""

    dependencies = [("api", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "answers.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION api_remember; DROP FUNCTION api_claim;",
        ),
    ]
