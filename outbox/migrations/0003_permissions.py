from django.db import migrations

SEE = ["outbox.view_delivery", "outbox.view_webhookendpoint"]
MANAGE = [*SEE, "outbox.manage_webhooks"]
GIVEN = {"store-manager": MANAGE, "head-office": MANAGE, "auditor": SEE}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Who runs a store, or all of them, says which programs are told of it."""

    dependencies = [("outbox", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
