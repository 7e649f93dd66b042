from datetime import UTC, datetime

from django.db import migrations


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
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
