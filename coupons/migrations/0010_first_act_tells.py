from django.db import migrations


class Migration(migrations.Migration):
    """A key that is new is told so by one look, without joining what it asks."""

    dependencies = [("coupons", "0009_use_pass")]
    operations = []
