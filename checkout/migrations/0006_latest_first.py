from django.db import migrations, models


class Migration(migrations.Migration):
    """The lists of the office begin with the latest, at any length."""

    dependencies = [("checkout", "0005_one_call")]
    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["-at"], name="checkout_sale_latest"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["-at"], name="checkout_refund_latest"),
        ),
    ]
