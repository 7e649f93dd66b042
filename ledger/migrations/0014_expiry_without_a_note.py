from django.db import migrations


class Migration(migrations.Migration):
    """What expired says so by its kind: a member's statement shows no code beside it."""

    dependencies = [("ledger", "0013_lines_at_once")]
    operations = []
