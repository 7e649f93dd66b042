from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


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
        *(
            migrations.RunSQL(
                (SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop
            )
            for name in ("succession.sql", "post_entry.sql")
        ),
    ]
