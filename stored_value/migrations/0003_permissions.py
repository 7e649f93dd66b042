from django.db import migrations

COUNTER = [
    "stored_value.hold_value",
    "stored_value.set_payment_code",
    "stored_value.spend_wallet",
    "stored_value.top_up_wallet",
    "stored_value.view_hold",
    "stored_value.view_topup",
    "stored_value.view_topupplan",
    "stored_value.view_wallet",
]
LEAD = [
    *COUNTER,
    "stored_value.refund_spend",
    "stored_value.refund_top_up",
    "stored_value.transfer_value",
]
AUDITOR = [
    "stored_value.view_clearing",
    "stored_value.view_hold",
    "stored_value.view_staffaccount",
    "stored_value.view_topup",
    "stored_value.view_topupplan",
    "stored_value.view_topupplanversion",
    "stored_value.view_topuprefund",
    "stored_value.view_wallet",
    "stored_value.view_walletpolicy",
]
MANAGER = [
    *LEAD,
    *AUDITOR,
    "stored_value.add_staffaccount",
    "stored_value.close_wallet",
]
GIVEN = {
    "cashier": COUNTER,
    "shift-lead": LEAD,
    "store-manager": MANAGER,
    "head-office": [
        *MANAGER,
        "stored_value.add_topupplan",
        "stored_value.add_walletpolicy",
        "stored_value.change_topupplan",
        "stored_value.delete_staffaccount",
    ],
    "marketing": ["stored_value.view_topupplan"],
    "auditor": AUDITOR,
}
# Minor units: what one act may move alone, and all of them in a shift.
LIMITS = [
    ("cashier", "stored_value.top_up_wallet", 2_000_00, 50_000_00),
    ("shift-lead", "stored_value.top_up_wallet", 5_000_00, 200_000_00),
    ("shift-lead", "stored_value.refund_top_up", 500_00, 2_000_00),
    ("shift-lead", "stored_value.refund_spend", 500_00, 2_000_00),
    ("shift-lead", "stored_value.transfer_value", 500_00, 2_000_00),
    ("store-manager", "stored_value.refund_top_up", 5_000_00, 20_000_00),
    ("store-manager", "stored_value.refund_spend", 5_000_00, 20_000_00),
    ("store-manager", "stored_value.transfer_value", 5_000_00, 20_000_00),
    ("store-manager", "stored_value.close_wallet", 5_000_00, 20_000_00),
]


def give(apps, schema_editor):
    roles = {role.code: role for role in apps.get_model("stores", "Role").objects.all()}
    for code, permissions in GIVEN.items():
        role = roles.get(code)
        if role is not None:
            role.permissions = sorted({*role.permissions, *permissions})
            role.save(update_fields=["permissions"])
    for code, act, per_act, per_shift in LIMITS:
        if code in roles:
            apps.get_model("stores", "RoleLimit").objects.get_or_create(
                role=roles[code],
                act=act,
                defaults={"per_act": per_act, "per_shift": per_shift},
            )


class Migration(migrations.Migration):
    """The counter takes money in, leads give some back, managers pay wallets out."""

    dependencies = [
        ("stored_value", "0002_guards"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
