import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """How long a till may queue what happened while it was off-line."""

    dependencies = [
        ("policies", "0003_permissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfflinePolicy",
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
                    "number",
                    models.PositiveIntegerField(
                        editable=False, unique=True, verbose_name="version"
                    ),
                ),
                (
                    "in_force_from",
                    models.DateTimeField(unique=True, verbose_name="in force from"),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="made at",
                    ),
                ),
                (
                    "hours_back",
                    models.PositiveSmallIntegerField(
                        default=72,
                        help_text="What happened longer ago is refused; 0 takes nothing queued.",
                        validators=[django.core.validators.MaxValueValidator(168)],
                        verbose_name="hours back",
                    ),
                ),
                (
                    "minutes_ahead",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="By how much a till’s clock may run fast.",
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="minutes ahead",
                    ),
                ),
                (
                    "store_hours",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=24,
                            validators=[
                                django.core.validators.RegexValidator(
                                    "^[A-Z0-9][A-Z0-9-]{0,15}=[0-9]{1,3}$",
                                    "Write a store’s code and its hours, such as S1=24.",
                                )
                            ],
                        ),
                        blank=True,
                        default=list,
                        help_text="Code and hours with commas between them, such as S1=24, S2=0.",
                        verbose_name="stores with hours of their own",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "off-line policy",
                "verbose_name_plural": "off-line policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hours_back__lte", 168), ("minutes_ahead__lte", 60)
                        ),
                        name="policies_offlinepolicy_bounds_are_short",
                    )
                ],
            },
        ),
    ]
