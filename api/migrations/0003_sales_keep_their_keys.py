from django.db import migrations


class Migration(migrations.Migration):
    """The key of a settled sale stands for that sale, and for nothing after it."""

    dependencies = [
        ("api", "0002_claims"),
        ("checkout", "0010_sale_at_once"),
    ]
    operations = []
