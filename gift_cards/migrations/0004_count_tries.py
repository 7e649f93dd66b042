from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Wrong tries are read after the card's lock, not before."""

    dependencies = [("gift_cards", "0003_permissions")]
    operations = [
        migrations.RunSQL(
            (SQL / "tries.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
