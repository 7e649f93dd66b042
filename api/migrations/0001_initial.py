import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("stores", "0004_only_verbs_that_are_used"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
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
                (
                    "key",
                    models.CharField(max_length=255, verbose_name="idempotency key"),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField(verbose_name="status")),
                ("content_type", models.CharField(editable=False, max_length=60)),
                ("body", models.BinaryField()),
                ("created_at", models.DateTimeField(verbose_name="answered at")),
                (
                    "api_key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.apikey",
                        verbose_name="API key",
                    ),
                ),
            ],
            options={
                "verbose_name": "remembered answer",
                "verbose_name_plural": "remembered answers",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["created_at"], name="api_answer_by_age")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("api_key", "key"), name="api_answer_one_for_each_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__gte", 200),
                            ("status__lt", 500),
                            models.Q(
                                ("status__in", [400, 401, 403, 415, 429]), _negated=True
                            ),
                        ),
                        name="api_answer_is_worth_keeping",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[\\x21-\\x7e]{1,255}$")),
                        name="api_answer_key_is_plain",
                    ),
                ],
            },
        ),
    ]
