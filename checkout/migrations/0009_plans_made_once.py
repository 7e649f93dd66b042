from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Looks up and settles with plans that are made once for a connection."""

    dependencies = [("checkout", "0008_ask_who_set_a_code")]
    operations = [
        migrations.RunSQL(
            (SQL / f"{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        )
        for name in ("look", "capture")
    ]
