import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalTier",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=32, verbose_name="code")),
                (
                    "name_en",
                    models.CharField(max_length=40, verbose_name="name in English"),
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
                    "rank",
                    models.PositiveSmallIntegerField(
                        help_text="The higher, the better; no two tiers share one.",
                        verbose_name="rank",
                    ),
                ),
                (
                    "threshold",
                    models.BigIntegerField(
                        blank=True,
                        help_text="0: for every member. Empty: bought or given only.",
                        null=True,
                        verbose_name="growth value needed",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: not sold.",
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How long it lasts when bought.",
                        null=True,
                        verbose_name="valid for, in months",
                    ),
                ),
                (
                    "discount_per_mille",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="50 is 5 % off.",
                        verbose_name="discount, per mille",
                    ),
                ),
                (
                    "points_per_mille",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="1500 is one and a half times the points.",
                        verbose_name="points factor, per mille",
                    ),
                ),
                (
                    "has_member_price",
                    models.BooleanField(
                        default=False, verbose_name="pays the member price"
                    ),
                ),
                (
                    "member_price_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="1 is Monday, 7 is Sunday. Empty: every day.",
                        verbose_name="days of the member price",
                    ),
                ),
                (
                    "birthday_gift",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="birthday gift"
                    ),
                ),
                (
                    "upgrade_gift",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="upgrade gift"
                    ),
                ),
                (
                    "exclusive_coupons",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="exclusive coupons"
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        default="#0a4d42",
                        help_text="Such as #0a4d42.",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}$")
                        ],
                        verbose_name="colour",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Nobody new reaches one out of use.",
                        verbose_name="in use",
                    ),
                ),
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
                "verbose_name": "historical tier",
                "verbose_name_plural": "historical tiers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Tier",
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
                    models.SlugField(max_length=32, unique=True, verbose_name="code"),
                ),
                (
                    "name_en",
                    models.CharField(max_length=40, verbose_name="name in English"),
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
                    "rank",
                    models.PositiveSmallIntegerField(
                        help_text="The higher, the better; no two tiers share one.",
                        verbose_name="rank",
                    ),
                ),
                (
                    "threshold",
                    models.BigIntegerField(
                        blank=True,
                        help_text="0: for every member. Empty: bought or given only.",
                        null=True,
                        verbose_name="growth value needed",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: not sold.",
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How long it lasts when bought.",
                        null=True,
                        verbose_name="valid for, in months",
                    ),
                ),
                (
                    "discount_per_mille",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="50 is 5 % off.",
                        verbose_name="discount, per mille",
                    ),
                ),
                (
                    "points_per_mille",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="1500 is one and a half times the points.",
                        verbose_name="points factor, per mille",
                    ),
                ),
                (
                    "has_member_price",
                    models.BooleanField(
                        default=False, verbose_name="pays the member price"
                    ),
                ),
                (
                    "member_price_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="1 is Monday, 7 is Sunday. Empty: every day.",
                        verbose_name="days of the member price",
                    ),
                ),
                (
                    "birthday_gift",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="birthday gift"
                    ),
                ),
                (
                    "upgrade_gift",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="upgrade gift"
                    ),
                ),
                (
                    "exclusive_coupons",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="exclusive coupons"
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        default="#0a4d42",
                        help_text="Such as #0a4d42.",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator("^#[0-9a-fA-F]{6}$")
                        ],
                        verbose_name="colour",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Nobody new reaches one out of use.",
                        verbose_name="in use",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier",
                "verbose_name_plural": "tiers",
                "permissions": [
                    ("sell_tier", "Can sell a tier"),
                    ("refund_tier", "Can refund a tier that was sold"),
                    ("give_tier", "Can give a tier by hand"),
                    ("review_tiers", "Can review all tiers now"),
                ],
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rank",),
                        name="tiers_tier_one_per_rank",
                        violation_error_message="Another tier has this rank.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("threshold", None),
                            models.Q(
                                ("threshold__gte", 0),
                                ("threshold__lte", 1000000000000000),
                            ),
                            _connector="OR",
                        ),
                        name="tiers_tier_threshold_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("price", None), ("validity_months", None)),
                            models.Q(
                                ("price__gt", 0),
                                ("price__lte", 1000000000000000),
                                ("validity_months__gt", 0),
                                ("validity_months__lte", 120),
                            ),
                            _connector="OR",
                        ),
                        name="tiers_tier_sold_with_price_and_validity",
                        violation_error_message="A tier that is sold has a price and lasts 1 to 120 months.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discount_per_mille__lte", 1000)),
                        name="tiers_tier_discount_within_the_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points_per_mille__lte", 100000)),
                        name="tiers_tier_points_factor_is_bounded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "member_price_weekdays__contained_by",
                                [1, 2, 3, 4, 5, 6, 7],
                            )
                        ),
                        name="tiers_tier_weekdays_are_days",
                        violation_error_message="A weekday is 1 (Monday) to 7 (Sunday).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour__regex", "^#[0-9a-fA-F]{6}$")),
                        name="tiers_tier_colour_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TierPolicy",
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
                    "window",
                    models.CharField(
                        choices=[
                            ("rolling", "the last months, day by day"),
                            ("calendar_year", "the calendar year"),
                            ("anniversary", "the year since joining"),
                        ],
                        default="rolling",
                        max_length=13,
                        verbose_name="growth value counts over",
                    ),
                ),
                (
                    "rolling_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        help_text="Where growth value counts over the last months.",
                        verbose_name="months that count",
                    ),
                ),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Between the end of the period and the step down.",
                        verbose_name="days of grace",
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="How long before the end of the period a member is told.",
                        verbose_name="days of notice",
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
                "verbose_name": "tier policy",
                "verbose_name_plural": "tier policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("window__in", ["rolling", "calendar_year", "anniversary"])
                        ),
                        name="tiers_tierpolicy_window_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rolling_months__gte", 1), ("rolling_months__lte", 60)
                        ),
                        name="tiers_tierpolicy_months_are_few",
                        violation_error_message="Growth value counts over 1 to 60 months.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grace_days__lte", 366), ("notice_days__lte", 366)
                        ),
                        name="tiers_tierpolicy_waits_at_most_a_year",
                        violation_error_message="Grace and notice are at most a year.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
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
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("raised", "reached"),
                            ("renewed", "kept for another period"),
                            ("noticed", "told that it is at risk"),
                            ("grace", "grace began"),
                            ("lowered", "one step down"),
                            ("bought", "bought"),
                            ("refunded", "refunded"),
                            ("given", "given by hand"),
                            ("taken", "taken back"),
                            ("lapsed", "its time is over"),
                            ("merged", "members merged"),
                        ],
                        max_length=8,
                        verbose_name="what happened",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("earned", "earned"),
                            ("paid", "bought"),
                            ("manual", "given by hand"),
                        ],
                        max_length=6,
                        verbose_name="source",
                    ),
                ),
                (
                    "metric",
                    models.BigIntegerField(null=True, verbose_name="growth value"),
                ),
                (
                    "kept_until",
                    models.DateTimeField(null=True, verbose_name="kept until"),
                ),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "became",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="became",
                    ),
                ),
                (
                    "was",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="was",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tierpolicy",
                        verbose_name="tier policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of tier",
                "verbose_name_plural": "changes of tier",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "id"], name="tiers_standingchange_of_member"
                    ),
                    models.Index(fields=["at"], name="tiers_standingchange_when"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "cause__in",
                                [
                                    "raised",
                                    "renewed",
                                    "noticed",
                                    "grace",
                                    "lowered",
                                    "bought",
                                    "refunded",
                                    "given",
                                    "taken",
                                    "lapsed",
                                    "merged",
                                ],
                            )
                        ),
                        name="tiers_standingchange_cause_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["earned", "paid", "manual"])
                        ),
                        name="tiers_standingchange_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("metric", None), ("metric__gte", 0), _connector="OR"
                        ),
                        name="tiers_standingchange_metric_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TierReview",
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
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "done_to",
                    models.BigIntegerField(default=0, verbose_name="done up to member"),
                ),
                ("last", models.BigIntegerField(verbose_name="last member")),
                (
                    "finished_at",
                    models.DateTimeField(null=True, verbose_name="finished at"),
                ),
                (
                    "raised",
                    models.PositiveIntegerField(default=0, verbose_name="reached"),
                ),
                (
                    "renewed",
                    models.PositiveIntegerField(default=0, verbose_name="kept"),
                ),
                (
                    "noticed",
                    models.PositiveIntegerField(default=0, verbose_name="told"),
                ),
                (
                    "graced",
                    models.PositiveIntegerField(default=0, verbose_name="in grace"),
                ),
                (
                    "lowered",
                    models.PositiveIntegerField(default=0, verbose_name="lowered"),
                ),
                (
                    "lapsed",
                    models.PositiveIntegerField(default=0, verbose_name="lapsed"),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tierpolicy",
                        verbose_name="tier policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "review of tiers",
                "verbose_name_plural": "reviews of tiers",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_to__gte", 0), ("done_to__lte", models.F("last"))
                        ),
                        name="tiers_tierreview_goes_no_further",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None),
                            ("done_to", models.F("last")),
                            _connector="OR",
                        ),
                        name="tiers_tierreview_finished_at_the_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("earned", "earned"),
                            ("paid", "bought"),
                            ("manual", "given by hand"),
                        ],
                        default="earned",
                        max_length=6,
                        verbose_name="source",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "kept_until",
                    models.DateTimeField(null=True, verbose_name="kept until"),
                ),
                (
                    "earned_until",
                    models.DateTimeField(null=True, verbose_name="earned until"),
                ),
                ("notice_at", models.DateTimeField(null=True, verbose_name="told at")),
                (
                    "grace_until",
                    models.DateTimeField(null=True, verbose_name="grace until"),
                ),
                (
                    "earned_tier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="earned tier",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "verbose_name": "standing",
                "verbose_name_plural": "standings",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["tier", "member"], name="tiers_standing_by_tier"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["earned", "paid", "manual"])
                        ),
                        name="tiers_standing_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "earned"), _negated=True),
                            models.Q(
                                models.Q(
                                    ("tier", models.F("earned_tier")),
                                    models.Q(("earned_tier", None), ("tier", None)),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("kept_until", models.F("earned_until")),
                                    models.Q(
                                        ("earned_until", None), ("kept_until", None)
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="tiers_standing_earned_is_what_was_earned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source", "earned"),
                            models.Q(
                                ("kept_until__isnull", False), ("tier__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="tiers_standing_lent_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("earned_until__isnull", False),
                            models.Q(("grace_until", None), ("notice_at", None)),
                            _connector="OR",
                        ),
                        name="tiers_standing_only_what_ends_is_at_risk",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grace_until", None),
                            ("notice_at__isnull", False),
                            _connector="OR",
                        ),
                        name="tiers_standing_grace_after_notice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TierGrant",
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
                        choices=[("paid", "bought"), ("manual", "given by hand")],
                        max_length=6,
                        verbose_name="source",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "ended_at",
                    models.DateTimeField(null=True, verbose_name="ended early at"),
                ),
                ("price", models.BigIntegerField(default=0, verbose_name="price")),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                (
                    "key",
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "verbose_name": "bought or given tier",
                "verbose_name_plural": "bought and given tiers",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "ends_at"], name="tiers_tiergrant_of_member"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("price__gt", 0),
                                ("price__lte", 1000000000000000),
                                ("source", "paid"),
                                ("entry_id__isnull", False),
                            ),
                            models.Q(
                                ("entry_id", None), ("price", 0), ("source", "manual")
                            ),
                            _connector="OR",
                        ),
                        name="tiers_tiergrant_bought_with_an_entry_or_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="tiers_tiergrant_ends_after_it_starts",
                    ),
                ],
            },
        ),
    ]
