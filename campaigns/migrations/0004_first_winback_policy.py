from datetime import UTC, datetime

from django.db import migrations

GIVEN = {
    "head-office": ["view_winbackpolicy", "add_winbackpolicy", "view_winbackreview"],
    "marketing": ["view_winbackpolicy", "view_winbackreview"],
    "auditor": ["view_winbackpolicy", "view_winbackreview"],
}


def begin(apps, schema_editor):
    apps.get_model("campaigns", "WinBackPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        more = {f"campaigns.{verb}" for verb in GIVEN[role.code]}
        role.permissions = sorted({*role.permissions, *more})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """When a regular is missed, as every shop begins, and who may say so."""

    dependencies = [("campaigns", "0003_winback"), ("stores", "0003_first_roles")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
