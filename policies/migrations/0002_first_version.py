from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def begin(apps, schema_editor):
    apps.get_model("policies", "ShopPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """The rules that every shop begins with, and the lock on what was published."""

    dependencies = [("policies", "0001_initial"), ("ledger", "0002_enforce")]
    operations = [
        migrations.RunSQL(
            (SQL / "keep_forever.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
