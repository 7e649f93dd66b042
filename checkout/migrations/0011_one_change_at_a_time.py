from django.db import migrations


class Migration(migrations.Migration):
    """Stamps rise in the order in which changes become visible."""

    dependencies = [
        ("checkout", "0010_sale_at_once"),
        ("points", "0001_initial"),
        ("tiers", "0001_initial"),
    ]
    operations = []
