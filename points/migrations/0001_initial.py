import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("coupons", "0003_permissions"),
        ("members", "0001_initial"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodeTries",
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
                    "who",
                    models.CharField(max_length=80, unique=True, verbose_name="by"),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, verbose_name="wrong tries"),
                ),
                ("first_at", models.DateTimeField(verbose_name="first at")),
                (
                    "locked_until",
                    models.DateTimeField(null=True, verbose_name="locked until"),
                ),
            ],
            options={
                "verbose_name": "wrong codes",
                "verbose_name_plural": "wrong codes",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EarningRule",
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
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "programme",
                    models.CharField(
                        choices=[("points", "points"), ("growth", "growth value")],
                        default="points",
                        max_length=6,
                        verbose_name="of",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("base", "adds to the base"),
                            ("factor", "multiplies"),
                        ],
                        max_length=6,
                        verbose_name="what it does",
                    ),
                ),
                (
                    "earn",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Points or growth value for each amount below.",
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="earns",
                    ),
                ),
                (
                    "per",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="for each (minor units)",
                    ),
                ),
                (
                    "flat",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="and once per sale",
                    ),
                ),
                (
                    "factor",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="2000 is double, 1500 half as much again.",
                        validators=[django.core.validators.MaxValueValidator(100000)],
                        verbose_name="factor (per mille)",
                    ),
                ),
                (
                    "least_amount",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Of what earns and is in the categories.",
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="only from an amount of (minor units)",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "tiers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        verbose_name="tiers",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        verbose_name="stores",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        verbose_name="categories",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "month_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="The member days, such as 8, 18, 28.",
                        verbose_name="days of the month",
                    ),
                ),
                (
                    "from_time",
                    models.TimeField(
                        blank=True, null=True, verbose_name="from the hour"
                    ),
                ),
                (
                    "until_time",
                    models.TimeField(
                        blank=True,
                        help_text="An earlier hour than the first is one after midnight.",
                        null=True,
                        verbose_name="until the hour",
                    ),
                ),
                (
                    "birthday",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "any day"),
                            ("day", "on the birthday"),
                            ("month", "in the month of the birthday"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="birthday",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "earning rule",
                "verbose_name_plural": "earning rules",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["base", "factor"]),
                            ("programme__in", ["points", "growth"]),
                            ("birthday__in", ["", "day", "month"]),
                        ),
                        name="points_earningrule_words_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per__gt", 0)),
                        name="points_earningrule_rate_divides",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("earn", 0), ("flat", 0), ("kind", "factor")),
                            models.Q(
                                ("factor", 1000),
                                ("kind", "base"),
                                models.Q(
                                    ("earn__gt", 0), ("flat__gt", 0), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="points_earningrule_adds_or_multiplies",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("least_amount", 0), ("factor__gte", 1000), _connector="OR"
                        ),
                        name="points_earningrule_less_bought_earns_no_more",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None),
                            ("ends_at", None),
                            ("starts_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="points_earningrule_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_time", None), ("until_time", None)),
                            models.Q(
                                ("from_time__isnull", False),
                                ("until_time__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="points_earningrule_hours_come_in_pairs",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalEarningRule",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "programme",
                    models.CharField(
                        choices=[("points", "points"), ("growth", "growth value")],
                        default="points",
                        max_length=6,
                        verbose_name="of",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("base", "adds to the base"),
                            ("factor", "multiplies"),
                        ],
                        max_length=6,
                        verbose_name="what it does",
                    ),
                ),
                (
                    "earn",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Points or growth value for each amount below.",
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="earns",
                    ),
                ),
                (
                    "per",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="for each (minor units)",
                    ),
                ),
                (
                    "flat",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="and once per sale",
                    ),
                ),
                (
                    "factor",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="2000 is double, 1500 half as much again.",
                        validators=[django.core.validators.MaxValueValidator(100000)],
                        verbose_name="factor (per mille)",
                    ),
                ),
                (
                    "least_amount",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Of what earns and is in the categories.",
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="only from an amount of (minor units)",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "tiers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        verbose_name="tiers",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        verbose_name="stores",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        verbose_name="categories",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "month_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="The member days, such as 8, 18, 28.",
                        verbose_name="days of the month",
                    ),
                ),
                (
                    "from_time",
                    models.TimeField(
                        blank=True, null=True, verbose_name="from the hour"
                    ),
                ),
                (
                    "until_time",
                    models.TimeField(
                        blank=True,
                        help_text="An earlier hour than the first is one after midnight.",
                        null=True,
                        verbose_name="until the hour",
                    ),
                ),
                (
                    "birthday",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "any day"),
                            ("day", "on the birthday"),
                            ("month", "in the month of the birthday"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="birthday",
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
                "verbose_name": "historical earning rule",
                "verbose_name_plural": "historical earning rules",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReward",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "description",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="description"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("goods", "goods, picked up at a counter"),
                            ("coupon", "coupon"),
                            ("donation", "donation"),
                        ],
                        default="goods",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="price in points",
                    ),
                ),
                (
                    "money",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="and in money (minor units)",
                    ),
                ),
                (
                    "most_per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="most per member",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "pick_up_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days to pick it up",
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
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
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
                "verbose_name": "historical reward",
                "verbose_name_plural": "historical rewards",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalStampProgramme",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "earned_by",
                    models.CharField(
                        choices=[
                            ("visit", "one for each visit"),
                            ("spend", "one for each amount spent"),
                        ],
                        default="visit",
                        max_length=5,
                        verbose_name="stamps are",
                    ),
                ),
                (
                    "amount",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="The least bill that counts, or the amount for each stamp.",
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="amount (minor units)",
                    ),
                ),
                (
                    "stamps",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="stamps on a card",
                    ),
                ),
                (
                    "most_per_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="most per day",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points for a full card",
                    ),
                ),
                (
                    "growth",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value for a full card",
                    ),
                ),
                (
                    "live_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="To the end of the month; empty: they stay.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="stamps live (months)",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        verbose_name="stores",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
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
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
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
                "verbose_name": "historical stamp programme",
                "verbose_name_plural": "historical stamp programmes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTask",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("profile", "complete the profile"),
                            ("first", "first visit"),
                            ("streak", "check in several days in a row"),
                            ("review", "write a review"),
                            ("birthday", "birthday"),
                            ("referral", "bring a friend"),
                            ("other", "something else"),
                        ],
                        max_length=8,
                        verbose_name="what is done",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("once", "once"),
                            ("day", "every day"),
                            ("week", "every week"),
                            ("month", "every month"),
                            ("year", "every year"),
                            ("each", "each time"),
                        ],
                        default="once",
                        max_length=5,
                        verbose_name="counts",
                    ),
                ),
                (
                    "most_per_year",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="most per year",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days in a row",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points",
                    ),
                ),
                (
                    "growth",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
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
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
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
                "verbose_name": "historical task",
                "verbose_name_plural": "historical tasks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PointsPolicy",
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
                    "earn_points",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points earned",
                    ),
                ),
                (
                    "earn_per",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="for each (minor units)",
                    ),
                ),
                (
                    "on_money",
                    models.BooleanField(default=True, verbose_name="money earns"),
                ),
                (
                    "on_principal",
                    models.BooleanField(default=True, verbose_name="principal earns"),
                ),
                (
                    "on_bonus",
                    models.BooleanField(default=False, verbose_name="bonus earns"),
                ),
                (
                    "on_gift_card",
                    models.BooleanField(
                        default=True, verbose_name="gift cards earn when spent"
                    ),
                ),
                (
                    "on_points",
                    models.BooleanField(
                        default=False, verbose_name="points spent earn"
                    ),
                ),
                (
                    "on_coupons",
                    models.BooleanField(default=False, verbose_name="coupons earn"),
                ),
                (
                    "on_top_ups",
                    models.BooleanField(default=False, verbose_name="top-ups earn"),
                ),
                (
                    "on_gift_card_sales",
                    models.BooleanField(
                        default=False, verbose_name="gift cards earn when bought"
                    ),
                ),
                (
                    "on_excluded",
                    models.BooleanField(
                        default=False, verbose_name="excluded lines earn"
                    ),
                ),
                (
                    "combine",
                    models.CharField(
                        choices=[
                            ("multiply", "multiply them"),
                            ("best", "only the best one counts"),
                        ],
                        default="multiply",
                        max_length=8,
                        verbose_name="several factors",
                    ),
                ),
                (
                    "pending_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days until points can be used",
                    ),
                ),
                (
                    "most_per_sale",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="most points per sale",
                    ),
                ),
                (
                    "most_per_day",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="most points per day",
                    ),
                ),
                (
                    "most_per_month",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="most points per month",
                    ),
                ),
                (
                    "step_points",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="points are spent in steps of",
                    ),
                ),
                (
                    "step_worth",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="a step is worth (minor units)",
                    ),
                ),
                (
                    "least_points",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="least points to spend",
                    ),
                ),
                (
                    "most_of_bill",
                    models.PositiveSmallIntegerField(
                        default=500,
                        validators=[django.core.validators.MaxValueValidator(1000)],
                        verbose_name="most of a bill (per mille)",
                    ),
                ),
                (
                    "expiry",
                    models.CharField(
                        choices=[
                            ("never", "never"),
                            ("months", "some months after earning, at the month’s end"),
                            ("date", "on a fixed day of the year"),
                        ],
                        default="months",
                        max_length=6,
                        verbose_name="points expire",
                    ),
                ),
                (
                    "expiry_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="months",
                    ),
                ),
                (
                    "expiry_month",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="fixed day: month",
                    ),
                ),
                (
                    "expiry_day",
                    models.PositiveSmallIntegerField(
                        default=31,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="fixed day: day",
                    ),
                ),
                (
                    "expiry_years",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="0 is the next such day, 1 that of the year after it.",
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="fixed day: years later",
                    ),
                ),
                (
                    "shortfall",
                    models.CharField(
                        choices=[
                            ("debt", "a debt that the next earnings pay first"),
                            ("forgive", "let it go: never below zero"),
                            ("charge", "charge it to the money paid back"),
                        ],
                        default="debt",
                        max_length=8,
                        verbose_name="points to take back that are spent",
                    ),
                ),
                (
                    "returned_live_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="returned points live at least (days)",
                    ),
                ),
                (
                    "growth_earned",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value earned",
                    ),
                ),
                (
                    "growth_per",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="for each spent (minor units)",
                    ),
                ),
                (
                    "growth_per_visit",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value per visit",
                    ),
                ),
                (
                    "growth_top_up",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value of a top-up",
                    ),
                ),
                (
                    "growth_top_up_per",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="for each topped up (minor units)",
                    ),
                ),
                (
                    "growth_per_task",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value per task",
                    ),
                ),
                (
                    "receipt_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days to claim a receipt",
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
                "verbose_name": "points policy",
                "verbose_name_plural": "points policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("earn_per__gt", 0),
                            ("growth_per__gt", 0),
                            ("growth_top_up_per__gt", 0),
                            ("least_points__gt", 0),
                            ("step_points__gt", 0),
                            ("step_worth__gt", 0),
                        ),
                        name="points_pointspolicy_rates_divide",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most_of_bill__lte", 1000)),
                        name="points_pointspolicy_bill_is_the_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("combine__in", ["multiply", "best"]),
                            ("expiry__in", ["never", "months", "date"]),
                            ("shortfall__in", ["debt", "forgive", "charge"]),
                        ),
                        name="points_pointspolicy_words_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expiry_months__gte", 1),
                            ("expiry_months__lte", 120),
                            ("expiry_month__gte", 1),
                            ("expiry_month__lte", 12),
                            ("expiry_day__gte", 1),
                            ("expiry_day__lte", 31),
                        ),
                        name="points_pointspolicy_expiry_is_a_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pending_days__lte", 365)),
                        name="points_pointspolicy_pending_is_bounded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Accrual",
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
                    "source",
                    models.CharField(
                        choices=[
                            ("sale", "sale"),
                            ("receipt", "receipt claimed"),
                            ("hand", "given by hand"),
                            ("top_up", "top-up"),
                            ("task", "task"),
                            ("stamps", "stamp card"),
                            ("visit", "visit"),
                            ("gift", "gift"),
                            ("import", "brought along"),
                        ],
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="reference"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("business_date", models.DateField(verbose_name="business date")),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                (
                    "amount",
                    models.BigIntegerField(
                        default=0, verbose_name="amount that earned"
                    ),
                ),
                (
                    "refunded",
                    models.BigIntegerField(default=0, verbose_name="refunded"),
                ),
                ("basis", models.JSONField(null=True, verbose_name="basis")),
                ("why", models.JSONField(default=list, verbose_name="why")),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                (
                    "points_kept",
                    models.BigIntegerField(default=0, verbose_name="points kept"),
                ),
                (
                    "growth",
                    models.BigIntegerField(default=0, verbose_name="growth value"),
                ),
                (
                    "growth_kept",
                    models.BigIntegerField(default=0, verbose_name="growth value kept"),
                ),
                (
                    "usable_from",
                    models.DateTimeField(null=True, verbose_name="usable from"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(null=True, verbose_name="expires at"),
                ),
                (
                    "pending",
                    models.BigIntegerField(default=0, verbose_name="still pending"),
                ),
                (
                    "debt_paid",
                    models.BigIntegerField(default=0, verbose_name="went into a debt"),
                ),
                (
                    "charged_points",
                    models.BigIntegerField(
                        default=0, verbose_name="points charged in money"
                    ),
                ),
                (
                    "charged",
                    models.BigIntegerField(default=0, verbose_name="charged in money"),
                ),
                ("lot_posting", models.BigIntegerField(editable=False, null=True)),
                ("growth_posting", models.BigIntegerField(editable=False, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.pointspolicy",
                        verbose_name="points policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "points earned",
                "verbose_name_plural": "points earned",
                "permissions": [
                    ("accrue", "Can credit points for a sale"),
                    ("grant_points", "Can give points and growth value by hand"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-id"], name="points_accrual_of_member"
                    ),
                    models.Index(
                        fields=["member", "business_date"], name="points_accrual_of_day"
                    ),
                    models.Index(
                        condition=models.Q(("pending__gt", 0)),
                        fields=["usable_from", "id"],
                        name="points_accrual_due",
                    ),
                    models.Index(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=["reference"],
                        name="points_accrual_reference",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("refunded__gte", 0),
                            ("refunded__lte", models.F("amount")),
                        ),
                        name="points_accrual_refunds_within_the_sale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points_kept__gte", 0),
                            ("points_kept__lte", models.F("points")),
                            ("growth_kept__gte", 0),
                            ("growth_kept__lte", models.F("growth")),
                        ),
                        name="points_accrual_keeps_within_the_earned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pending__gte", 0),
                            ("debt_paid__gte", 0),
                            (
                                "pending__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("points"), "-", models.F("debt_paid")
                                ),
                            ),
                        ),
                        name="points_accrual_pending_within_the_earned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pending", 0),
                            ("usable_from__isnull", False),
                            _connector="OR",
                        ),
                        name="points_accrual_pending_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charged__gte", 0),
                            ("charged_points__gte", 0),
                            ("charged_points__lte", models.F("points")),
                        ),
                        name="points_accrual_charged_within_the_earned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptCode",
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
                    "code_hash",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="reference"
                    ),
                ),
                ("sold_at", models.DateTimeField(verbose_name="sold at")),
                ("business_date", models.DateField(verbose_name="business date")),
                ("expires_at", models.DateTimeField(verbose_name="to be claimed by")),
                ("bill", models.JSONField(verbose_name="bill")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "claimed_at",
                    models.DateTimeField(null=True, verbose_name="claimed at"),
                ),
                (
                    "voided_at",
                    models.DateTimeField(null=True, verbose_name="voided at"),
                ),
                (
                    "accrual",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="points.accrual",
                        verbose_name="points earned",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="claimed by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt code",
                "verbose_name_plural": "receipt codes",
                "permissions": [
                    ("issue_receipt_code", "Can print a receipt code"),
                    ("void_receipt_code", "Can void a receipt code"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member"],
                        name="points_receiptcode_of_member",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accrual", None),
                                ("claimed_at", None),
                                ("member", None),
                            ),
                            models.Q(
                                ("claimed_at__isnull", False),
                                ("member__isnull", False),
                                ("voided_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="points_receiptcode_claimed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code_hash__regex", "^[0-9a-f]{64}$")),
                        name="points_receiptcode_keeps_a_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="points_receiptcode_amount_is_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
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
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="reference"
                    ),
                ),
                ("bill", models.BigIntegerField(verbose_name="bill")),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("worth", models.BigIntegerField(verbose_name="worth")),
                (
                    "returned",
                    models.BigIntegerField(default=0, verbose_name="points returned"),
                ),
                ("entry_id", models.UUIDField(verbose_name="entry")),
                ("posting_id", models.BigIntegerField(editable=False)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.pointspolicy",
                        verbose_name="points policy",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "points spent",
                "verbose_name_plural": "points spent",
                "permissions": [
                    ("redeem_points", "Can spend a member’s points on a bill")
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-id"], name="points_redemption_of_member"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__gt", 0),
                            ("worth__gt", 0),
                            ("worth__lte", models.F("bill")),
                        ),
                        name="points_redemption_within_the_bill",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned__gte", 0), ("returned__lte", models.F("points"))
                        ),
                        name="points_redemption_returns_within_the_spent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reward",
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
                    models.SlugField(max_length=40, unique=True, verbose_name="code"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "description",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="description"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("goods", "goods, picked up at a counter"),
                            ("coupon", "coupon"),
                            ("donation", "donation"),
                        ],
                        default="goods",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="price in points",
                    ),
                ),
                (
                    "money",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="and in money (minor units)",
                    ),
                ),
                (
                    "stock",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: never runs out.",
                        null=True,
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="left in stock",
                    ),
                ),
                (
                    "most_per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="most per member",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                (
                    "pick_up_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days to pick it up",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
                    ),
                ),
            ],
            options={
                "verbose_name": "reward",
                "verbose_name_plural": "rewards",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stock", None), ("stock__gte", 0), _connector="OR"
                        ),
                        name="points_reward_stock_never_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("money__gte", 0), ("points__gt", 0)),
                        name="points_reward_costs_points",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("coupon", None), ("kind__in", ["goods", "donation"])
                            ),
                            models.Q(("coupon__isnull", False), ("kind", "coupon")),
                            _connector="OR",
                        ),
                        name="points_reward_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None),
                            ("ends_at", None),
                            ("starts_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="points_reward_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RewardOrder",
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
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "points_each",
                    models.PositiveIntegerField(verbose_name="points each"),
                ),
                (
                    "money_each",
                    models.PositiveIntegerField(default=0, verbose_name="money each"),
                ),
                ("points", models.BigIntegerField(verbose_name="points")),
                ("money", models.BigIntegerField(default=0, verbose_name="money")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ordered", "waiting to be picked up"),
                            ("handed", "handed over"),
                            ("cancelled", "cancelled"),
                        ],
                        default="ordered",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "code_hash",
                    models.CharField(
                        editable=False, max_length=64, null=True, unique=True
                    ),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="ordered at")),
                (
                    "pick_up_by",
                    models.DateTimeField(null=True, verbose_name="to be picked up by"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(
                        null=True, verbose_name="handed over or cancelled at"
                    ),
                ),
                (
                    "ended_by",
                    models.CharField(blank=True, max_length=80, verbose_name="by"),
                ),
                ("entry_id", models.UUIDField(verbose_name="entry")),
                (
                    "handed_over_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="handed over in",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="points.reward",
                        verbose_name="reward",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "reward order",
                "verbose_name_plural": "reward orders",
                "permissions": [
                    ("order_reward", "Can order a reward for a member"),
                    ("hand_over_reward", "Can hand a reward over"),
                    ("cancel_reward_order", "Can cancel a reward order"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-id"], name="points_rewardorder_of_member"
                    ),
                    models.Index(
                        fields=["status", "-id"], name="points_rewardorder_by_status"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ordered", "handed", "cancelled"])
                        ),
                        name="points_rewardorder_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gt", 0),
                            (
                                "points",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("points_each"), "*", models.F("quantity")
                                ),
                            ),
                            (
                                "money",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("money_each"), "*", models.F("quantity")
                                ),
                            ),
                        ),
                        name="points_rewardorder_price_times_quantity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code_hash__isnull", False),
                                ("ended_at", None),
                                ("status", "ordered"),
                            ),
                            models.Q(
                                models.Q(("status", "ordered"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="points_rewardorder_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_hash", None),
                            ("code_hash__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="points_rewardorder_keeps_a_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RewardTaken",
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
                ("taken", models.PositiveIntegerField(default=0, verbose_name="taken")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="points.reward",
                    ),
                ),
            ],
            options={
                "verbose_name": "rewards of a member",
                "verbose_name_plural": "rewards of members",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reward", "member"),
                        name="points_rewardtaken_one_row_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken__gte", 0)),
                        name="points_rewardtaken_never_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StampProgramme",
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
                    models.SlugField(max_length=40, unique=True, verbose_name="code"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "earned_by",
                    models.CharField(
                        choices=[
                            ("visit", "one for each visit"),
                            ("spend", "one for each amount spent"),
                        ],
                        default="visit",
                        max_length=5,
                        verbose_name="stamps are",
                    ),
                ),
                (
                    "amount",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="The least bill that counts, or the amount for each stamp.",
                        validators=[
                            django.core.validators.MaxValueValidator(1000000000)
                        ],
                        verbose_name="amount (minor units)",
                    ),
                ),
                (
                    "stamps",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="stamps on a card",
                    ),
                ),
                (
                    "most_per_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="most per day",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points for a full card",
                    ),
                ),
                (
                    "growth",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value for a full card",
                    ),
                ),
                (
                    "live_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="To the end of the month; empty: they stay.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="stamps live (months)",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        verbose_name="stores",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
                    ),
                ),
            ],
            options={
                "verbose_name": "stamp programme",
                "verbose_name_plural": "stamp programmes",
                "permissions": [("give_stamps", "Can give stamps")],
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most_per_day__gt", 0), ("stamps__gt", 0)),
                        name="points_stampprogramme_has_stamps",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("earned_by", "visit"),
                            models.Q(("amount__gt", 0), ("earned_by", "spend")),
                            _connector="OR",
                        ),
                        name="points_stampprogramme_earned_by_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None),
                            ("ends_at", None),
                            ("starts_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="points_stampprogramme_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StampGrant",
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
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("business_date", models.DateField(verbose_name="business date")),
                ("amount", models.BigIntegerField(default=0, verbose_name="bill")),
                ("stamps", models.PositiveIntegerField(verbose_name="stamps")),
                (
                    "taken_back",
                    models.PositiveIntegerField(default=0, verbose_name="taken back"),
                ),
                (
                    "cards",
                    models.PositiveIntegerField(default=0, verbose_name="cards filled"),
                ),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                ("lot_posting", models.BigIntegerField(editable=False, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="points.stampprogramme",
                        verbose_name="stamp programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "stamps given",
                "verbose_name_plural": "stamps given",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-id"], name="points_stampgrant_of_member"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("taken_back__lte", models.F("stamps"))),
                        name="points_stampgrant_takes_back_within_the_given",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StampDay",
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
                ("day", models.DateField(verbose_name="day")),
                (
                    "stamps",
                    models.PositiveIntegerField(default=0, verbose_name="stamps"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="points.stampprogramme",
                    ),
                ),
            ],
            options={
                "verbose_name": "stamps of a day",
                "verbose_name_plural": "stamps of days",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "member", "day"),
                        name="points_stampday_one_row_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stamps__gte", 0)),
                        name="points_stampday_never_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                    models.SlugField(max_length=40, unique=True, verbose_name="code"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("profile", "complete the profile"),
                            ("first", "first visit"),
                            ("streak", "check in several days in a row"),
                            ("review", "write a review"),
                            ("birthday", "birthday"),
                            ("referral", "bring a friend"),
                            ("other", "something else"),
                        ],
                        max_length=8,
                        verbose_name="what is done",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("once", "once"),
                            ("day", "every day"),
                            ("week", "every week"),
                            ("month", "every month"),
                            ("year", "every year"),
                            ("each", "each time"),
                        ],
                        default="once",
                        max_length=5,
                        verbose_name="counts",
                    ),
                ),
                (
                    "most_per_year",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="most per year",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(366),
                        ],
                        verbose_name="days in a row",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="points",
                    ),
                ),
                (
                    "growth",
                    models.PositiveIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(1000000)],
                        verbose_name="growth value",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="from"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="until"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
                    ),
                ),
            ],
            options={
                "verbose_name": "task",
                "verbose_name_plural": "tasks",
                "permissions": [("complete_task", "Can mark a member’s task as done")],
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "profile",
                                    "first",
                                    "streak",
                                    "review",
                                    "birthday",
                                    "referral",
                                    "other",
                                ],
                            ),
                            (
                                "period__in",
                                ["once", "day", "week", "month", "year", "each"],
                            ),
                        ),
                        name="points_task_words_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gt", 0)),
                        name="points_task_streak_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None),
                            ("ends_at", None),
                            ("starts_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="points_task_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskDone",
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
                ("period", models.CharField(max_length=60, verbose_name="period")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "points",
                    models.PositiveIntegerField(default=0, verbose_name="points"),
                ),
                (
                    "growth",
                    models.PositiveIntegerField(default=0, verbose_name="growth value"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="done",
                        to="points.task",
                        verbose_name="task",
                    ),
                ),
            ],
            options={
                "verbose_name": "task done",
                "verbose_name_plural": "tasks done",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-id"], name="points_taskdone_of_member"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "member", "period"), name="points_taskdone_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccrualRefund",
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
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                (
                    "amounts",
                    models.JSONField(default=list, verbose_name="refunded by line"),
                ),
                ("amount", models.BigIntegerField(verbose_name="refunded")),
                ("points", models.BigIntegerField(verbose_name="points taken back")),
                (
                    "from_pending",
                    models.BigIntegerField(verbose_name="from what was pending"),
                ),
                ("from_lot", models.BigIntegerField(verbose_name="from their own lot")),
                (
                    "from_others",
                    models.BigIntegerField(verbose_name="from other points"),
                ),
                ("lapsed", models.BigIntegerField(verbose_name="lapsed before")),
                ("debt", models.BigIntegerField(verbose_name="became a debt")),
                ("forgiven", models.BigIntegerField(verbose_name="let go")),
                (
                    "charged_points",
                    models.BigIntegerField(verbose_name="points charged in money"),
                ),
                ("charged", models.BigIntegerField(verbose_name="charged in money")),
                (
                    "growth",
                    models.BigIntegerField(verbose_name="growth value taken back"),
                ),
                (
                    "accrual",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="points.accrual",
                        verbose_name="points earned",
                    ),
                ),
            ],
            options={
                "verbose_name": "points taken back",
                "verbose_name_plural": "points taken back",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "points",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("from_pending"),
                                                        "+",
                                                        models.F("from_lot"),
                                                    ),
                                                    "+",
                                                    models.F("from_others"),
                                                ),
                                                "+",
                                                models.F("lapsed"),
                                            ),
                                            "+",
                                            models.F("debt"),
                                        ),
                                        "+",
                                        models.F("forgiven"),
                                    ),
                                    "+",
                                    models.F("charged_points"),
                                ),
                            )
                        ),
                        name="points_accrualrefund_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0), ("growth__gte", 0), ("points__gte", 0)
                        ),
                        name="points_accrualrefund_takes_nothing_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
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
                ("day", models.DateField(verbose_name="day")),
                ("streak", models.PositiveIntegerField(verbose_name="days in a row")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in",
                "verbose_name_plural": "check-ins",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "day"), name="points_checkin_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("streak__gt", 0)),
                        name="points_checkin_counts",
                    ),
                ],
            },
        ),
    ]
