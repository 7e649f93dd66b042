import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    """The stamps of a day are found at once."""

    dependencies = [
        ("members", "0005_staff_cards"),
        ("points", "0007_seldom_sources"),
        ("stores", "0011_acts_of_a_request"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="stampgrant",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["at"], name="points_stampgrant_when"
            ),
        ),
    ]
