from django.db import migrations

SEE = ["messaging.view_message"]
STORE_MANAGER = [*SEE, "messaging.cancel_message", "messaging.view_messagetemplate"]
MARKETING = [
    *STORE_MANAGER,
    "messaging.change_messagetemplate",
]
GIVEN = {
    "store-manager": STORE_MANAGER,
    "head-office": MARKETING,
    "marketing": MARKETING,
    "auditor": [*SEE, "messaging.view_messagetemplate"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Managers see what was written, marketing and head office write the words."""

    dependencies = [("messaging", "0001_initial"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
