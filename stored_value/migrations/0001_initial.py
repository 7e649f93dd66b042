import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cards", "0003_permissions"),
        ("coupons", "0003_permissions"),
        ("ledger", "0003_lock_and_take_back"),
        ("members", "0001_initial"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
        ("tiers", "0003_permissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wallet",
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
            ],
            options={
                "verbose_name": "wallet",
                "verbose_name_plural": "wallets",
                "db_table": "stored_value_wallet",
                "permissions": [
                    ("spend_wallet", "Can take payment from a wallet"),
                    ("refund_spend", "Can refund a payment from a wallet"),
                    ("transfer_value", "Can transfer value between members"),
                    ("close_wallet", "Can close a wallet and pay it out"),
                    ("view_clearing", "Can view the clearing between stores"),
                ],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HistoricalTopUpPlan",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(db_index=True, max_length=80, verbose_name="name"),
                ),
                (
                    "is_active",
                    models.BooleanField(default=True, verbose_name="on offer"),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("highest", "the highest step that is reached"),
                            ("each", "for each full step"),
                        ],
                        default="highest",
                        max_length=8,
                        verbose_name="gives",
                    ),
                ),
                (
                    "first_top_up_only",
                    models.BooleanField(
                        default=False, verbose_name="first top-up only"
                    ),
                ),
                (
                    "times_per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number of times.",
                        null=True,
                        verbose_name="times per member",
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
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="None: every day.",
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "bonus_valid_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as the stored value policy says.",
                        null=True,
                        verbose_name="bonus is valid for (days)",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="version"
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
                "verbose_name": "historical top-up plan",
                "verbose_name_plural": "historical top-up plans",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="StaffAccount",
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
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
            ],
            options={
                "verbose_name": "staff’s own member account",
                "verbose_name_plural": "staff’s own member accounts",
                "default_permissions": ("view", "add", "delete"),
            },
        ),
        migrations.CreateModel(
            name="TopUpPlan",
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
                    "name",
                    models.CharField(max_length=80, unique=True, verbose_name="name"),
                ),
                (
                    "is_active",
                    models.BooleanField(default=True, verbose_name="on offer"),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("highest", "the highest step that is reached"),
                            ("each", "for each full step"),
                        ],
                        default="highest",
                        max_length=8,
                        verbose_name="gives",
                    ),
                ),
                (
                    "first_top_up_only",
                    models.BooleanField(
                        default=False, verbose_name="first top-up only"
                    ),
                ),
                (
                    "times_per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number of times.",
                        null=True,
                        verbose_name="times per member",
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
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="None: every day.",
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "bonus_valid_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as the stored value policy says.",
                        null=True,
                        verbose_name="bonus is valid for (days)",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "stores",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None: every store.",
                        related_name="+",
                        to="stores.store",
                        verbose_name="stores",
                    ),
                ),
                (
                    "tiers",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None: every member.",
                        related_name="+",
                        to="tiers.tier",
                        verbose_name="tiers",
                    ),
                ),
            ],
            options={
                "verbose_name": "top-up plan",
                "verbose_name_plural": "top-up plans",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["highest", "each"])),
                        name="stored_value_topupplan_mode_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_at", None),
                            ("ends_at", None),
                            ("starts_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="stored_value_topupplan_starts_before_it_ends",
                        violation_error_message="The plan would end before it begins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])
                        ),
                        name="stored_value_topupplan_weekdays_are_of_a_week",
                        violation_error_message="Weekdays are 1 (Monday) to 7 (Sunday).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("times_per_member", None),
                            ("times_per_member__gt", 0),
                            _connector="OR",
                        ),
                        name="stored_value_topupplan_times_are_some",
                        violation_error_message="Give it at least once.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TopUpPlanVersion",
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
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("terms", models.JSONField(verbose_name="terms")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="stored_value.topupplan",
                        verbose_name="plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a plan",
                "verbose_name_plural": "versions of a plan",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "number"),
                        name="stored_value_topupplanversion_numbered_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TopUp",
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
                ("paid", models.BigIntegerField(verbose_name="paid")),
                ("bonus", models.BigIntegerField(default=0, verbose_name="bonus")),
                (
                    "bonus_expires_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="bonus expires at"
                    ),
                ),
                (
                    "principal_expires_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="principal expires at"
                    ),
                ),
                (
                    "lapses_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="It stays owed, and is given back when asked for.",
                        null=True,
                        verbose_name="principal rests from",
                    ),
                ),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                (
                    "growth",
                    models.BigIntegerField(default=0, verbose_name="growth value"),
                ),
                (
                    "coupons",
                    models.PositiveIntegerField(default=0, verbose_name="coupons"),
                ),
                (
                    "profile",
                    models.CharField(max_length=4, verbose_name="country’s rules"),
                ),
                (
                    "card",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.card",
                        verbose_name="bearer card",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
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
                    "plan_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="top_ups",
                        to="stored_value.topupplanversion",
                        verbose_name="plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "top-up",
                "verbose_name_plural": "top-ups",
                "permissions": [
                    ("top_up_wallet", "Can top up a wallet"),
                    ("refund_top_up", "Can refund a top-up"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "-at"], name="stored_value_topup_by_member"
                    ),
                    models.Index(
                        condition=models.Q(("card__isnull", False)),
                        fields=["card", "-at"],
                        name="stored_value_topup_by_card",
                    ),
                    models.Index(
                        fields=["store", "-at"], name="stored_value_topup_by_store"
                    ),
                    models.Index(
                        condition=models.Q(("lapses_at__isnull", False)),
                        fields=["lapses_at"],
                        name="stored_value_topup_lapsing",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid__gt", 0),
                            ("bonus__gte", 0),
                            ("points__gte", 0),
                            ("growth__gte", 0),
                        ),
                        name="stored_value_topup_amounts_are_some",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("card", None), ("member__isnull", False)),
                            models.Q(("card__isnull", False), ("member", None)),
                            _connector="OR",
                        ),
                        name="stored_value_topup_has_one_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TopUpRefund",
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
                ("tender", models.CharField(max_length=40, verbose_name="paid out by")),
                (
                    "principal_left",
                    models.BigIntegerField(verbose_name="principal left"),
                ),
                ("bonus_voided", models.BigIntegerField(verbose_name="bonus voided")),
                (
                    "bonus_spent_charged",
                    models.BigIntegerField(verbose_name="charged for bonus spent"),
                ),
                ("fee", models.BigIntegerField(verbose_name="fee")),
                ("paid_out", models.BigIntegerField(verbose_name="paid out")),
                (
                    "points_taken",
                    models.BigIntegerField(default=0, verbose_name="points taken back"),
                ),
                (
                    "growth_taken",
                    models.BigIntegerField(
                        default=0, verbose_name="growth value taken back"
                    ),
                ),
                (
                    "coupons_revoked",
                    models.PositiveIntegerField(
                        default=0, verbose_name="coupons taken back"
                    ),
                ),
                (
                    "is_cooling_off",
                    models.BooleanField(verbose_name="within the cooling-off"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
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
                    "top_up",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="stored_value.topup",
                        verbose_name="top-up",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund of a top-up",
                "verbose_name_plural": "refunds of top-ups",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "principal_left",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid_out"), "+", models.F("fee")
                                    ),
                                    "+",
                                    models.F("bonus_spent_charged"),
                                ),
                            ),
                            ("paid_out__gte", 0),
                            ("fee__gte", 0),
                            ("bonus_spent_charged__gte", 0),
                            ("bonus_voided__gte", 0),
                        ),
                        name="stored_value_topuprefund_adds_up",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TopUpStep",
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
                ("amount", models.BigIntegerField(verbose_name="paid")),
                ("bonus", models.BigIntegerField(default=0, verbose_name="bonus")),
                (
                    "bonus_per_mille",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Of what is paid, in place of an amount: 100 is a tenth.",
                        verbose_name="bonus (per mille)",
                    ),
                ),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                (
                    "growth",
                    models.BigIntegerField(default=0, verbose_name="growth value"),
                ),
                (
                    "coupons",
                    models.PositiveIntegerField(
                        default=0, verbose_name="number of coupons"
                    ),
                ),
                (
                    "coupon_template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="coupon",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="stored_value.topupplan",
                        verbose_name="plan",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a plan",
                "verbose_name_plural": "steps of a plan",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "amount"),
                        name="stored_value_topupstep_one_per_amount",
                        violation_error_message="Two steps begin at the same amount.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            ("amount__lte", 1000000000000000),
                            ("bonus__gte", 0),
                            ("bonus__lte", 1000000000000000),
                            ("points__gte", 0),
                            ("points__lte", 1000000000000000),
                            ("growth__gte", 0),
                            ("growth__lte", 1000000000000000),
                            ("bonus_per_mille__lte", 10000),
                        ),
                        name="stored_value_topupstep_figures_have_bounds",
                        violation_error_message="These figures are not possible.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bonus", 0), ("bonus_per_mille", 0), _connector="OR"
                        ),
                        name="stored_value_topupstep_amount_or_share",
                        violation_error_message="Give an amount or a share, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coupon_template", None), ("coupons", 0)),
                            models.Q(
                                ("coupon_template__isnull", False),
                                ("coupons__gt", 0),
                                ("coupons__lte", 100),
                            ),
                            _connector="OR",
                        ),
                        name="stored_value_topupstep_coupons_have_a_template",
                        violation_error_message="Name the coupon and how many, up to 100.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WalletPolicy",
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
                    "spending_order",
                    models.CharField(
                        choices=[
                            ("pro_rata", "in proportion"),
                            ("principal_first", "principal first"),
                            ("bonus_first", "bonus first"),
                        ],
                        default="pro_rata",
                        max_length=16,
                        verbose_name="spending order",
                    ),
                ),
                (
                    "least_top_up",
                    models.BigIntegerField(
                        default=1000, verbose_name="smallest top-up"
                    ),
                ),
                (
                    "most_top_up",
                    models.BigIntegerField(
                        default=500000, verbose_name="largest top-up"
                    ),
                ),
                (
                    "most_held",
                    models.BigIntegerField(
                        blank=True,
                        default=500000,
                        help_text="Principal; empty: without limit.",
                        null=True,
                        verbose_name="most that a member holds",
                    ),
                ),
                (
                    "most_on_bearer_card",
                    models.BigIntegerField(
                        blank=True,
                        default=100000,
                        help_text="Principal; empty: without limit.",
                        null=True,
                        verbose_name="most on a bearer card",
                    ),
                ),
                (
                    "bonus_valid_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=365,
                        help_text="Empty: for ever. A plan may name its own.",
                        null=True,
                        verbose_name="bonus is valid for (days)",
                    ),
                ),
                (
                    "principal_valid_months",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: for ever, as some laws demand.",
                        null=True,
                        verbose_name="principal is valid for (months)",
                    ),
                ),
                (
                    "bearer_valid_months",
                    models.PositiveIntegerField(
                        blank=True,
                        default=36,
                        help_text="Empty: for ever, as some laws demand.",
                        null=True,
                        verbose_name="principal on a bearer card is valid for (months)",
                    ),
                ),
                (
                    "cooling_off_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="All principal back, without a fee, if nothing was spent.",
                        verbose_name="cooling-off (days)",
                    ),
                ),
                (
                    "refund_rule",
                    models.CharField(
                        choices=[
                            ("unused", "the principal that is left"),
                            ("ratio", "the paid share of what is left"),
                        ],
                        default="unused",
                        max_length=16,
                        verbose_name="refund of a top-up",
                    ),
                ),
                (
                    "refund_fee_per_mille",
                    models.PositiveIntegerField(
                        default=0, verbose_name="refund fee (per mille)"
                    ),
                ),
                (
                    "most_cash_out",
                    models.BigIntegerField(
                        blank=True,
                        default=10000,
                        null=True,
                        verbose_name="most paid out in cash",
                    ),
                ),
                (
                    "code_from",
                    models.BigIntegerField(
                        default=20000,
                        help_text="Of an anonymous device it is always asked.",
                        verbose_name="payment code asked above",
                    ),
                ),
                (
                    "may_transfer",
                    models.BooleanField(
                        default=True, verbose_name="members may transfer principal"
                    ),
                ),
                (
                    "hold_hours",
                    models.PositiveIntegerField(
                        default=72, verbose_name="holds end after (hours)"
                    ),
                ),
                (
                    "given_back_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="At least so long, when a refund or a hold gives it back.",
                        verbose_name="bonus given back lives on (days)",
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
                "verbose_name": "stored value policy",
                "verbose_name_plural": "stored value policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "spending_order__in",
                                ["pro_rata", "principal_first", "bonus_first"],
                            ),
                            ("refund_rule__in", ["unused", "ratio"]),
                        ),
                        name="stored_value_walletpolicy_words_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("least_top_up__gt", 0),
                            ("least_top_up__lte", models.F("most_top_up")),
                            ("most_top_up__lte", 1000000000000000),
                        ),
                        name="stored_value_walletpolicy_top_ups_have_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_from__gte", 0),
                            ("refund_fee_per_mille__lte", 1000),
                            ("hold_hours__gt", 0),
                        ),
                        name="stored_value_walletpolicy_figures_make_sense",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="topup",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="top_ups",
                to="stored_value.walletpolicy",
                verbose_name="stored value policy",
            ),
        ),
        migrations.CreateModel(
            name="Hold",
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
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("principal", models.BigIntegerField(verbose_name="principal")),
                ("bonus", models.BigIntegerField(verbose_name="bonus")),
                (
                    "captured",
                    models.BigIntegerField(default=0, verbose_name="captured"),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=120, verbose_name="for"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "held"),
                            ("captured", "captured"),
                            ("released", "released"),
                            ("expired", "ran out"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("expires_at", models.DateTimeField(verbose_name="runs out at")),
                (
                    "resolved_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.card",
                        verbose_name="bearer card",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                        verbose_name="entry",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "resolved_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                        verbose_name="ended by",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
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
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
                "permissions": [("hold_value", "Can hold, capture and release value")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["expires_at"],
                        name="stored_value_hold_due",
                    ),
                    models.Index(
                        fields=["member", "-placed_at"],
                        name="stored_value_hold_by_member",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("principal"), "+", models.F("bonus")
                                ),
                            ),
                            ("principal__gte", 0),
                            ("bonus__gte", 0),
                        ),
                        name="stored_value_hold_amounts_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("card", None), ("member__isnull", False)),
                            models.Q(("card__isnull", False), ("member", None)),
                            _connector="OR",
                        ),
                        name="stored_value_hold_has_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("captured__gt", 0),
                                ("captured__lte", models.F("amount")),
                                ("status", "captured"),
                            ),
                            models.Q(
                                models.Q(("status", "captured"), _negated=True),
                                ("captured", 0),
                            ),
                            _connector="OR",
                        ),
                        name="stored_value_hold_captures_what_it_holds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("resolved_at", None),
                                ("resolved_by", None),
                                ("status", "open"),
                            ),
                            models.Q(
                                ("status__in", ["captured", "released", "expired"]),
                                ("resolved_at__isnull", False),
                                ("resolved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="stored_value_hold_ends_by_an_entry",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentCode",
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
                ("code_hash", models.CharField(editable=False, max_length=128)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="wrong tries"
                    ),
                ),
                (
                    "locked_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="locked until"
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="set at")),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment code",
                "verbose_name_plural": "payment codes",
                "permissions": [
                    ("set_payment_code", "Can let a member set a payment code")
                ],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code_hash__startswith", "argon2$")),
                        name="stored_value_paymentcode_keeps_a_fingerprint",
                    )
                ],
            },
        ),
    ]
