import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_enforce"),
        ("members", "0001_initial"),
        ("stores", "0004_only_verbs_that_are_used"),
        ("stores", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="GiftCardDesign",
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
                    models.CharField(max_length=60, unique=True, verbose_name="name"),
                ),
                (
                    "face",
                    models.CharField(
                        choices=[
                            ("birthday", "Birthday"),
                            ("new_year", "New year"),
                            ("thanks", "Thanks"),
                            ("plain", "Plain"),
                            ("own", "A picture of our own"),
                        ],
                        max_length=10,
                        verbose_name="face",
                    ),
                ),
                (
                    "greeting",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the words of the face.",
                        max_length=24,
                        verbose_name="words on the card",
                    ),
                ),
                (
                    "face_values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=12,
                        verbose_name="face values",
                    ),
                ),
                (
                    "free_from",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty, with the next: only the face values.",
                        null=True,
                        verbose_name="free amount from",
                    ),
                ),
                (
                    "free_to",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="free amount to"
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(default=True, verbose_name="on sale"),
                ),
            ],
            options={
                "verbose_name": "gift card design",
                "verbose_name_plural": "gift card designs",
                "default_permissions": ("view", "add", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("free_from__isnull", True), ("free_to__isnull", True)
                            ),
                            models.Q(
                                ("free_from__gt", 0),
                                ("free_to__gte", models.F("free_from")),
                                ("free_to__lte", 1000000000000),
                            ),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcarddesign_free_amount_in_order",
                        violation_error_message="A free amount has a least and a most, above zero and in order.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("free_from__isnull", False),
                            ("face_values__len__gt", 0),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcarddesign_can_be_sold",
                        violation_error_message="Give face values or a free amount.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardBatch",
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
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("quantity", models.PositiveIntegerField(verbose_name="quantity")),
                (
                    "amount",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty: the amount is chosen when the card is sold.",
                        null=True,
                        verbose_name="face value",
                    ),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="ordered at")),
                (
                    "exported_at",
                    models.DateTimeField(null=True, verbose_name="codes exported at"),
                ),
                (
                    "file_digest",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=64,
                        verbose_name="fingerprint of the file",
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(null=True, verbose_name="withdrawn at"),
                ),
                (
                    "exported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="codes exported by",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ordered by",
                    ),
                ),
                (
                    "design",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="gift_cards.giftcarddesign",
                        verbose_name="design",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch of gift cards",
                "verbose_name_plural": "batches of gift cards",
                "permissions": [
                    ("order_batch", "Can order a batch of gift cards"),
                    ("export_codes", "Can export a batch’s codes to the printer, once"),
                    ("withdraw_batch", "Can withdraw a batch’s unsold cards"),
                ],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", 1), ("quantity__lte", 10000)
                        ),
                        name="gift_cards_giftcardbatch_quantity_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__isnull", True),
                            models.Q(("amount__gt", 0), ("amount__lte", 1000000000000)),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcardbatch_amount_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("exported_at__isnull", True), ("file_digest", "")
                            ),
                            models.Q(
                                ("exported_at__isnull", False),
                                ("file_digest__regex", "^[0-9a-f]{64}$"),
                            ),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcardbatch_exported_with_its_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardPicture",
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
                    "digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                ("image", models.BinaryField(verbose_name="picture")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
            ],
            options={
                "verbose_name": "gift card picture",
                "verbose_name_plural": "gift card pictures",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="gift_cards_giftcardpicture_has_its_digest",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="giftcarddesign",
            name="picture",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="designs",
                to="gift_cards.giftcardpicture",
                verbose_name="picture",
            ),
        ),
        migrations.CreateModel(
            name="GiftCardPolicy",
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
                    "smallest",
                    models.BigIntegerField(
                        default=1000, verbose_name="smallest amount"
                    ),
                ),
                (
                    "largest",
                    models.BigIntegerField(
                        default=100000, verbose_name="largest amount"
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=36,
                        help_text="Empty: cards never expire.",
                        null=True,
                        verbose_name="valid for months",
                    ),
                ),
                (
                    "pin_asked",
                    models.BooleanField(
                        default=True,
                        help_text="A card that is scanned at a till needs none.",
                        verbose_name="ask for the PIN where a code is typed",
                    ),
                ),
                (
                    "wrong_per_minute",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="From one key, address or session; then it waits a minute.",
                        verbose_name="wrong tries a minute",
                    ),
                ),
                (
                    "wrong_per_code",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="wrong tries at one code"
                    ),
                ),
                (
                    "wait_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="minutes that a code then waits"
                    ),
                ),
                (
                    "extend_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        help_text="From the day on which it is given.",
                        verbose_name="months that an extension may reach",
                    ),
                ),
                (
                    "extend_times",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="extensions of one card"
                    ),
                ),
                (
                    "revive_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        help_text="Where the law keeps it owed; never shorter than an extension.",
                        verbose_name="months that lapsed value is given back for",
                    ),
                ),
                (
                    "refund_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        verbose_name="days that refunded value lives at least",
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
                "verbose_name": "gift card policy",
                "verbose_name_plural": "gift card policies",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("smallest__gt", 0),
                            ("smallest__lte", models.F("largest")),
                            ("largest__lte", 1000000000000),
                        ),
                        name="gift_cards_giftcardpolicy_amounts_in_order",
                        violation_error_message="The smallest amount is above zero and not above the largest.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("validity_months__isnull", True),
                            models.Q(
                                ("validity_months__gte", 1),
                                ("validity_months__lte", 1200),
                            ),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcardpolicy_validity_in_bounds",
                        violation_error_message="Cards are valid for 1 to 1,200 months.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wrong_per_minute__gte", 1),
                            ("wrong_per_minute__lte", 60),
                            ("wrong_per_code__gte", 1),
                            ("wrong_per_code__lte", 20),
                            ("wait_minutes__gte", 1),
                            ("wait_minutes__lte", 1440),
                        ),
                        name="gift_cards_giftcardpolicy_tries_are_few",
                        violation_error_message="Allow 1 to 60 wrong tries a minute, 1 to 20 at one code, and a wait of 1 minute to a day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extend_months__gte", 1),
                            ("extend_months__lte", 1200),
                            ("revive_months__gte", 1),
                            ("revive_months__lte", 1200),
                            ("extend_times__lte", 100),
                            ("refund_days__lte", 366),
                        ),
                        name="gift_cards_giftcardpolicy_extensions_in_bounds",
                        violation_error_message="Extensions reach 1 to 1,200 months, at most 100 times; refunds live at most 366 days longer.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCard",
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
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(
                            function="ledger_uuid7", output_field=models.UUIDField()
                        ),
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("made", "not sold yet"),
                            ("active", "active"),
                            ("blocked", "blocked"),
                            ("void", "void"),
                        ],
                        default="made",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "amount",
                    models.BigIntegerField(null=True, verbose_name="face value"),
                ),
                ("sold_at", models.DateTimeField(null=True, verbose_name="sold on")),
                (
                    "expires_at",
                    models.DateTimeField(null=True, verbose_name="expires at"),
                ),
                (
                    "extensions",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="extensions"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "account",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="bought by",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                        verbose_name="kept by",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                        verbose_name="paid by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="sold at",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="gift_cards.giftcardbatch",
                        verbose_name="batch",
                    ),
                ),
                (
                    "design",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="gift_cards.giftcarddesign",
                        verbose_name="design",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gift_cards.giftcardpolicy",
                        verbose_name="sold under",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift card",
                "verbose_name_plural": "gift cards",
                "permissions": [
                    ("sell_gift_card", "Can sell and activate gift cards"),
                    ("redeem_gift_card", "Can take a gift card as payment"),
                    ("refund_gift_card", "Can give a payment back to a gift card"),
                    ("block_gift_card", "Can block and release a gift card"),
                    ("replace_gift_card", "Can give a gift card a new code"),
                    (
                        "extend_gift_card",
                        "Can extend a gift card and give back what lapsed",
                    ),
                    ("void_gift_card", "Can void the sale of a gift card"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["sale"], name="gift_cards_giftcard_of_sale"),
                    models.Index(
                        condition=models.Q(("owner__isnull", False)),
                        fields=["owner"],
                        name="gift_cards_giftcard_of_owner",
                    ),
                    models.Index(
                        condition=models.Q(("buyer__isnull", False)),
                        fields=["buyer"],
                        name="gift_cards_giftcard_of_buyer",
                    ),
                    models.Index(
                        fields=["-made_at"], name="gift_cards_giftcard_latest"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["made", "active", "blocked", "void"])
                        ),
                        name="gift_cards_giftcard_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sale__isnull", True), ("status__in", ["made", "void"])
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("amount__isnull", False),
                                ("policy__isnull", False),
                                ("sale__isnull", False),
                                ("sold_at__isnull", False),
                                ("status__in", ["active", "blocked", "void"]),
                            ),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcard_active_once_paid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__isnull", True),
                            models.Q(("amount__gt", 0), ("amount__lte", 1000000000000)),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcard_amount_in_bounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardTry",
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
                ("subject", models.CharField(max_length=64, unique=True)),
                ("since", models.DateTimeField(verbose_name="since")),
                ("wrong", models.PositiveIntegerField(verbose_name="wrong tries")),
            ],
            options={
                "verbose_name": "wrong tries at gift cards",
                "verbose_name_plural": "wrong tries at gift cards",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["since"], name="gift_cards_giftcardtry_since")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("subject__regex", "^[0-9a-f]{64}$")),
                        name="gift_cards_giftcardtry_keeps_a_hash",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalGiftCardDesign",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(db_index=True, max_length=60, verbose_name="name"),
                ),
                (
                    "face",
                    models.CharField(
                        choices=[
                            ("birthday", "Birthday"),
                            ("new_year", "New year"),
                            ("thanks", "Thanks"),
                            ("plain", "Plain"),
                            ("own", "A picture of our own"),
                        ],
                        max_length=10,
                        verbose_name="face",
                    ),
                ),
                (
                    "greeting",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the words of the face.",
                        max_length=24,
                        verbose_name="words on the card",
                    ),
                ),
                (
                    "face_values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=12,
                        verbose_name="face values",
                    ),
                ),
                (
                    "free_from",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Empty, with the next: only the face values.",
                        null=True,
                        verbose_name="free amount from",
                    ),
                ),
                (
                    "free_to",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="free amount to"
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(default=True, verbose_name="on sale"),
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
                (
                    "picture",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="gift_cards.giftcardpicture",
                        verbose_name="picture",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical gift card design",
                "verbose_name_plural": "historical gift card designs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Gift",
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
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(
                            function="ledger_uuid7", output_field=models.UUIDField()
                        ),
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("link", "Link"),
                            ("email", "E-mail"),
                            ("message", "Message"),
                        ],
                        max_length=8,
                        verbose_name="by",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "could not be sent"),
                            ("stopped", "stopped"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "giver_name",
                    models.CharField(blank=True, max_length=80, verbose_name="from"),
                ),
                ("recipient_name", models.CharField(max_length=80, verbose_name="to")),
                (
                    "recipient_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="e-mail"
                    ),
                ),
                (
                    "recipient_phone",
                    models.CharField(blank=True, max_length=16, verbose_name="phone"),
                ),
                (
                    "message",
                    models.CharField(blank=True, max_length=300, verbose_name="words"),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "简体中文"),
                            ("zh-hant", "繁體中文"),
                        ],
                        default="zh-hans",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("deliver_at", models.DateTimeField(verbose_name="to arrive at")),
                (
                    "sending_at",
                    models.DateTimeField(null=True, verbose_name="being sent since"),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="attempts"
                    ),
                ),
                (
                    "delivered_at",
                    models.DateTimeField(null=True, verbose_name="sent at"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(null=True, verbose_name="opened at"),
                ),
                ("kept_at", models.DateTimeField(null=True, verbose_name="kept at")),
                (
                    "token_digest",
                    models.CharField(
                        editable=False, max_length=64, null=True, unique=True
                    ),
                ),
                (
                    "card",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gift",
                        to="gift_cards.giftcard",
                        verbose_name="gift card",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift",
                "verbose_name_plural": "gifts",
                "permissions": [("resend_gift", "Can send a gift again")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["deliver_at"],
                        name="gift_cards_gift_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel", "link"),
                            models.Q(
                                ("channel", "email"),
                                models.Q(("recipient_email", ""), _negated=True),
                            ),
                            models.Q(
                                ("channel", "message"),
                                models.Q(("recipient_phone", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="gift_cards_gift_has_where_to_go",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("delivered_at__isnull", False), ("status", "sent")
                            ),
                            models.Q(
                                models.Q(("status", "sent"), _negated=True),
                                ("delivered_at__isnull", True),
                            ),
                            ("status", "stopped"),
                            _connector="OR",
                        ),
                        name="gift_cards_gift_sent_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sending_at__isnull", False), ("status", "sending")
                            ),
                            models.Q(("status", "sending"), _negated=True),
                            _connector="OR",
                        ),
                        name="gift_cards_gift_being_sent_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("token_digest__isnull", True),
                            ("token_digest__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="gift_cards_gift_keeps_a_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_at__isnull", True),
                            ("opened_at__isnull", False),
                            _connector="OR",
                        ),
                        name="gift_cards_gift_kept_once_opened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GiftCardCode",
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
                    "key_id",
                    models.CharField(
                        editable=False, max_length=8, verbose_name="hashed with key"
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, max_length=64, unique=True),
                ),
                (
                    "pin_digest",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=64
                    ),
                ),
                ("last4", models.CharField(max_length=4, verbose_name="last four")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "died_at",
                    models.DateTimeField(null=True, verbose_name="replaced at"),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="gift_cards.giftcard",
                        verbose_name="gift card",
                    ),
                ),
            ],
            options={
                "verbose_name": "gift card code",
                "verbose_name_plural": "gift card codes",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["last4"], name="gift_cards_giftcardcode_last4")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            models.Q(
                                ("pin_digest", ""),
                                ("pin_digest__regex", "^[0-9a-f]{64}$"),
                                _connector="OR",
                            ),
                            ("last4__regex", "^[0-9A-Z]{4}$"),
                        ),
                        name="gift_cards_giftcardcode_keeps_digests",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("died_at__isnull", True)),
                        fields=("card",),
                        name="gift_cards_giftcardcode_one_lives",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("died_at__isnull", True),
                            ("died_at__gte", models.F("made_at")),
                            _connector="OR",
                        ),
                        name="gift_cards_giftcardcode_dies_after_it_is_made",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="giftcarddesign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("face", "own"), ("picture__isnull", False)),
                    models.Q(
                        ("face__in", ["birthday", "new_year", "thanks", "plain"]),
                        ("picture__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="gift_cards_giftcarddesign_own_has_a_picture",
                violation_error_message="A face of your own needs a picture.",
            ),
        ),
    ]
