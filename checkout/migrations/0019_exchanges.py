import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0018_goods_brought_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exchange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("offset", models.BigIntegerField(verbose_name="set off")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "exchange",
                "verbose_name_plural": "exchanges",
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="salediscount",
            name="checkout_salediscount_takes_something_off",
        ),
        migrations.AlterField(
            model_name="salediscount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("tier", "tier discount"),
                    ("member_price", "member price"),
                    ("member_day", "member day"),
                    ("offer", "bill offer"),
                    ("coupon", "coupon"),
                    ("rounding", "rounding"),
                    ("kept", "kept in an exchange"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="salediscount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    (
                        "kind__in",
                        [
                            "tier",
                            "member_price",
                            "member_day",
                            "offer",
                            "coupon",
                            "rounding",
                            "kept",
                        ],
                    ),
                ),
                name="checkout_salediscount_takes_something_off",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="refund",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exchange",
                to="checkout.refund",
                verbose_name="refund",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="sale",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exchange",
                to="checkout.sale",
                verbose_name="new sale",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("offset__gte", 0)),
                name="checkout_exchange_sets_off",
            ),
        ),
    ]
