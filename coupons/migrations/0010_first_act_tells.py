from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """A key that is new is told so by one look, without joining what it asks."""

    dependencies = [("coupons", "0009_use_pass")]
    operations = [
        migrations.RunSQL(
            (SQL / "redeem.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
