from django.db import migrations, models


class Migration(migrations.Migration):
    """Count how much of a line came back."""

    dependencies = [("checkout", "0015_numbers_of_a_day")]
    operations = [
        migrations.AddField(
            "saleline",
            "returned",
            models.PositiveIntegerField(
                "returned, in thousandths", default=0, db_default=0
            ),
        ),
        migrations.AddConstraint(
            "saleline",
            models.CheckConstraint(
                condition=models.Q(returned__lte=models.F("thousandths")),
                name="checkout_saleline_returns_within_the_sold",
            ),
        ),
    ]
