from django.db import migrations

READ = [
    "coupons.view_coupon",
    "coupons.view_couponissue",
    "coupons.view_couponuse",
    "coupons.view_coupongift",
    "coupons.view_coupontemplate",
    "coupons.view_templatecount",
    "coupons.view_templateday",
    "coupons.view_templateversion",
]
LEAD = ["coupons.issue_coupon", "coupons.sell_coupon"]
MANAGER = [
    *LEAD,
    "coupons.extend_coupon",
    "coupons.refund_pass",
    "coupons.void_coupon",
    "coupons.view_couponspolicy",
]
DRAW = [
    "coupons.add_coupontemplate",
    "coupons.change_coupontemplate",
    "coupons.export_batch",
    "coupons.issue_to_segment",
    "coupons.make_batch",
]
GIVEN = {
    "cashier": ["coupons.sell_coupon", "coupons.view_coupon"],
    "shift-lead": [*READ, *LEAD],
    "store-manager": [*READ, *MANAGER],
    "head-office": [*READ, *MANAGER, *DRAW, "coupons.add_couponspolicy"],
    "marketing": [*READ, *DRAW, "coupons.view_couponspolicy"],
    "auditor": [*READ, "coupons.view_couponspolicy"],
}


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Cashiers sell, leads give, managers mend, marketing draws and sends."""

    dependencies = [("coupons", "0002_guards"), ("stores", "0003_first_roles")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
