from django.db import migrations, models


class Migration(migrations.Migration):
    """Codes by the million, quotas that hold, and redemption in one statement."""

    dependencies = [("coupons", "0003_permissions")]
    operations = [
        migrations.AddField(
            model_name="couponissue",
            name="posting",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="posting"),
        ),
    ]
