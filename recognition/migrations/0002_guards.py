from datetime import UTC, datetime

from django.db import migrations


def begin(apps, schema_editor):
    apps.get_model("recognition", "RecognitionPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


class Migration(migrations.Migration):
    """What was noted stays; visits are noted and added up; the first rules."""

    dependencies = [
        ("recognition", "0001_initial"),
        ("policies", "0002_first_version"),
        ("ledger", "0002_enforce"),
    ]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
