import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """A batch is made once for each key; a loss report names the accounts it froze."""

    dependencies = [("cards", "0003_permissions")]
    operations = [
        migrations.AddField(
            model_name="stockbatch",
            name="key",
            field=models.CharField(
                default="", max_length=300, unique=True, verbose_name="idempotency key"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="cardevent",
            name="froze",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                editable=False,
                size=None,
            ),
        ),
    ]
