import django.contrib.postgres.fields
import django.core.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0016_lines_returned"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="checkoutpolicy",
            name="service_charge",
            field=models.DecimalField(
                decimal_places=1,
                default=0,
                help_text="Reckoned on what items cost after discounts; a line of the bill by itself.",
                max_digits=4,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="service charge (%)",
            ),
        ),
        migrations.AddField(
            model_name="checkoutpolicy",
            name="service_charge_stores",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                blank=True,
                default=list,
                help_text="Codes with commas between them. Empty: every store.",
                verbose_name="service charge at the stores",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service_charge__gte", 0), ("service_charge__lte", 100)
                ),
                name="checkout_checkoutpolicy_charge_is_a_share",
            ),
        ),
    ]
