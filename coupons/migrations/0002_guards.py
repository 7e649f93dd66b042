from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def begin(apps, schema_editor):
    apps.get_model("coupons", "CouponsPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """The database itself keeps promises as they were made, and coupons on their way."""

    dependencies = [
        ("coupons", "0001_initial"),
        ("ledger", "0002_enforce"),
        ("policies", "0002_first_version"),
    ]
    operations = [
        *(
            migrations.RunSQL(
                (SQL / f"{name}.sql").read_text(encoding="utf-8"),
                migrations.RunSQL.noop,
            )
            for name in ("graph", "guards")
        ),
        migrations.RunSQL(
            "SELECT policies_keep_forever('coupons_couponspolicy');",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
