import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gift_cards", "0010_between_cards_and_wallets"),
    ]

    operations = [
        migrations.AddField(
            model_name="gift",
            name="former_digests",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                db_default=models.Value(
                    [],
                    output_field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField()
                    ),
                ),
                default=list,
                editable=False,
            ),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["former_digests"], name="gift_cards_gift_former_links"
            ),
        ),
    ]
