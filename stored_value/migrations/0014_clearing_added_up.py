from django.db import migrations, models


class Migration(migrations.Migration):
    """What stores owe each other, added up day by day."""

    dependencies = [
        ("stored_value", "0013_staff_are_members"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClearingDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("business_date", models.DateField(verbose_name="business date")),
                (
                    "origin",
                    models.BigIntegerField(null=True, verbose_name="topped up at"),
                ),
                ("acceptor", models.BigIntegerField(verbose_name="spent at")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("way", models.CharField(max_length=40, verbose_name="way")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "clearing of a day",
                "verbose_name_plural": "clearing of days",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business_date", "origin", "acceptor", "kind", "way"),
                        name="stored_value_clearingday_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClearingMark",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(
                        default=1, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.BigIntegerField(default=0, verbose_name="last entry")),
            ],
            options={
                "verbose_name": "mark of the clearing",
                "verbose_name_plural": "marks of the clearing",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)),
                        name="stored_value_clearingmark_is_one",
                    )
                ],
            },
        ),
    ]
