from django.db import migrations


class Migration(migrations.Migration):
    """An account that is there is found, without trying to open it again."""

    dependencies = [("ledger", "0007_post_many")]
    operations = []
