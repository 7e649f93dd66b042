from django.db import migrations

GIVEN = ("cashier", "shift-lead", "store-manager", "head-office")


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, "coupons.use_pass"})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Whoever sells takes a visit off a pass."""

    dependencies = [("coupons", "0008_say_what_a_minimum_counts")]
    operations = [
        migrations.AlterModelOptions(
            name="coupon",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("issue_coupon", "Can issue coupons by hand"),
                    ("sell_coupon", "Can sell coupons"),
                    ("use_pass", "Can take a visit off a pass"),
                    ("void_coupon", "Can void a coupon"),
                    ("extend_coupon", "Can extend a coupon"),
                    ("refund_pass", "Can refund a visit pass"),
                ],
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
