from datetime import UTC, datetime

from django.db import migrations


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
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
