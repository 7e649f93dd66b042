import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a merged holder's account is given back goes to whoever is left."""

    dependencies = [("ledger", "0011_batches_check_keys_quickly")]
    operations = [
        migrations.CreateModel(
            name="Succession",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="succession",
                        serialize=False,
                        to="ledger.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "heir",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inherited",
                        to="ledger.account",
                        verbose_name="heir",
                    ),
                ),
            ],
            options={
                "verbose_name": "succession",
                "verbose_name_plural": "successions",
                "default_permissions": (),
            },
        ),
    ]
