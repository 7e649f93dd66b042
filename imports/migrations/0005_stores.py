from django.db import migrations, models

KINDS = ["stores", "members", "balances", "cards", "coupons", "sales"]
IS_KNOWN = "imports_importjob_kind_is_known"


class Migration(migrations.Migration):
    """Stores come from a file too."""

    dependencies = [("imports", "0004_by_number")]
    operations = [
        migrations.RemoveConstraint(model_name="importjob", name=IS_KNOWN),
        migrations.AlterField(
            model_name="importjob",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stores", "Stores"),
                    ("members", "Members"),
                    ("balances", "Opening balances"),
                    ("cards", "Cards"),
                    ("coupons", "Coupons"),
                    ("sales", "Sales history"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=KINDS), name=IS_KNOWN
            ),
        ),
    ]
