import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Ways of paying are rows that the shop sets up itself."""

    dependencies = [
        ("stores", "0008_audit_transaction"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalTenderKind",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_index=True,
                        help_text="As tills send it, and as the books keep it. It stays.",
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,19}$",
                                "Small letters, digits and _ , a letter first; at most 20.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in English"
                    ),
                ),
                (
                    "name_zh_hans",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in 简体中文"
                    ),
                ),
                (
                    "name_zh_hant",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in 繁體中文"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="The smallest comes first.",
                        verbose_name="place",
                    ),
                ),
                (
                    "opens_drawer",
                    models.BooleanField(default=False, verbose_name="opens the drawer"),
                ),
                (
                    "is_counted",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise what the books say of it is taken as counted.",
                        verbose_name="counted at the close of a shift",
                    ),
                ),
                (
                    "is_refundable",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise what it paid is given back in cash, or by a void.",
                        verbose_name="money goes back to it",
                    ),
                ),
                (
                    "earns",
                    models.BooleanField(
                        default=True,
                        help_text="What it pays of a bill earns points and growth value. It stays.",
                        verbose_name="earns points",
                    ),
                ),
                (
                    "account_code",
                    models.CharField(
                        blank=True,
                        help_text="Its number in the shop’s own bookkeeping.",
                        max_length=32,
                        verbose_name="account",
                    ),
                ),
                (
                    "store_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        help_text="Codes with commas between them. Empty: every store.",
                        verbose_name="stores",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical way of paying",
                "verbose_name_plural": "historical ways of paying",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="TenderKind",
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
                    "code",
                    models.CharField(
                        help_text="As tills send it, and as the books keep it. It stays.",
                        max_length=20,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,19}$",
                                "Small letters, digits and _ , a letter first; at most 20.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in English"
                    ),
                ),
                (
                    "name_zh_hans",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in 简体中文"
                    ),
                ),
                (
                    "name_zh_hant",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="name in 繁體中文"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="The smallest comes first.",
                        verbose_name="place",
                    ),
                ),
                (
                    "opens_drawer",
                    models.BooleanField(default=False, verbose_name="opens the drawer"),
                ),
                (
                    "is_counted",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise what the books say of it is taken as counted.",
                        verbose_name="counted at the close of a shift",
                    ),
                ),
                (
                    "is_refundable",
                    models.BooleanField(
                        default=True,
                        help_text="Otherwise what it paid is given back in cash, or by a void.",
                        verbose_name="money goes back to it",
                    ),
                ),
                (
                    "earns",
                    models.BooleanField(
                        default=True,
                        help_text="What it pays of a bill earns points and growth value. It stays.",
                        verbose_name="earns points",
                    ),
                ),
                (
                    "account_code",
                    models.CharField(
                        blank=True,
                        help_text="Its number in the shop’s own bookkeeping.",
                        max_length=32,
                        verbose_name="account",
                    ),
                ),
                (
                    "store_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        help_text="Codes with commas between them. Empty: every store.",
                        verbose_name="stores",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "way of paying",
                "verbose_name_plural": "ways of paying",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[a-z][a-z0-9_]{0,19}$"),
                            models.Q(("code__in", ("stored",)), _negated=True),
                        ),
                        name="stores_tenderkind_code_is_plain",
                        violation_error_message="This code cannot be used.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_en", ""), _negated=True),
                            models.Q(("name_zh_hans", ""), _negated=True),
                            models.Q(("name_zh_hant", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="stores_tenderkind_has_a_name",
                        violation_error_message="Give it a name in one language at least.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", "cash"), _negated=True),
                            models.Q(
                                ("is_active", True),
                                ("is_counted", True),
                                ("is_refundable", True),
                                ("store_codes", []),
                            ),
                            _connector="OR",
                        ),
                        name="stores_tenderkind_cash_is_taken_everywhere",
                        violation_error_message="Cash stays in use at every store, is counted and goes back.",
                    ),
                ],
            },
        ),
    ]
