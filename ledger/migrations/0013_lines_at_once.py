from django.db import migrations


class Migration(migrations.Migration):
    """The postings, lots and balances of an entry are written by one statement each."""

    dependencies = [("ledger", "0012_succession")]
    operations = []
