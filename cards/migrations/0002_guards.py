from datetime import UTC, datetime

from django.db import migrations


def begin(apps, schema_editor):
    apps.get_model("cards", "CardsPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """Dead cards stay dead, and the first rules of what a card alone may do."""

    dependencies = [
        ("cards", "0001_initial"),
        ("ledger", "0002_enforce"),
        ("policies", "0002_first_version"),
    ]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
