from django.db import migrations

CASHIER = ["checkout.capture_sale", "checkout.view_sale"]
SHIFT_LEAD = [
    *CASHIER,
    "checkout.refund_sale",
    "checkout.view_refund",
    "checkout.void_sale",
]
STORE_MANAGER = [
    *SHIFT_LEAD,
    "checkout.view_billoffer",
    "checkout.view_checkoutpolicy",
    "checkout.view_nextvisitgift",
]
HEAD_OFFICE = [
    *STORE_MANAGER,
    "checkout.add_billoffer",
    "checkout.add_checkoutpolicy",
    "checkout.add_nextvisitgift",
    "checkout.change_billoffer",
    "checkout.change_nextvisitgift",
]
MARKETING = [
    "checkout.add_billoffer",
    "checkout.add_nextvisitgift",
    "checkout.change_billoffer",
    "checkout.change_nextvisitgift",
    "checkout.view_billoffer",
    "checkout.view_nextvisitgift",
]
AUDITOR = [
    "checkout.view_billoffer",
    "checkout.view_checkoutpolicy",
    "checkout.view_nextvisitgift",
    "checkout.view_refund",
    "checkout.view_sale",
]
GIVEN = {
    "cashier": CASHIER,
    "shift-lead": SHIFT_LEAD,
    "store-manager": STORE_MANAGER,
    "head-office": HEAD_OFFICE,
    "marketing": MARKETING,
    "auditor": AUDITOR,
}
# Minor units: what one act may move alone, and all of them in a shift.
LIMITS = [
    ("shift-lead", "checkout.refund_sale", 500_00, 2_000_00),
    ("shift-lead", "checkout.void_sale", 500_00, 2_000_00),
    ("store-manager", "checkout.refund_sale", 5_000_00, 20_000_00),
    ("store-manager", "checkout.void_sale", 5_000_00, 20_000_00),
]


def give(apps, schema_editor):
    roles = {}
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])
        roles[role.code] = role
    for code, act, per_act, per_shift in LIMITS:
        if code in roles:
            apps.get_model("stores", "RoleLimit").objects.get_or_create(
                role=roles[code],
                act=act,
                defaults={"per_act": per_act, "per_shift": per_shift},
            )


class Migration(migrations.Migration):
    """Lets the first roles settle, void and refund bills."""

    dependencies = [
        ("checkout", "0002_guards"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
