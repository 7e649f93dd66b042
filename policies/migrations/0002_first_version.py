from datetime import UTC, datetime

from django.db import migrations


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
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
