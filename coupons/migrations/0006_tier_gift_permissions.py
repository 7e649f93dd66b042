from django.db import migrations

GIVEN = {
    "head-office": ["view", "add", "change"],
    "marketing": ["view", "add", "change"],
    "store-manager": ["view"],
    "auditor": ["view"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        more = {f"coupons.{verb}_tiergift" for verb in GIVEN[role.code]}
        role.permissions = sorted({*role.permissions, *more})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Marketing says what a tier gives."""

    dependencies = [("coupons", "0005_tier_gifts")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
