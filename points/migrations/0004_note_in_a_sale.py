from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Lets a sale write what it spent and earned in its one statement."""

    dependencies = [("points", "0003_permissions")]
    operations = [
        migrations.RunSQL(
            (SQL / "note.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION points_note_redemption; DROP FUNCTION points_note_accrual;",
        ),
    ]
