from django.db import migrations

ROLES = ["cashier", "shift-lead"]
UNDO = [
    "checkout.refund_sale",
    "checkout.void_sale",
    "coupons.refund_pass",
    "gift_cards.void_gift_card",
    "stored_value.refund_top_up",
]


def give(apps, schema_editor):
    """Nothing alone: a limit of 0 asks for an approver each time."""
    for role in apps.get_model("stores", "Role").objects.filter(code__in=ROLES):
        new = sorted({*UNDO} - {*role.permissions})
        for permission in new:
            apps.get_model("stores", "RoleLimit").objects.get_or_create(
                role=role, act=permission, defaults={"per_act": 0, "per_shift": 0}
            )
        role.permissions = sorted({*role.permissions, *new})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Lets cashiers start a refund or an undo with an approver beside them."""

    dependencies = [
        ("checkout", "0021_figures_in_plain_words"),
        ("coupons", "0003_permissions"),
        ("gift_cards", "0003_permissions"),
        ("stored_value", "0003_permissions"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
