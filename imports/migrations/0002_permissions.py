from django.db import migrations

GIVEN = {
    "head-office": [
        "imports.apply_import",
        "imports.upload_file",
        "imports.view_externalref",
        "imports.view_importjob",
    ],
    "auditor": ["imports.view_externalref", "imports.view_importjob"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Head office moves in; auditors see what was brought along."""

    dependencies = [("imports", "0001_initial"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
