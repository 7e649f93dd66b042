import django.db.models.deletion
from django.db import migrations, models

VIEW = "stored_value.view_wallet"
ALSO = "stored_value.view_bearerwallet"


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.all():
        if VIEW in role.permissions and ALSO not in role.permissions:
            role.permissions = sorted([*role.permissions, ALSO])
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """What anonymous cards hold is seen in the office, by whoever sees members' wallets."""

    dependencies = [
        ("cards", "0005_words"),
        ("stored_value", "0007_number_of_the_payment"),
    ]
    operations = [
        migrations.CreateModel(
            name="BearerWallet",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="account"
                    ),
                ),
                ("principal", models.BigIntegerField(verbose_name="principal")),
                ("bonus", models.BigIntegerField(verbose_name="bonus")),
                ("held", models.BigIntegerField(verbose_name="held")),
                ("status", models.CharField(max_length=6, verbose_name="status")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "card",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.card",
                        verbose_name="bearer card",
                    ),
                ),
            ],
            options={
                "verbose_name": "bearer wallet",
                "verbose_name_plural": "bearer wallets",
                "db_table": "stored_value_bearerwallet",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
