from django.db import migrations, models


class Migration(migrations.Migration):
    """A till finds a top-up again by its own number."""

    dependencies = [("stored_value", "0015_approver_may_vouch")]
    operations = [
        migrations.AddIndex(
            "topup",
            models.Index(
                fields=["store", "reference"],
                name="stored_value_topup_by_number",
                condition=~models.Q(reference=""),
            ),
        ),
    ]
