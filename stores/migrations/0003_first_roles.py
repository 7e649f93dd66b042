from django.db import migrations

CASHIER = [
    "ledger.view_entry",
    "stores.close_shift",
    "stores.hand_over",
    "stores.open_shift",
    "stores.view_shift",
]
SHIFT_LEAD = [
    *CASHIER,
    "ledger.adjust",
    "ledger.reverse",
    "stores.approve",
    "stores.view_approval",
]
STORE_MANAGER = [
    *SHIFT_LEAD,
    "ledger.view_account",
    "ledger.view_lot",
    "ledger.view_posting",
    "stores.change_till",
    "stores.set_pin",
    "stores.view_assignment",
    "stores.view_auditevent",
    "stores.view_role",
    "stores.view_rolelimit",
    "stores.view_store",
    "stores.view_till",
    "stores.view_user",
]
AUDITOR = [
    "ledger.view_account",
    "ledger.view_entry",
    "ledger.view_lot",
    "ledger.view_lotuse",
    "ledger.view_posting",
    "ledger.view_proofrun",
    "ledger.view_seal",
    "ledger.prove",
    "ledger.view_unit",
    "stores.view_apikey",
    "stores.view_approval",
    "stores.view_assignment",
    "stores.view_auditevent",
    "stores.view_role",
    "stores.view_rolelimit",
    "stores.view_shift",
    "stores.view_store",
    "stores.view_till",
    "stores.view_user",
]
HEAD_OFFICE = [
    *STORE_MANAGER,
    *AUDITOR,
    "ledger.freeze",
    "ledger.prove",
    "ledger.seal",
    "stores.add_apikey",
    "stores.add_assignment",
    "stores.add_role",
    "stores.add_rolelimit",
    "stores.add_store",
    "stores.add_till",
    "stores.add_user",
    "stores.change_role",
    "stores.change_rolelimit",
    "stores.change_store",
    "stores.change_user",
    "stores.delete_assignment",
    "stores.delete_rolelimit",
    "ledger.freeze",
    "ledger.prove",
    "ledger.seal",
    "stores.revoke_apikey",
]
MARKETING = ["stores.view_store"]

ROLES = [
    ("cashier", "Cashier", CASHIER),
    ("shift-lead", "Shift lead", SHIFT_LEAD),
    ("store-manager", "Store manager", STORE_MANAGER),
    ("head-office", "Head office", HEAD_OFFICE),
    ("marketing", "Marketing", MARKETING),
    ("auditor", "Auditor", AUDITOR),
]

# Minor units: what one act may move alone, and all of them in a shift.
LIMITS = [
    ("shift-lead", "ledger.adjust", 100_00, 300_00),
    ("shift-lead", "ledger.reverse", 500_00, 2_000_00),
    ("store-manager", "ledger.adjust", 1_000_00, 5_000_00),
    ("store-manager", "ledger.reverse", 5_000_00, 20_000_00),
]


def begin_with_roles(apps, schema_editor):
    role_of = {}
    for code, name, permissions in ROLES:
        role_of[code], _made = apps.get_model("stores", "Role").objects.get_or_create(
            code=code,
            defaults={"name": name, "permissions": sorted(set(permissions))},
        )
    for code, act, per_act, per_shift in LIMITS:
        apps.get_model("stores", "RoleLimit").objects.get_or_create(
            role=role_of[code],
            act=act,
            defaults={"per_act": per_act, "per_shift": per_shift},
        )


class Migration(migrations.Migration):
    """The six jobs that every shop begins with; a shop may change them afterwards."""

    dependencies = [("stores", "0002_guards")]
    operations = [
        # Going back keeps the rows: people may hold these roles by then.
        migrations.RunPython(begin_with_roles, migrations.RunPython.noop),
    ]
