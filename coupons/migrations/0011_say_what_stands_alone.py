from django.db import migrations, models


class Migration(migrations.Migration):
    """A top-up coupon that stands alone stands without a plan."""

    dependencies = [("coupons", "0010_first_act_tells")]
    operations = [
        migrations.AlterField(
            model_name="coupontemplate",
            name="is_exclusive",
            field=models.BooleanField(
                default=False,
                help_text="No other coupon may be used with it; with a top-up coupon, no plan.",
                verbose_name="alone on the bill",
            ),
        ),
        migrations.AlterField(
            model_name="historicalcoupontemplate",
            name="is_exclusive",
            field=models.BooleanField(
                default=False,
                help_text="No other coupon may be used with it; with a top-up coupon, no plan.",
                verbose_name="alone on the bill",
            ),
        ),
        migrations.AlterField(
            model_name="templateversion",
            name="is_exclusive",
            field=models.BooleanField(
                default=False,
                help_text="No other coupon may be used with it; with a top-up coupon, no plan.",
                verbose_name="alone on the bill",
            ),
        ),
    ]
