from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Looks up whether the guest set a payment code, too."""

    dependencies = [
        ("checkout", "0007_guards_that_stay"),
        ("stored_value", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "look.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
