from django.db import migrations

SEES = ["tiers.view_tier", "tiers.view_standing"]
COUNTER = [*SEES, "tiers.sell_tier"]
MANAGER = [
    *COUNTER,
    "tiers.refund_tier",
    "tiers.give_tier",
    "tiers.view_standingchange",
    "tiers.view_tiergrant",
    "tiers.view_tierpolicy",
]
AUDITOR = [
    *SEES,
    "tiers.view_standingchange",
    "tiers.view_tiergrant",
    "tiers.view_tierpolicy",
    "tiers.view_tierreview",
]
GIVEN = {
    "cashier": COUNTER,
    "shift-lead": COUNTER,
    "store-manager": MANAGER,
    "head-office": [
        *MANAGER,
        *AUDITOR,
        "tiers.add_tier",
        "tiers.change_tier",
        "tiers.add_tierpolicy",
        "tiers.review_tiers",
    ],
    "marketing": [*SEES, "tiers.view_standingchange", "tiers.view_tierpolicy"],
    "auditor": AUDITOR,
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """The counter sells tiers, managers give them, head office builds the ladder."""

    dependencies = [("tiers", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
