from datetime import UTC, datetime

from django.db import migrations


def begin(apps, schema_editor):
    apps.get_model("gift_cards", "GiftCardPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """The rules that gift cards begin with, and what no hand may change afterwards."""

    dependencies = [
        ("gift_cards", "0001_initial"),
        ("policies", "0002_first_version"),
        ("ledger", "0002_enforce"),
    ]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
