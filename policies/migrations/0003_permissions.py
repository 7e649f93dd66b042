from django.db import migrations

GIVEN = {
    "head-office": ["policies.view_shoppolicy", "policies.add_shoppolicy"],
    "auditor": ["policies.view_shoppolicy"],
    "store-manager": ["policies.view_shoppolicy"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Head office publishes the house's rules; managers and auditors read them."""

    dependencies = [("policies", "0002_first_version"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
