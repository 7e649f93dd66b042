from django.db import migrations


class Migration(migrations.Migration):
    """A sale, its lines, discounts and payments are written by one statement."""

    dependencies = [("checkout", "0009_plans_made_once")]
    operations = []
