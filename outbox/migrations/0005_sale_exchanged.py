import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_given_up_by_index"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sale.captured", "Sale paid"),
                    ("sale.voided", "Sale voided"),
                    ("sale.refunded", "Sale refunded"),
                    ("sale.exchanged", "Goods of a sale exchanged"),
                    ("member.enrolled", "Member enrolled"),
                    ("member.changed", "Member changed"),
                    ("top_up.made", "Top-up made"),
                    ("top_up.refunded", "Top-up refunded"),
                    ("gift_card.sold", "Gift card sold"),
                    ("gift_card.redeemed", "Gift card spent"),
                    ("webhook.test", "Test of an endpoint"),
                ],
                max_length=40,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="historicalwebhookendpoint",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("sale.captured", "Sale paid"),
                        ("sale.voided", "Sale voided"),
                        ("sale.refunded", "Sale refunded"),
                        ("sale.exchanged", "Goods of a sale exchanged"),
                        ("member.enrolled", "Member enrolled"),
                        ("member.changed", "Member changed"),
                        ("top_up.made", "Top-up made"),
                        ("top_up.refunded", "Top-up refunded"),
                        ("gift_card.sold", "Gift card sold"),
                        ("gift_card.redeemed", "Gift card spent"),
                        ("webhook.test", "Test of an endpoint"),
                    ],
                    max_length=40,
                ),
                blank=True,
                default=list,
                help_text="None chosen: all of them.",
                verbose_name="events",
            ),
        ),
        migrations.AlterField(
            model_name="webhookendpoint",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("sale.captured", "Sale paid"),
                        ("sale.voided", "Sale voided"),
                        ("sale.refunded", "Sale refunded"),
                        ("sale.exchanged", "Goods of a sale exchanged"),
                        ("member.enrolled", "Member enrolled"),
                        ("member.changed", "Member changed"),
                        ("top_up.made", "Top-up made"),
                        ("top_up.refunded", "Top-up refunded"),
                        ("gift_card.sold", "Gift card sold"),
                        ("gift_card.redeemed", "Gift card spent"),
                        ("webhook.test", "Test of an endpoint"),
                    ],
                    max_length=40,
                ),
                blank=True,
                default=list,
                help_text="None chosen: all of them.",
                verbose_name="events",
            ),
        ),
    ]
