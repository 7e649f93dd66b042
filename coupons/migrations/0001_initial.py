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
            name="ClaimTries",
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
                    "subject",
                    models.CharField(max_length=80, unique=True, verbose_name="who"),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, verbose_name="wrong tries"),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "locked_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="locked until"
                    ),
                ),
            ],
            options={
                "verbose_name": "wrong tries",
                "verbose_name_plural": "wrong tries",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CouponTemplate",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("amount_off", "Amount off over a threshold"),
                            ("percent_off", "Percent off"),
                            ("item", "Item for free or at a price"),
                            ("pass", "Visit pass"),
                            ("top_up", "Bonus on a top-up"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="name in English"
                    ),
                ),
                (
                    "name_zh_hans",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in simplified Chinese",
                    ),
                ),
                (
                    "name_zh_hant",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in traditional Chinese",
                    ),
                ),
                (
                    "conditions",
                    models.CharField(
                        blank=True,
                        help_text="What the guest should know besides; shown under the name.",
                        max_length=300,
                        verbose_name="small print",
                    ),
                ),
                (
                    "amount",
                    models.BigIntegerField(
                        default=0,
                        help_text="What is taken off; for an item the price it is had at; for a top-up the bonus.",
                        verbose_name="amount",
                    ),
                ),
                (
                    "off_bp",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="What is taken off, or the bonus on a top-up, in percent.",
                        verbose_name="percent",
                    ),
                ),
                (
                    "cap",
                    models.BigIntegerField(
                        blank=True,
                        help_text="The most that one use may save. Empty: no cap.",
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                (
                    "min_spend",
                    models.BigIntegerField(
                        default=0,
                        help_text="Counted on the items that the coupon is for.",
                        verbose_name="minimum spend",
                    ),
                ),
                (
                    "uses",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How often a visit pass serves.",
                        verbose_name="uses",
                    ),
                ),
                (
                    "use_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="What each use of a pass counts for when the rest is refunded. 0: an even share of what was paid.",
                        verbose_name="price per use",
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the items it is for. Empty: all.",
                        verbose_name="items",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the categories it is for. Empty: all.",
                        verbose_name="categories",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Where it may be used. Empty: everywhere.",
                        verbose_name="channels",
                    ),
                ),
                (
                    "store_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every store.",
                        verbose_name="stores",
                    ),
                ),
                (
                    "tier_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every tier, and guests without one.",
                        verbose_name="tiers",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every day.",
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "validity",
                    models.CharField(
                        choices=[
                            ("fixed", "Fixed dates"),
                            ("days", "A number of days"),
                            ("month_end", "Until the end of the month"),
                        ],
                        default="days",
                        max_length=10,
                        verbose_name="valid",
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="valid from"
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="From this moment on it can no longer be used.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "starts_after_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: at once. 1: from the next day on.",
                        verbose_name="begins after days",
                    ),
                ),
                (
                    "lasts_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=30,
                        help_text="Whole days, the first one counted.",
                        null=True,
                        verbose_name="lasts days",
                    ),
                ),
                (
                    "is_exclusive",
                    models.BooleanField(
                        default=False,
                        help_text="No other coupon may be used with it.",
                        verbose_name="alone on the bill",
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        blank=True,
                        help_text="Of coupons with the same group one may be used on a bill.",
                        max_length=32,
                        verbose_name="group",
                    ),
                ),
                (
                    "per_bill",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="of this kind on one bill"
                    ),
                ),
                (
                    "with_tier_discount",
                    models.BooleanField(
                        default=True, verbose_name="together with a tier’s discount"
                    ),
                ),
                (
                    "is_transferable",
                    models.BooleanField(
                        default=False, verbose_name="may be given to a friend"
                    ),
                ),
                (
                    "is_returnable",
                    models.BooleanField(
                        default=True,
                        verbose_name="given back when the sale is refunded",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Small letters, digits and hyphens, such as welcome-10.",
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9-]{0,39}$"
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "is_open",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off, no more are issued; those issued stay as they are.",
                        verbose_name="being issued",
                    ),
                ),
                (
                    "issued_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="issued from"
                    ),
                ),
                (
                    "issued_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="issued until"
                    ),
                ),
                (
                    "quota_total",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as are wanted.",
                        null=True,
                        verbose_name="quota",
                    ),
                ),
                (
                    "quota_daily",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as are wanted.",
                        null=True,
                        verbose_name="quota a day",
                    ),
                ),
                (
                    "per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="However they came. Empty: as many as are wanted.",
                        null=True,
                        verbose_name="for each member",
                    ),
                ),
                (
                    "is_claimable",
                    models.BooleanField(
                        default=False, verbose_name="members may claim it"
                    ),
                ),
                (
                    "claim_word",
                    models.CharField(
                        blank=True,
                        help_text="Capital letters, digits or Chinese; such as WELCOME.",
                        max_length=24,
                        null=True,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z一-鿿]{4,24}$"
                            )
                        ],
                        verbose_name="word to claim it with",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty: not for sale.",
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "points_price",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: not to be had for points.",
                        null=True,
                        verbose_name="price in points",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon template",
                "verbose_name_plural": "coupon templates",
                "abstract": False,
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["amount_off", "percent_off", "item", "pass", "top_up"],
                            )
                        ),
                        name="coupons_coupontemplate_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_en", ""), _negated=True),
                            models.Q(("name_zh_hans", ""), _negated=True),
                            models.Q(("name_zh_hant", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_has_a_name",
                        violation_error_message="Give it a name in one language at least.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("amount__lte", 1000000000000),
                            ("off_bp__lte", 10000),
                            models.Q(
                                ("cap", None),
                                models.Q(("cap__gt", 0), ("cap__lte", 1000000000000)),
                                _connector="OR",
                            ),
                            ("min_spend__gte", 0),
                            ("min_spend__lte", 1000000000000),
                            ("use_price__gte", 0),
                            ("use_price__lte", 1000000000000),
                        ),
                        name="coupons_coupontemplate_amounts_within_bounds",
                        violation_error_message="An amount is negative or too large.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0), ("kind", "amount_off"), ("off_bp", 0)
                            ),
                            models.Q(
                                ("amount", 0),
                                ("kind", "percent_off"),
                                ("off_bp__gt", 0),
                            ),
                            models.Q(("kind", "item"), ("off_bp", 0)),
                            models.Q(("amount", 0), ("kind", "pass"), ("off_bp", 0)),
                            models.Q(
                                ("amount__gt", 0), ("kind", "top_up"), ("off_bp", 0)
                            ),
                            models.Q(
                                ("amount", 0), ("kind", "top_up"), ("off_bp__gt", 0)
                            ),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_gives_what_its_kind_gives",
                        violation_error_message="Give an amount or a percentage, as this kind of coupon needs it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["item", "pass"]), _negated=True),
                            models.Q(("items", []), _negated=True),
                            models.Q(("categories", []), _negated=True),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_names_its_items",
                        violation_error_message="Name the items or categories it is for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uses", 1),
                            models.Q(
                                ("kind", "pass"), ("uses__gte", 1), ("uses__lte", 1000)
                            ),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_only_a_pass_has_many_uses",
                        violation_error_message="Only a visit pass has several uses.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("valid_from__isnull", False),
                                ("valid_until__gt", models.F("valid_from")),
                                ("validity", "fixed"),
                            ),
                            models.Q(
                                ("lasts_days__gte", 1),
                                ("lasts_days__lte", 3650),
                                ("validity", "days"),
                            ),
                            ("validity", "month_end"),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_says_how_long_it_holds",
                        violation_error_message="Say how long it holds: two dates in order, or a number of days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_after_days__lte", 3650)),
                        name="coupons_coupontemplate_begins_in_sight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])
                        ),
                        name="coupons_coupontemplate_weekdays_are_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_bill__gte", 1),
                            ("per_bill__lte", 100),
                            models.Q(
                                ("per_bill", 1),
                                models.Q(("group", ""), ("is_exclusive", False)),
                                _connector="OR",
                            ),
                        ),
                        name="coupons_coupontemplate_several_only_outside_groups",
                        violation_error_message="A coupon that stands alone or in a group is used once on a bill.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[a-z0-9][a-z0-9-]{0,39}$")
                        ),
                        name="coupons_coupontemplate_code_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claim_word", None),
                            ("claim_word__regex", "^[0-9A-Z一-鿿]{4,24}$"),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_claim_word_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price", None),
                            models.Q(("price__gt", 0), ("price__lte", 1000000000000)),
                            _connector="OR",
                        ),
                        name="coupons_coupontemplate_price_within_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("quota_total", None),
                                ("quota_total__gte", 1),
                                _connector="OR",
                            ),
                            models.Q(
                                ("quota_daily", None),
                                ("quota_daily__gte", 1),
                                _connector="OR",
                            ),
                            models.Q(
                                ("per_member", None),
                                ("per_member__gte", 1),
                                _connector="OR",
                            ),
                        ),
                        name="coupons_coupontemplate_quotas_are_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCouponTemplate",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("amount_off", "Amount off over a threshold"),
                            ("percent_off", "Percent off"),
                            ("item", "Item for free or at a price"),
                            ("pass", "Visit pass"),
                            ("top_up", "Bonus on a top-up"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="name in English"
                    ),
                ),
                (
                    "name_zh_hans",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in simplified Chinese",
                    ),
                ),
                (
                    "name_zh_hant",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in traditional Chinese",
                    ),
                ),
                (
                    "conditions",
                    models.CharField(
                        blank=True,
                        help_text="What the guest should know besides; shown under the name.",
                        max_length=300,
                        verbose_name="small print",
                    ),
                ),
                (
                    "amount",
                    models.BigIntegerField(
                        default=0,
                        help_text="What is taken off; for an item the price it is had at; for a top-up the bonus.",
                        verbose_name="amount",
                    ),
                ),
                (
                    "off_bp",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="What is taken off, or the bonus on a top-up, in percent.",
                        verbose_name="percent",
                    ),
                ),
                (
                    "cap",
                    models.BigIntegerField(
                        blank=True,
                        help_text="The most that one use may save. Empty: no cap.",
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                (
                    "min_spend",
                    models.BigIntegerField(
                        default=0,
                        help_text="Counted on the items that the coupon is for.",
                        verbose_name="minimum spend",
                    ),
                ),
                (
                    "uses",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How often a visit pass serves.",
                        verbose_name="uses",
                    ),
                ),
                (
                    "use_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="What each use of a pass counts for when the rest is refunded. 0: an even share of what was paid.",
                        verbose_name="price per use",
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the items it is for. Empty: all.",
                        verbose_name="items",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the categories it is for. Empty: all.",
                        verbose_name="categories",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Where it may be used. Empty: everywhere.",
                        verbose_name="channels",
                    ),
                ),
                (
                    "store_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every store.",
                        verbose_name="stores",
                    ),
                ),
                (
                    "tier_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every tier, and guests without one.",
                        verbose_name="tiers",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every day.",
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "validity",
                    models.CharField(
                        choices=[
                            ("fixed", "Fixed dates"),
                            ("days", "A number of days"),
                            ("month_end", "Until the end of the month"),
                        ],
                        default="days",
                        max_length=10,
                        verbose_name="valid",
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="valid from"
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="From this moment on it can no longer be used.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "starts_after_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: at once. 1: from the next day on.",
                        verbose_name="begins after days",
                    ),
                ),
                (
                    "lasts_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=30,
                        help_text="Whole days, the first one counted.",
                        null=True,
                        verbose_name="lasts days",
                    ),
                ),
                (
                    "is_exclusive",
                    models.BooleanField(
                        default=False,
                        help_text="No other coupon may be used with it.",
                        verbose_name="alone on the bill",
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        blank=True,
                        help_text="Of coupons with the same group one may be used on a bill.",
                        max_length=32,
                        verbose_name="group",
                    ),
                ),
                (
                    "per_bill",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="of this kind on one bill"
                    ),
                ),
                (
                    "with_tier_discount",
                    models.BooleanField(
                        default=True, verbose_name="together with a tier’s discount"
                    ),
                ),
                (
                    "is_transferable",
                    models.BooleanField(
                        default=False, verbose_name="may be given to a friend"
                    ),
                ),
                (
                    "is_returnable",
                    models.BooleanField(
                        default=True,
                        verbose_name="given back when the sale is refunded",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        db_index=True,
                        help_text="Small letters, digits and hyphens, such as welcome-10.",
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9-]{0,39}$"
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "is_open",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off, no more are issued; those issued stay as they are.",
                        verbose_name="being issued",
                    ),
                ),
                (
                    "issued_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="issued from"
                    ),
                ),
                (
                    "issued_until",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="issued until"
                    ),
                ),
                (
                    "quota_total",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as are wanted.",
                        null=True,
                        verbose_name="quota",
                    ),
                ),
                (
                    "quota_daily",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: as many as are wanted.",
                        null=True,
                        verbose_name="quota a day",
                    ),
                ),
                (
                    "per_member",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="However they came. Empty: as many as are wanted.",
                        null=True,
                        verbose_name="for each member",
                    ),
                ),
                (
                    "is_claimable",
                    models.BooleanField(
                        default=False, verbose_name="members may claim it"
                    ),
                ),
                (
                    "claim_word",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="Capital letters, digits or Chinese; such as WELCOME.",
                        max_length=24,
                        null=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z一-鿿]{4,24}$"
                            )
                        ],
                        verbose_name="word to claim it with",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty: not for sale.",
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "points_price",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: not to be had for points.",
                        null=True,
                        verbose_name="price in points",
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
                "verbose_name": "historical coupon template",
                "verbose_name_plural": "historical coupon templates",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="TemplateVersion",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("amount_off", "Amount off over a threshold"),
                            ("percent_off", "Percent off"),
                            ("item", "Item for free or at a price"),
                            ("pass", "Visit pass"),
                            ("top_up", "Bonus on a top-up"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "name_en",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="name in English"
                    ),
                ),
                (
                    "name_zh_hans",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in simplified Chinese",
                    ),
                ),
                (
                    "name_zh_hant",
                    models.CharField(
                        blank=True,
                        max_length=80,
                        verbose_name="name in traditional Chinese",
                    ),
                ),
                (
                    "conditions",
                    models.CharField(
                        blank=True,
                        help_text="What the guest should know besides; shown under the name.",
                        max_length=300,
                        verbose_name="small print",
                    ),
                ),
                (
                    "amount",
                    models.BigIntegerField(
                        default=0,
                        help_text="What is taken off; for an item the price it is had at; for a top-up the bonus.",
                        verbose_name="amount",
                    ),
                ),
                (
                    "off_bp",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="What is taken off, or the bonus on a top-up, in percent.",
                        verbose_name="percent",
                    ),
                ),
                (
                    "cap",
                    models.BigIntegerField(
                        blank=True,
                        help_text="The most that one use may save. Empty: no cap.",
                        null=True,
                        verbose_name="at most",
                    ),
                ),
                (
                    "min_spend",
                    models.BigIntegerField(
                        default=0,
                        help_text="Counted on the items that the coupon is for.",
                        verbose_name="minimum spend",
                    ),
                ),
                (
                    "uses",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How often a visit pass serves.",
                        verbose_name="uses",
                    ),
                ),
                (
                    "use_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="What each use of a pass counts for when the rest is refunded. 0: an even share of what was paid.",
                        verbose_name="price per use",
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the items it is for. Empty: all.",
                        verbose_name="items",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Codes of the categories it is for. Empty: all.",
                        verbose_name="categories",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Where it may be used. Empty: everywhere.",
                        verbose_name="channels",
                    ),
                ),
                (
                    "store_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every store.",
                        verbose_name="stores",
                    ),
                ),
                (
                    "tier_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every tier, and guests without one.",
                        verbose_name="tiers",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Empty: every day.",
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "validity",
                    models.CharField(
                        choices=[
                            ("fixed", "Fixed dates"),
                            ("days", "A number of days"),
                            ("month_end", "Until the end of the month"),
                        ],
                        default="days",
                        max_length=10,
                        verbose_name="valid",
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="valid from"
                    ),
                ),
                (
                    "valid_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="From this moment on it can no longer be used.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "starts_after_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: at once. 1: from the next day on.",
                        verbose_name="begins after days",
                    ),
                ),
                (
                    "lasts_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=30,
                        help_text="Whole days, the first one counted.",
                        null=True,
                        verbose_name="lasts days",
                    ),
                ),
                (
                    "is_exclusive",
                    models.BooleanField(
                        default=False,
                        help_text="No other coupon may be used with it.",
                        verbose_name="alone on the bill",
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        blank=True,
                        help_text="Of coupons with the same group one may be used on a bill.",
                        max_length=32,
                        verbose_name="group",
                    ),
                ),
                (
                    "per_bill",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="of this kind on one bill"
                    ),
                ),
                (
                    "with_tier_discount",
                    models.BooleanField(
                        default=True, verbose_name="together with a tier’s discount"
                    ),
                ),
                (
                    "is_transferable",
                    models.BooleanField(
                        default=False, verbose_name="may be given to a friend"
                    ),
                ),
                (
                    "is_returnable",
                    models.BooleanField(
                        default=True,
                        verbose_name="given back when the sale is refunded",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("hours", models.JSONField(default=list, verbose_name="hours of use")),
                (
                    "blackouts",
                    models.JSONField(default=list, verbose_name="blackout days"),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("made_by", models.CharField(max_length=120, verbose_name="made by")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a template",
                "verbose_name_plural": "versions of templates",
                "abstract": False,
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["amount_off", "percent_off", "item", "pass", "top_up"],
                            )
                        ),
                        name="coupons_templateversion_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_en", ""), _negated=True),
                            models.Q(("name_zh_hans", ""), _negated=True),
                            models.Q(("name_zh_hant", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="coupons_templateversion_has_a_name",
                        violation_error_message="Give it a name in one language at least.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("amount__lte", 1000000000000),
                            ("off_bp__lte", 10000),
                            models.Q(
                                ("cap", None),
                                models.Q(("cap__gt", 0), ("cap__lte", 1000000000000)),
                                _connector="OR",
                            ),
                            ("min_spend__gte", 0),
                            ("min_spend__lte", 1000000000000),
                            ("use_price__gte", 0),
                            ("use_price__lte", 1000000000000),
                        ),
                        name="coupons_templateversion_amounts_within_bounds",
                        violation_error_message="An amount is negative or too large.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0), ("kind", "amount_off"), ("off_bp", 0)
                            ),
                            models.Q(
                                ("amount", 0),
                                ("kind", "percent_off"),
                                ("off_bp__gt", 0),
                            ),
                            models.Q(("kind", "item"), ("off_bp", 0)),
                            models.Q(("amount", 0), ("kind", "pass"), ("off_bp", 0)),
                            models.Q(
                                ("amount__gt", 0), ("kind", "top_up"), ("off_bp", 0)
                            ),
                            models.Q(
                                ("amount", 0), ("kind", "top_up"), ("off_bp__gt", 0)
                            ),
                            _connector="OR",
                        ),
                        name="coupons_templateversion_gives_what_its_kind_gives",
                        violation_error_message="Give an amount or a percentage, as this kind of coupon needs it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["item", "pass"]), _negated=True),
                            models.Q(("items", []), _negated=True),
                            models.Q(("categories", []), _negated=True),
                            _connector="OR",
                        ),
                        name="coupons_templateversion_names_its_items",
                        violation_error_message="Name the items or categories it is for.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uses", 1),
                            models.Q(
                                ("kind", "pass"), ("uses__gte", 1), ("uses__lte", 1000)
                            ),
                            _connector="OR",
                        ),
                        name="coupons_templateversion_only_a_pass_has_many_uses",
                        violation_error_message="Only a visit pass has several uses.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("valid_from__isnull", False),
                                ("valid_until__gt", models.F("valid_from")),
                                ("validity", "fixed"),
                            ),
                            models.Q(
                                ("lasts_days__gte", 1),
                                ("lasts_days__lte", 3650),
                                ("validity", "days"),
                            ),
                            ("validity", "month_end"),
                            _connector="OR",
                        ),
                        name="coupons_templateversion_says_how_long_it_holds",
                        violation_error_message="Say how long it holds: two dates in order, or a number of days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_after_days__lte", 3650)),
                        name="coupons_templateversion_begins_in_sight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])
                        ),
                        name="coupons_templateversion_weekdays_are_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_bill__gte", 1),
                            ("per_bill__lte", 100),
                            models.Q(
                                ("per_bill", 1),
                                models.Q(("group", ""), ("is_exclusive", False)),
                                _connector="OR",
                            ),
                        ),
                        name="coupons_templateversion_several_only_outside_groups",
                        violation_error_message="A coupon that stands alone or in a group is used once on a bill.",
                    ),
                    models.UniqueConstraint(
                        fields=("template", "number"),
                        name="coupons_templateversion_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponIssue",
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
                    models.CharField(max_length=150, unique=True, verbose_name="key"),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("hand", "By hand"),
                            ("batch", "Printed batch"),
                            ("segment", "Segment"),
                            ("claim", "Claimed"),
                            ("purchase", "Bought with money"),
                            ("points", "Bought with points"),
                            ("campaign", "Campaign"),
                            ("top_up", "Top-up"),
                            ("tier", "Tier"),
                            ("stamps", "Stamp card"),
                            ("sale", "Sale"),
                            ("partner", "Partner"),
                            ("opening", "Brought along"),
                        ],
                        max_length=10,
                        verbose_name="how it came",
                    ),
                ),
                (
                    "quantity",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="For each member, or in the batch.",
                        verbose_name="quantity",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("business_date", models.DateField(verbose_name="business day")),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "audience",
                    models.JSONField(blank=True, null=True, verbose_name="to whom"),
                ),
                (
                    "reached",
                    models.BigIntegerField(
                        default=0, editable=False, verbose_name="reached"
                    ),
                ),
                ("issued", models.BigIntegerField(default=0, verbose_name="issued")),
                (
                    "passed_over",
                    models.BigIntegerField(
                        default=0,
                        help_text="Members who had as many as one may have, or came after the quota.",
                        verbose_name="passed over",
                    ),
                ),
                (
                    "done_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="finished at"
                    ),
                ),
                (
                    "exported_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="codes exported at"
                    ),
                ),
                ("paid", models.BigIntegerField(default=0, verbose_name="paid")),
                (
                    "entry",
                    models.UUIDField(blank=True, null=True, verbose_name="entry"),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="coupons.templateversion",
                        verbose_name="version of a template",
                    ),
                ),
            ],
            options={
                "verbose_name": "issue of coupons",
                "verbose_name_plural": "issues of coupons",
                "permissions": [
                    ("issue_to_segment", "Can issue coupons to a segment"),
                    ("make_batch", "Can make a printed batch of coupons"),
                    ("export_batch", "Can export the codes of a batch, once"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["-at"], name="coupons_couponissue_by_time"),
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["id"],
                        name="coupons_couponissue_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                [
                                    "hand",
                                    "batch",
                                    "segment",
                                    "claim",
                                    "purchase",
                                    "points",
                                    "campaign",
                                    "top_up",
                                    "tier",
                                    "stamps",
                                    "sale",
                                    "partner",
                                    "opening",
                                ],
                            )
                        ),
                        name="coupons_couponissue_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", 1), ("quantity__lte", 1000000)
                        ),
                        name="coupons_couponissue_quantity_within_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid__gte", 0),
                            ("paid__lte", 1000000000000),
                            models.Q(
                                ("paid", 0), ("entry__isnull", False), _connector="OR"
                            ),
                        ),
                        name="coupons_couponissue_paid_by_an_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued__gte", 0),
                            ("passed_over__gte", 0),
                            ("reached__gte", 0),
                        ),
                        name="coupons_couponissue_counts_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
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
                    "nth",
                    models.PositiveIntegerField(
                        default=1, verbose_name="number within the issue"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, max_length=16, null=True, verbose_name="code"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, null=True)),
                (
                    "last4",
                    models.CharField(
                        blank=True, max_length=4, verbose_name="code ends in"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("issued", "Issued"),
                            ("offered", "Offered to a friend"),
                            ("redeemed", "Redeemed"),
                            ("void", "Void"),
                        ],
                        default="issued",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "uses",
                    models.PositiveSmallIntegerField(default=1, verbose_name="uses"),
                ),
                (
                    "uses_left",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="uses left"
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="valid from")),
                ("valid_until", models.DateTimeField(verbose_name="valid until")),
                (
                    "source_ref",
                    models.CharField(
                        blank=True, max_length=80, null=True, verbose_name="given for"
                    ),
                ),
                (
                    "issued_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="first given to",
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
                    "issue",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupons",
                        to="coupons.couponissue",
                        verbose_name="issue",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupons",
                        to="coupons.templateversion",
                        verbose_name="version of a template",
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "permissions": [
                    ("issue_coupon", "Can issue coupons by hand"),
                    ("sell_coupon", "Can sell coupons"),
                    ("void_coupon", "Can void a coupon"),
                    ("extend_coupon", "Can extend a coupon"),
                    ("refund_pass", "Can refund a visit pass"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "issued")),
                        fields=["valid_until"],
                        name="coupons_coupon_by_expiry",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code__isnull", False)),
                        fields=("code",),
                        name="coupons_coupon_code_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("digest__isnull", False)),
                        fields=("digest",),
                        name="coupons_coupon_digest_once",
                    ),
                    models.UniqueConstraint(
                        fields=("issue", "issued_to", "nth"),
                        name="coupons_coupon_once_in_its_issue",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_ref__isnull", False)),
                        fields=("source_ref",),
                        name="coupons_coupon_granted_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code__isnull", False),
                                ("code__regex", "^[0-9A-HJKMNP-TV-Z]{12}$"),
                                ("digest", None),
                            ),
                            models.Q(("code", None), ("digest__isnull", False)),
                            _connector="OR",
                        ),
                        name="coupons_coupon_has_one_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code", None),
                            ("issued_to__isnull", False),
                            _connector="OR",
                        ),
                        name="coupons_coupon_bearer_code_is_hashed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                        name="coupons_coupon_valid_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("uses__gte", 1), ("uses_left__lte", models.F("uses"))
                        ),
                        name="coupons_coupon_uses_within_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["issued", "offered"]),
                                ("uses_left__gt", 0),
                            ),
                            models.Q(("status", "redeemed"), ("uses_left", 0)),
                            ("status", "void"),
                            _connector="OR",
                        ),
                        name="coupons_coupon_redeemed_when_used_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "offered"), _negated=True),
                            ("member__isnull", False),
                            _connector="OR",
                        ),
                        name="coupons_coupon_offered_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponGift",
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
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("offered_at", models.DateTimeField(verbose_name="offered at")),
                ("lapses_at", models.DateTimeField(verbose_name="lapses at")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="ended at"
                    ),
                ),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted by a friend"),
                            ("taken_back", "Taken back from a friend"),
                            ("lapsed", "Offer lapsed"),
                        ],
                        max_length=10,
                        verbose_name="ended as",
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gifts",
                        to="coupons.coupon",
                        verbose_name="coupon",
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="giver",
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="taker",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift of a coupon",
                "verbose_name_plural": "gifts of coupons",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["lapses_at"],
                        name="coupons_coupongift_lapsing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("coupon",),
                        name="coupons_coupongift_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_as", ""), ("ended_at", None), ("taker", None)
                            ),
                            models.Q(
                                ("ended_as", "accepted"),
                                ("ended_at__isnull", False),
                                ("taker__isnull", False),
                            ),
                            models.Q(
                                ("ended_as__in", ["taken_back", "lapsed"]),
                                ("ended_at__isnull", False),
                                ("taker", None),
                            ),
                            _connector="OR",
                        ),
                        name="coupons_coupongift_ends_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taker", None),
                            models.Q(("taker", models.F("giver")), _negated=True),
                            _connector="OR",
                        ),
                        name="coupons_coupongift_to_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponsPolicy",
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
                    "return_grace_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="A coupon given back by a refund lasts at least so long.",
                        verbose_name="days left after a refund",
                    ),
                ),
                (
                    "per_bill",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="The most, of all kinds.",
                        verbose_name="coupons on one bill",
                    ),
                ),
                (
                    "claim_tries",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="wrong codes before a pause"
                    ),
                ),
                (
                    "claim_pause_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="minutes of pause"
                    ),
                ),
                (
                    "gift_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="days for a friend to accept"
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=7, verbose_name="days before expiry to remind"
                    ),
                ),
                (
                    "per_batch",
                    models.PositiveIntegerField(
                        default=50000, verbose_name="codes in one printed batch"
                    ),
                ),
                (
                    "per_hand",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="coupons given by hand at once"
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
                "verbose_name": "coupons policy",
                "verbose_name_plural": "coupons policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("return_grace_days__lte", 365),
                            ("per_bill__gte", 1),
                            ("per_bill__lte", 100),
                            ("claim_tries__gte", 1),
                            ("claim_tries__lte", 100),
                            ("claim_pause_minutes__gte", 1),
                            ("claim_pause_minutes__lte", 1440),
                            ("gift_days__gte", 1),
                            ("gift_days__lte", 90),
                            ("notice_days__gte", 1),
                            ("notice_days__lte", 90),
                            ("per_batch__gte", 1),
                            ("per_batch__lte", 100000),
                            ("per_hand__gte", 1),
                            ("per_hand__lte", 1000),
                        ),
                        name="coupons_couponspolicy_within_bounds",
                        violation_error_message="A number lies outside what makes sense.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CouponUse",
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
                    "act",
                    models.CharField(
                        choices=[
                            ("redeemed", "Redeemed"),
                            ("released", "Released by a void"),
                            ("returned", "Returned by a refund"),
                            ("kept", "Not returned by a refund"),
                            ("voided", "Voided"),
                            ("revoked", "Taken back unused"),
                            ("extended", "Extended"),
                            ("claimed", "Claimed"),
                            ("offered", "Offered to a friend"),
                            ("accepted", "Accepted by a friend"),
                            ("taken_back", "Taken back from a friend"),
                            ("lapsed", "Offer lapsed"),
                            ("refunded", "Pass refunded"),
                        ],
                        max_length=10,
                        verbose_name="act",
                    ),
                ),
                (
                    "key",
                    models.CharField(max_length=170, unique=True, verbose_name="key"),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="The sale or entry.",
                        max_length=80,
                        verbose_name="for",
                    ),
                ),
                ("saving", models.BigIntegerField(default=0, verbose_name="saved")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("business_date", models.DateField(verbose_name="business day")),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="coupons.coupon",
                        verbose_name="coupon",
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
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="coupons.couponuse",
                        verbose_name="undoes",
                    ),
                ),
            ],
            options={
                "verbose_name": "act with a coupon",
                "verbose_name_plural": "acts with coupons",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["reference"], name="coupons_couponuse_by_sale")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "act__in",
                                [
                                    "redeemed",
                                    "released",
                                    "returned",
                                    "kept",
                                    "voided",
                                    "revoked",
                                    "extended",
                                    "claimed",
                                    "offered",
                                    "accepted",
                                    "taken_back",
                                    "lapsed",
                                    "refunded",
                                ],
                            )
                        ),
                        name="coupons_couponuse_act_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("act__in", ["released", "returned"]),
                                ("undoes__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    ("act__in", ["released", "returned"]), _negated=True
                                ),
                                ("undoes", None),
                            ),
                            _connector="OR",
                        ),
                        name="coupons_couponuse_gives_back_one_use",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("saving__gte", 0), ("saving__lte", 1000000000000)
                        ),
                        name="coupons_couponuse_saving_within_bounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateBlackout",
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
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="to")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blackouts",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "blackout",
                "verbose_name_plural": "blackout days",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="coupons_templateblackout_days_in_order",
                        violation_error_message="The last day lies before the first.",
                    ),
                    models.UniqueConstraint(
                        fields=("template", "first_on", "last_on"),
                        name="coupons_templateblackout_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateCount",
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
                ("issued", models.BigIntegerField(default=0, verbose_name="issued")),
                ("quota", models.BigIntegerField(verbose_name="quota")),
                (
                    "template",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="count",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "count of a quota",
                "verbose_name_plural": "counts of quotas",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued__gte", 0), ("issued__lte", models.F("quota"))
                        ),
                        name="coupons_templatecount_within_quota",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateDay",
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
                ("issued", models.BigIntegerField(default=0, verbose_name="issued")),
                ("quota", models.BigIntegerField(verbose_name="quota")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "count of a day",
                "verbose_name_plural": "counts of days",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "day"), name="coupons_templateday_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued__gte", 0), ("issued__lte", models.F("quota"))
                        ),
                        name="coupons_templateday_within_quota",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateHours",
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
                    "weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        help_text="Empty: every day.",
                        null=True,
                        verbose_name="weekday",
                    ),
                ),
                ("begins", models.TimeField(verbose_name="from")),
                (
                    "ends",
                    models.TimeField(
                        help_text="Not later than the beginning: past midnight.",
                        verbose_name="to",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "hours of use",
                "verbose_name_plural": "hours of use",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekday", None), ("weekday__lte", 6), _connector="OR"
                        ),
                        name="coupons_templatehours_weekday_is_a_day",
                    ),
                    models.UniqueConstraint(
                        fields=("template", "weekday", "begins"),
                        name="coupons_templatehours_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateMember",
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
                ("issued", models.BigIntegerField(default=0, verbose_name="issued")),
                ("allowed", models.BigIntegerField(verbose_name="allowed")),
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
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="coupons.coupontemplate",
                        verbose_name="template",
                    ),
                ),
            ],
            options={
                "verbose_name": "count of a member",
                "verbose_name_plural": "counts of members",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "member"),
                        name="coupons_templatemember_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued__gte", 0), ("issued__lte", models.F("allowed"))
                        ),
                        name="coupons_templatemember_within_limit",
                    ),
                ],
            },
        ),
    ]
