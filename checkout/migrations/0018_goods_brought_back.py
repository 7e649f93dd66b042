import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a store takes back what another one sold."""

    dependencies = [("checkout", "0017_service_charge")]

    operations = [
        migrations.AddField(
            model_name="checkoutpolicy",
            name="returns",
            field=models.CharField(
                choices=[
                    ("same_store", "to the store that sold them"),
                    ("approved", "to other stores too, with an approver"),
                    ("any_store", "to other stores too"),
                ],
                db_default="same_store",
                default="same_store",
                help_text="What another store hands back is settled in the clearing.",
                max_length=10,
                verbose_name="goods may be brought back",
            ),
        ),
        migrations.AddField(
            model_name="checkoutpolicy",
            name="returns_stores",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                blank=True,
                default=list,
                help_text="Codes with commas between them. Empty: every store.",
                verbose_name="stores that take back each other’s goods",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returns__in", ["same_store", "approved", "any_store"])
                ),
                name="checkout_checkoutpolicy_returns_is_known",
            ),
        ),
    ]
