from django.db import migrations


class Migration(migrations.Migration):
    """A request is claimed and remembered in one round trip each."""

    dependencies = [("api", "0001_initial")]
    operations = []
