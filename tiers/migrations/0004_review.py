from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Periods and the review, in the database: a million members are a few calls."""

    dependencies = [("tiers", "0003_permissions")]
    operations = [
        migrations.RunSQL(
            (SQL / f"{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in ("periods", "review")
    ]
