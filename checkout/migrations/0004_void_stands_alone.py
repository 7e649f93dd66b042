from django.db import migrations


class Migration(migrations.Migration):
    """A sale that is void has no other refund."""

    dependencies = [("checkout", "0003_permissions")]
    operations = []
