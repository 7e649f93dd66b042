from django.db import migrations, models

PER_BILL = models.PositiveSmallIntegerField(
    default=1,
    help_text="For a visit pass: how many visits.",
    verbose_name="of this kind on one bill",
)


class Migration(migrations.Migration):
    """How many of a visit pass on one bill are so many visits."""

    dependencies = [("coupons", "0012_days_in_sight")]
    operations = [
        migrations.AlterField(model_name=model, name="per_bill", field=PER_BILL)
        for model in (
            "coupontemplate",
            "historicalcoupontemplate",
            "templateversion",
        )
    ]
