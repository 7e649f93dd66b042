from django.db import migrations


class Migration(migrations.Migration):
    """What keeps sales as they were settled is on for replicas too, as in the books."""

    dependencies = [("checkout", "0006_latest_first")]
    operations = []
