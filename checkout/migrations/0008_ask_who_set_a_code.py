from django.db import migrations


class Migration(migrations.Migration):
    """Looks up whether the guest set a payment code, too."""

    dependencies = [
        ("checkout", "0007_guards_that_stay"),
        ("stored_value", "0001_initial"),
    ]
    operations = []
