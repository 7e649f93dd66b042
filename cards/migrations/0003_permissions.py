from django.db import migrations

COUNTER = [
    "cards.view_card",
    "cards.view_cardkind",
    "cards.issue_card",
    "cards.bind_card",
    "cards.report_loss",
]
LEAD = [*COUNTER, "cards.find_card", "cards.replace_card", "cards.renew_card"]
AUDITOR = [
    "cards.view_card",
    "cards.view_cardevent",
    "cards.view_cardkind",
    "cards.view_cardspolicy",
    "cards.view_stockbatch",
    "cards.view_walletshare",
    "cards.view_shareuse",
]
MANAGER = [
    *LEAD,
    *AUDITOR,
    "cards.close_card",
    "cards.add_walletshare",
    "cards.change_walletshare",
]
GIVEN = {
    "cashier": COUNTER,
    "shift-lead": LEAD,
    "store-manager": MANAGER,
    "head-office": [
        *MANAGER,
        "cards.make_stock",
        "cards.export_stock",
        "cards.add_cardkind",
        "cards.change_cardkind",
        "cards.add_cardspolicy",
    ],
    "marketing": ["cards.view_cardkind"],
    "auditor": AUDITOR,
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """The counter issues cards, managers close and share, head office makes stock."""

    dependencies = [("cards", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
