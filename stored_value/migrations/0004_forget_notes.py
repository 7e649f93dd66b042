from django.db import migrations


class Migration(migrations.Migration):
    """A hold's note may name a person: it can be wiped, and never rewritten."""

    dependencies = [("stored_value", "0003_permissions")]
    operations = []
