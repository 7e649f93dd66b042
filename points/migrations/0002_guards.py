from datetime import UTC, datetime

from django.db import migrations


def begin(apps, schema_editor):
    apps.get_model("points", "PointsPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """The rules that every shop begins with, and what never turns back."""

    dependencies = [
        ("points", "0001_initial"),
        ("policies", "0002_first_version"),
        ("ledger", "0003_lock_and_take_back"),
    ]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
