from django.db import migrations


class Migration(migrations.Migration):
    """What is due can be expired of one holder alone, ahead of the sweep."""

    dependencies = [("ledger", "0004_prolong_and_revive")]
    operations = []
