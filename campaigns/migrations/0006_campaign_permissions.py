from django.db import migrations

ALL = [
    "view_campaign",
    "add_campaign",
    "change_campaign",
    "start_campaign",
    "stop_campaign",
    "view_journey",
    "view_grant",
]
GIVEN = {
    "head-office": ALL,
    "marketing": ALL,
    "store-manager": ["view_campaign", "view_journey", "view_grant"],
    "auditor": ["view_campaign", "view_journey", "view_grant"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        more = {f"campaigns.{verb}" for verb in GIVEN[role.code]}
        role.permissions = sorted({*role.permissions, *more})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Marketing plans, starts and stops; a store's manager sees what runs there."""

    dependencies = [
        ("campaigns", "0005_campaigns"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
