from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A hold's note may name a person: it can be wiped, and never rewritten."""

    dependencies = [("stored_value", "0003_permissions")]
    operations = [
        migrations.RunSQL(
            (SQL / "hold_guard.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
