from django.db import migrations

GIVEN = {
    "head-office": ["view_segment", "add_segment", "change_segment"],
    "marketing": ["view_segment", "add_segment", "change_segment"],
    "store-manager": ["view_segment", "add_segment", "change_segment"],
    "auditor": ["view_segment", "view_segmentversion"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        more = {f"campaigns.{verb}" for verb in GIVEN[role.code]}
        role.permissions = sorted({*role.permissions, *more})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Marketing says whom it means; a store's manager among the store's own guests."""

    dependencies = [
        ("campaigns", "0001_segments"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
