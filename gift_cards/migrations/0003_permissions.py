from django.db import migrations

CASHIER = [
    "gift_cards.redeem_gift_card",
    "gift_cards.sell_gift_card",
    "gift_cards.view_gift",
    "gift_cards.view_giftcard",
    "gift_cards.view_giftcarddesign",
]
SHIFT_LEAD = [
    *CASHIER,
    "gift_cards.block_gift_card",
    "gift_cards.refund_gift_card",
    "gift_cards.replace_gift_card",
    "gift_cards.void_gift_card",
]
STORE_MANAGER = [
    *SHIFT_LEAD,
    "gift_cards.extend_gift_card",
    "gift_cards.resend_gift",
    "gift_cards.view_giftcardbatch",
    "gift_cards.view_giftcardpolicy",
]
HEAD_OFFICE = [
    *STORE_MANAGER,
    "gift_cards.add_giftcarddesign",
    "gift_cards.add_giftcardpolicy",
    "gift_cards.change_giftcarddesign",
    "gift_cards.export_codes",
    "gift_cards.order_batch",
    "gift_cards.withdraw_batch",
]
MARKETING = [
    "gift_cards.add_giftcarddesign",
    "gift_cards.change_giftcarddesign",
    "gift_cards.view_giftcarddesign",
]
AUDITOR = [
    "gift_cards.view_gift",
    "gift_cards.view_giftcard",
    "gift_cards.view_giftcardbatch",
    "gift_cards.view_giftcarddesign",
    "gift_cards.view_giftcardpolicy",
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
    ("shift-lead", "gift_cards.refund_gift_card", 500_00, 2_000_00),
    ("shift-lead", "gift_cards.replace_gift_card", 500_00, 1_000_00),
    ("shift-lead", "gift_cards.void_gift_card", 500_00, 2_000_00),
    ("store-manager", "gift_cards.extend_gift_card", 1_000_00, 5_000_00),
    ("store-manager", "gift_cards.refund_gift_card", 5_000_00, 20_000_00),
    ("store-manager", "gift_cards.replace_gift_card", 1_000_00, 5_000_00),
    ("store-manager", "gift_cards.void_gift_card", 5_000_00, 20_000_00),
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
    """Tills sell and take cards; who mends them does so within a limit."""

    dependencies = [
        ("gift_cards", "0002_guards"),
        ("stores", "0003_first_roles"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
