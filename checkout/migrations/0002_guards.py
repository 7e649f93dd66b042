from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
KEPT = ("checkoutpolicy", "salediscount", "refund", "refundpart")


def begin(apps, schema_editor):
    apps.get_model("checkout", "CheckoutPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """The database itself keeps what was settled."""

    dependencies = [
        ("checkout", "0001_initial"),
        ("ledger", "0002_enforce"),
        ("policies", "0002_first_version"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "guards.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
        *(
            migrations.RunSQL(
                f"SELECT policies_keep_forever('checkout_{table}');",
                migrations.RunSQL.noop,
            )
            for table in KEPT
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
