from django.db import migrations, models


class Migration(migrations.Migration):
    """The few coupons that were given away or voided are found among millions."""

    dependencies = [("coupons", "0014_birthdays_given_until")]
    operations = [
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                fields=["status", "-id"],
                condition=models.Q(status__in=["offered", "void"]),
                name="coupons_coupon_seldom",
            ),
        ),
    ]
