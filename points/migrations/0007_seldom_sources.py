from django.db import migrations, models


class Migration(migrations.Migration):
    """Points that came from no bill, and what a reference spent, are found at once."""

    dependencies = [("points", "0006_earn_on_charges")]
    operations = [
        migrations.AddIndex(
            model_name="accrual",
            index=models.Index(
                fields=["source", "-id"],
                name="points_accrual_seldom",
                condition=~models.Q(source="sale"),
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(
                fields=["reference"],
                name="points_redemption_reference",
                condition=~models.Q(reference=""),
            ),
        ),
    ]
