from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "refunds.sql"


class Migration(migrations.Migration):
    """A sale that is void has no other refund."""

    dependencies = [("checkout", "0003_permissions")]
    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
