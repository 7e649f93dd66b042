from django.db import migrations


class Migration(migrations.Migration):
    """Many entries at once, each as if it came alone."""

    dependencies = [("ledger", "0006_facts_read_once")]
    operations = []
