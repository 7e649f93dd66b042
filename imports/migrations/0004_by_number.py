from django.db import migrations, models


class Migration(migrations.Migration):
    """Find members by the numbers that they had before they came here."""

    dependencies = [("imports", "0003_preview")]
    operations = [
        migrations.AddIndex(
            model_name="externalref",
            index=models.Index(
                fields=["reference"],
                name="imports_externalref_by_number",
                condition=models.Q(kind__in=["member", "card"], erased=False),
            ),
        ),
    ]
