import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """What of a bill is left after its goods."""

    dependencies = [("policies", "0005_first_offline_policy")]

    operations = [
        migrations.AddField(
            model_name="shoppolicy",
            name="gross_margin",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=600,
                help_text="What of a bill is left after its goods, in percent: results of campaigns reckon with it. Empty: they tell no margin.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(1000)],
                verbose_name="gross margin",
            ),
        ),
        migrations.AddConstraint(
            model_name="shoppolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("gross_margin", None))
                | models.Q(("gross_margin__lte", 1000)),
                name="policies_shoppolicy_margin_is_a_share",
            ),
        ),
    ]
