from django.db import migrations


class Migration(migrations.Migration):
    """A batch has each foreign key checked by a plan that is kept."""

    dependencies = [("ledger", "0010_batches_by_index")]
    operations = []
