from django.db import migrations, models


class Migration(migrations.Migration):
    """The few bills that were refunded or voided are found among millions."""

    dependencies = [("checkout", "0019_exchanges")]
    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                fields=["status", "-at"],
                name="checkout_sale_undone",
                condition=~models.Q(status="captured"),
            ),
        ),
    ]
