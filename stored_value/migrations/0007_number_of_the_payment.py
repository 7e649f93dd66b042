from django.db import migrations, models


class Migration(migrations.Migration):
    """A top-up keeps what the payment provider calls the payment."""

    dependencies = [("stored_value", "0006_charge_points")]
    operations = [
        migrations.AddField(
            model_name="topup",
            name="reference",
            field=models.CharField(
                blank=True,
                default="",
                max_length=200,
                verbose_name="number of the payment",
            ),
        ),
    ]
