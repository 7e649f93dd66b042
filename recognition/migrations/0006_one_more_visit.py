from django.db import migrations


class Migration(migrations.Migration):
    """A visit more is counted without adding all of a guest's visits up again."""

    dependencies = [("recognition", "0005_wait_for_merges")]
    operations = []
