from django.db import migrations


class Migration(migrations.Migration):
    """Wrong tries are read after the card's lock, not before."""

    dependencies = [("gift_cards", "0003_permissions")]
    operations = []
