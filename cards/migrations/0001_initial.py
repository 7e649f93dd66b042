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
        migrations.RunSQL(
            sql="-- Does a number's last digit fit the others? Every second digit from the right counts\n-- double, its digits summed; the sum is a multiple of ten.\nCREATE OR REPLACE FUNCTION cards_luhn_holds(p_number text) RETURNS boolean\nLANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$\n  SELECT p_number ~ '^[0-9]+$' AND sum(\n           CASE WHEN (length(p_number) - i) % 2 = 0 THEN d\n                WHEN d > 4 THEN 2 * d - 9\n                ELSE 2 * d END) % 10 = 0\n    FROM (SELECT i, ascii(substr(p_number, i, 1)) - 48 AS d FROM generate_series(1, length(p_number)) i) digits\n$$;\n",
            reverse_sql="",
        ),
        migrations.CreateModel(
            name="CodeGuess",
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
                    "place",
                    models.CharField(max_length=120, unique=True, verbose_name="place"),
                ),
                (
                    "wrong",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="wrong codes"
                    ),
                ),
                ("first_at", models.DateTimeField(verbose_name="since")),
                (
                    "locked_until",
                    models.DateTimeField(null=True, verbose_name="locked until"),
                ),
            ],
            options={
                "verbose_name": "wrong codes",
                "verbose_name_plural": "wrong codes",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="CardKind",
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
                    "form",
                    models.CharField(
                        choices=[
                            ("virtual", "on the phone"),
                            ("printed", "printed, with a name"),
                            ("bearer", "printed, for whoever holds it"),
                        ],
                        max_length=7,
                        verbose_name="form",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price",
                    ),
                ),
                (
                    "replacement_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price of a replacement",
                    ),
                ),
                (
                    "renewal_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price of a renewal",
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: without end.",
                        null=True,
                        verbose_name="valid for, in months",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "kind of card",
                "verbose_name_plural": "kinds of card",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("form__in", ["virtual", "printed", "bearer"])
                        ),
                        name="cards_cardkind_form_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price__gte", 0),
                            ("price__lte", 1000000000000000),
                            ("replacement_price__gte", 0),
                            ("replacement_price__lte", 1000000000000000),
                            ("renewal_price__gte", 0),
                            ("renewal_price__lte", 1000000000000000),
                        ),
                        name="cards_cardkind_prices_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("validity_months", None),
                            models.Q(
                                ("validity_months__gte", 1),
                                ("validity_months__lte", 1200),
                            ),
                            _connector="OR",
                        ),
                        name="cards_cardkind_validity_is_possible",
                        violation_error_message="A card lasts 1 to 1,200 months.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Card",
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
                    models.CharField(max_length=16, unique=True, verbose_name="number"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("stock", "in stock"),
                            ("active", "active"),
                            ("lost", "reported lost"),
                            ("expired", "expired"),
                            ("replaced", "replaced"),
                            ("closed", "closed"),
                        ],
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "issued_at",
                    models.DateTimeField(null=True, verbose_name="issued on"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(null=True, verbose_name="expires at"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="cards.card",
                        verbose_name="replaced by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="issued at",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.cardkind",
                        verbose_name="kind of card",
                    ),
                ),
            ],
            options={
                "verbose_name": "member card",
                "verbose_name_plural": "member cards",
                "permissions": [
                    ("issue_card", "Can issue a card"),
                    ("bind_card", "Can bind a card to a member"),
                    ("report_loss", "Can report a card lost"),
                    ("find_card", "Can take back a loss report"),
                    ("replace_card", "Can replace a card"),
                    ("renew_card", "Can renew a card"),
                    ("close_card", "Can close a card"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("expires_at__isnull", False), ("status", "active")
                        ),
                        fields=["expires_at"],
                        name="cards_card_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__regex", "^[0-9]{16}$")),
                        name="cards_card_number_is_sixteen_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Func(
                            models.F("number"),
                            function="cards_luhn_holds",
                            output_field=models.BooleanField(),
                        ),
                        name="cards_card_number_checks",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "stock",
                                    "active",
                                    "lost",
                                    "expired",
                                    "replaced",
                                    "closed",
                                ],
                            )
                        ),
                        name="cards_card_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_at", None),
                                ("member", None),
                                ("status", "stock"),
                            ),
                            ("status", "closed"),
                            models.Q(
                                models.Q(
                                    ("status__in", ["stock", "closed"]), _negated=True
                                ),
                                ("issued_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cards_card_issued_once_out_of_stock",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("replaced_by__isnull", False), ("status", "replaced")
                            ),
                            models.Q(
                                models.Q(("status", "replaced"), _negated=True),
                                ("replaced_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="cards_card_replaced_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCardKind",
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
                    "form",
                    models.CharField(
                        choices=[
                            ("virtual", "on the phone"),
                            ("printed", "printed, with a name"),
                            ("bearer", "printed, for whoever holds it"),
                        ],
                        max_length=7,
                        verbose_name="form",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price",
                    ),
                ),
                (
                    "replacement_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price of a replacement",
                    ),
                ),
                (
                    "renewal_price",
                    models.BigIntegerField(
                        default=0,
                        help_text="In the smallest unit of money, such as cents. 0: free.",
                        verbose_name="price of a renewal",
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: without end.",
                        null=True,
                        verbose_name="valid for, in months",
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
                "verbose_name": "historical kind of card",
                "verbose_name_plural": "historical kinds of card",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalWalletShare",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "per_use",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: no limit.",
                        null=True,
                        verbose_name="limit per use",
                    ),
                ),
                (
                    "per_day",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: no limit.",
                        null=True,
                        verbose_name="limit per day",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "made_at",
                    models.DateTimeField(editable=False, verbose_name="made at"),
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
                    "card",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cards.card",
                        verbose_name="member card",
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
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.member",
                        verbose_name="holder",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="members.member",
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical shared wallet",
                "verbose_name_plural": "historical shared wallets",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="StockBatch",
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
                ("quantity", models.PositiveIntegerField(verbose_name="cards")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note"),
                ),
                (
                    "exported_at",
                    models.DateTimeField(null=True, verbose_name="last exported at"),
                ),
                (
                    "exports",
                    models.PositiveIntegerField(
                        default=0, verbose_name="times exported"
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.cardkind",
                        verbose_name="kind of card",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "batch of cards",
                "verbose_name_plural": "batches of cards",
                "permissions": [
                    ("make_stock", "Can make cards for stock"),
                    ("export_stock", "Can export card numbers for the printer"),
                ],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)),
                        name="cards_stockbatch_has_cards",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="card",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cards",
                to="cards.stockbatch",
                verbose_name="batch of cards",
            ),
        ),
        migrations.CreateModel(
            name="WalletShare",
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
                    "per_use",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: no limit.",
                        null=True,
                        verbose_name="limit per use",
                    ),
                ),
                (
                    "per_day",
                    models.BigIntegerField(
                        blank=True,
                        help_text="In the smallest unit of money, such as cents. Empty: no limit.",
                        null=True,
                        verbose_name="limit per day",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "made_at",
                    models.DateTimeField(editable=False, verbose_name="made at"),
                ),
                (
                    "card",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="cards.card",
                        verbose_name="member card",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="holder",
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
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "shared wallet",
                "verbose_name_plural": "shared wallets",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("card", None), ("holder__isnull", False)),
                            models.Q(("card__isnull", False), ("holder", None)),
                            _connector="OR",
                        ),
                        name="cards_walletshare_is_for_a_member_or_a_card",
                        violation_error_message="Name the member who pays, or the card.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("holder", None),
                            models.Q(("holder", models.F("owner")), _negated=True),
                            _connector="OR",
                        ),
                        name="cards_walletshare_is_for_another",
                        violation_error_message="The owner needs no leave to pay.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("per_use", None),
                                models.Q(
                                    ("per_use__gt", 0),
                                    ("per_use__lte", 1000000000000000),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("per_day", None),
                                models.Q(
                                    ("per_day__gt", 0),
                                    ("per_day__lte", 1000000000000000),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="cards_walletshare_limits_are_positive",
                        violation_error_message="A limit is above zero.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("holder__isnull", False), ("is_active", True)
                        ),
                        fields=("owner", "holder"),
                        name="cards_walletshare_once_per_holder",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("card__isnull", False), ("is_active", True)
                        ),
                        fields=("card",),
                        name="cards_walletshare_once_per_card",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShareUse",
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
                    "key",
                    models.CharField(
                        max_length=300, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "returned",
                    models.BigIntegerField(default=0, verbose_name="given back"),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="cards.walletshare",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a shared wallet",
                "verbose_name_plural": "uses of shared wallets",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            ("amount__lte", 1000000000000000),
                            ("returned__gte", 0),
                            ("returned__lte", models.F("amount")),
                        ),
                        name="cards_shareuse_never_gives_back_more",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShareDay",
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
                ("used", models.BigIntegerField(default=0, verbose_name="used")),
                (
                    "allowed",
                    models.BigIntegerField(null=True, verbose_name="limit per day"),
                ),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="cards.walletshare",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of a shared wallet",
                "verbose_name_plural": "days of shared wallets",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("share", "day"), name="cards_shareday_once_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used__gte", 0),
                            models.Q(
                                ("allowed", None),
                                ("used__lte", models.F("allowed")),
                                _connector="OR",
                            ),
                        ),
                        name="cards_shareday_within_the_limit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardEvent",
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
                    "happening",
                    models.CharField(
                        choices=[
                            ("issued", "issued"),
                            ("bound", "bound to a member"),
                            ("lost", "reported lost"),
                            ("found", "found again"),
                            ("replaced", "replaced"),
                            ("expired", "expired"),
                            ("renewed", "renewed"),
                            ("closed", "closed"),
                            ("moved", "members merged"),
                        ],
                        max_length=8,
                        verbose_name="what happened",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=300,
                        null=True,
                        unique=True,
                        verbose_name="idempotency key",
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(blank=True, editable=False, max_length=64),
                ),
                ("entry_id", models.UUIDField(null=True, verbose_name="entry")),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="cards.card",
                        verbose_name="member card",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "card event",
                "verbose_name_plural": "card events",
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "happening__in",
                                [
                                    "issued",
                                    "bound",
                                    "lost",
                                    "found",
                                    "replaced",
                                    "expired",
                                    "renewed",
                                    "closed",
                                    "moved",
                                ],
                            )
                        ),
                        name="cards_cardevent_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CardsPolicy",
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
                    "code_above",
                    models.BigIntegerField(
                        default=20000,
                        help_text="In the smallest unit of money, such as cents. 0: always asked.",
                        verbose_name="code asked above",
                    ),
                ),
                (
                    "bearer_up_to",
                    models.BigIntegerField(
                        default=20000,
                        help_text="At once, without a payment code. 0: never without one.",
                        verbose_name="anonymous cards pay up to",
                    ),
                ),
                (
                    "wrong_codes",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="wrong codes in a row"
                    ),
                ),
                (
                    "wrong_codes_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="then no code for, in minutes"
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
                "verbose_name": "card policy",
                "verbose_name_plural": "card policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_above__gte", 0),
                            ("code_above__lte", 1000000000000000),
                            ("bearer_up_to__gte", 0),
                            ("bearer_up_to__lte", 1000000000000000),
                        ),
                        name="cards_cardspolicy_amounts_not_negative",
                        violation_error_message="An amount is zero or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wrong_codes__gte", 1),
                            ("wrong_codes__lte", 20),
                            ("wrong_codes_minutes__gte", 1),
                            ("wrong_codes_minutes__lte", 1440),
                        ),
                        name="cards_cardspolicy_guesses_are_few",
                        violation_error_message="Between 1 and 20 wrong codes, and a pause of up to a day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeUse",
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
                ("step", models.BigIntegerField(verbose_name="step")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cards.card",
                        verbose_name="member card",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "used code",
                "verbose_name_plural": "used codes",
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["at"], name="cards_codeuse_when")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("card", "member", "step"),
                        name="cards_codeuse_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("card__isnull", False), ("member", None)),
                            models.Q(("card", None), ("member__isnull", False)),
                            _connector="OR",
                        ),
                        name="cards_codeuse_of_a_card_or_a_member",
                    ),
                ],
            },
        ),
    ]
