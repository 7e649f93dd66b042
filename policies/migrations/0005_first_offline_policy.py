from datetime import UTC, datetime

from django.db import migrations

GIVEN = {
    "head-office": ["policies.view_offlinepolicy", "policies.add_offlinepolicy"],
    "auditor": ["policies.view_offlinepolicy"],
    "store-manager": ["policies.view_offlinepolicy"],
}


def begin(apps, schema_editor):
    apps.get_model("policies", "OfflinePolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Three days back and five minutes ahead; head office publishes another."""

    dependencies = [("policies", "0004_offline_policy")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
