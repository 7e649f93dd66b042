import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0002_enforce"),
        ("members", "0005_staff_cards"),
        ("stores", "0007_own_cards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageTemplate",
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
                        help_text="By which programs name it: small letters, digits and _.",
                        max_length=60,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "about the member’s own business"),
                            ("marketing", "offers and news"),
                            ("survey", "surveys"),
                            ("partners", "offers of our partners"),
                        ],
                        help_text="Whether it needs a consent, and which.",
                        max_length=13,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "waits_at_night",
                    models.BooleanField(
                        default=False,
                        help_text="Offers, news and surveys always do.",
                        verbose_name="waits out the quiet hours",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "message template",
                "verbose_name_plural": "message templates",
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]{1,59}$")),
                        name="messaging_messagetemplate_code_is_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                ["transactional", "marketing", "survey", "partners"],
                            )
                        ),
                        name="messaging_messagetemplate_purpose_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageTemplateVersion",
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
                    models.PositiveIntegerField(editable=False, verbose_name="version"),
                ),
                (
                    "values",
                    models.JSONField(blank=True, default=dict, verbose_name="values"),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, verbose_name="published at"),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="messaging.messagetemplate",
                        verbose_name="message template",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a message template",
                "verbose_name_plural": "versions of message templates",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                        verbose_name="number for providers",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        editable=False, max_length=160, unique=True, verbose_name="key"
                    ),
                ),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                (
                    "sealed_address",
                    models.TextField(blank=True, default="", editable=False),
                ),
                (
                    "address_hint",
                    models.CharField(
                        blank=True,
                        default="",
                        editable=False,
                        max_length=80,
                        verbose_name="address",
                    ),
                ),
                (
                    "address_digest",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=64
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("inbox", "in the app"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("wechat", "WeChat"),
                        ],
                        max_length=6,
                        verbose_name="channel",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("transactional", "about the member’s own business"),
                            ("marketing", "offers and news"),
                            ("survey", "surveys"),
                            ("partners", "offers of our partners"),
                        ],
                        max_length=13,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "简体中文"),
                            ("zh-hant", "繁體中文"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("values", models.JSONField(default=dict, verbose_name="values")),
                (
                    "sealed_values",
                    models.TextField(blank=True, default="", editable=False),
                ),
                (
                    "priority",
                    models.SmallIntegerField(default=0, verbose_name="priority"),
                ),
                ("not_before", models.DateTimeField(verbose_name="not before")),
                (
                    "expires_at",
                    models.DateTimeField(null=True, verbose_name="of use until"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("held", "held back"),
                            ("sending", "being sent"),
                            ("accepted", "taken by the provider"),
                            ("delivered", "delivered"),
                            ("bounced", "came back"),
                            ("complained", "reported as spam"),
                            ("failed", "could not be sent"),
                            ("unknown", "not known whether it left"),
                            ("dropped", "not sent"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("quiet", "quiet hours"),
                            ("cap", "enough messages for now"),
                            ("consent", "no consent"),
                            ("suppressed", "the address is suppressed"),
                            ("address", "no address"),
                            ("gone", "the member is gone"),
                            ("expired", "too late to be of use"),
                            ("cancelled", "called off"),
                            ("channel", "the channel is not set up"),
                            ("refused", "the provider refused it"),
                            ("tries", "it could not be handed over"),
                            ("silent", "the provider does not say"),
                            ("words", "its words could not be written"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("due_at", models.DateTimeField(null=True, verbose_name="due at")),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
                ),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("handed_over_at", models.DateTimeField(editable=False, null=True)),
                (
                    "sent_twice",
                    models.BooleanField(
                        default=False, verbose_name="sent a second time"
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        blank=True, default="", max_length=20, verbose_name="provider"
                    ),
                ),
                (
                    "provider_reference",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=120,
                        verbose_name="number at the provider",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                (
                    "accepted_at",
                    models.DateTimeField(
                        null=True, verbose_name="taken by the provider at"
                    ),
                ),
                ("counted_on", models.DateField(editable=False, null=True)),
                ("read_at", models.DateTimeField(null=True, verbose_name="read at")),
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
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="messaging.messagetemplateversion",
                        verbose_name="version of a message template",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "permissions": [
                    ("cancel_message", "Can call off a message that waits")
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="MessageText",
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("inbox", "in the app"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("wechat", "WeChat"),
                        ],
                        max_length=6,
                        verbose_name="channel",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("zh-hans", "简体中文"),
                            ("zh-hant", "繁體中文"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="subject"
                    ),
                ),
                ("body", models.TextField(max_length=4000, verbose_name="text")),
                (
                    "html",
                    models.TextField(blank=True, max_length=40000, verbose_name="HTML"),
                ),
                (
                    "provider_template",
                    models.CharField(
                        blank=True,
                        help_text="Where a provider sends only texts that it has approved.",
                        max_length=80,
                        verbose_name="template at the provider",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="messaging.messagetemplateversion",
                        verbose_name="version of a message template",
                    ),
                ),
            ],
            options={
                "verbose_name": "words of a message",
                "verbose_name_plural": "words of messages",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MessageEvent",
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
                            ("held", "held back"),
                            ("accepted", "taken by the provider"),
                            ("delivered", "delivered"),
                            ("bounced", "came back"),
                            ("complained", "reported as spam"),
                            ("failed", "could not be sent"),
                            ("unknown", "not known whether it left"),
                            ("dropped", "not sent"),
                            ("again", "to be tried again"),
                            ("opened", "opened"),
                            ("clicked", "link opened"),
                            ("unsubscribed", "unsubscribed"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "detail",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="detail"
                    ),
                ),
                (
                    "provider_event",
                    models.CharField(
                        editable=False, max_length=160, null=True, unique=True
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="messaging.message",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "news of a message",
                "verbose_name_plural": "news of messages",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind__in", ["accepted", "delivered", "complained"])
                        ),
                        fields=("message", "kind"),
                        name="messaging_messageevent_told_once",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="messagetemplateversion",
            constraint=models.UniqueConstraint(
                fields=("template", "number"),
                name="messaging_messagetemplateversion_one_per_number",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("channel"),
                models.OrderBy(models.F("priority"), descending=True),
                models.F("due_at"),
                condition=models.Q(("due_at__isnull", False)),
                name="messaging_message_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("member__isnull", False)),
                fields=["member", "-id"],
                name="messaging_message_of_member",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["store", "-id"], name="messaging_message_of_store"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["version", "state"], name="messaging_message_of_version"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_reference", ""), _negated=True),
                fields=["provider", "provider_reference"],
                name="messaging_message_at_provider",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("address_digest", ""), _negated=True),
                fields=["address_digest"],
                name="messaging_message_to_address",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["accepted", "delivered", "dropped"]), _negated=True
                ),
                fields=["state", "-id"],
                name="messaging_message_unsettled",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("member__isnull", False),
                    models.Q(("sealed_address", ""), _negated=True),
                    ("due_at", None),
                    _connector="OR",
                ),
                name="messaging_message_goes_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_address", ""),
                    ("sealed_address__startswith", "gAAAA"),
                    _connector="OR",
                ),
                name="messaging_message_address_is_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_values", ""),
                    ("sealed_values__startswith", "gAAAA"),
                    _connector="OR",
                ),
                name="messaging_message_secrets_are_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_values", ""),
                    ("state__in", ["waiting", "held", "sending", "unknown"]),
                    _connector="OR",
                ),
                name="messaging_message_secrets_end_with_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "waiting",
                            "held",
                            "sending",
                            "accepted",
                            "delivered",
                            "bounced",
                            "complained",
                            "failed",
                            "unknown",
                            "dropped",
                        ],
                    )
                ),
                name="messaging_message_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ["inbox", "email", "sms", "wechat"])
                ),
                name="messaging_message_channel_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        ["transactional", "marketing", "survey", "partners"],
                    )
                ),
                name="messaging_message_purpose_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "zh-hans", "zh-hant"])),
                name="messaging_message_language_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")),
                name="messaging_message_has_a_fingerprint",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None),
                    ("expires_at__gt", models.F("not_before")),
                    _connector="OR",
                ),
                name="messaging_message_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", False),
                        ("state__in", ["waiting", "held", "sending"]),
                    ),
                    ("state", "unknown"),
                    models.Q(
                        models.Q(
                            ("state__in", ["waiting", "held", "sending", "unknown"]),
                            _negated=True,
                        ),
                        ("due_at", None),
                    ),
                    _connector="OR",
                ),
                name="messaging_message_open_ones_are_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_until__isnull", False), ("state", "sending")),
                    models.Q(
                        models.Q(("state", "sending"), _negated=True),
                        ("handed_over_at", None),
                        ("lease_until", None),
                    ),
                    _connector="OR",
                ),
                name="messaging_message_being_sent_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["held", "dropped", "failed"]), _negated=True
                    ),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="messaging_message_stopped_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["accepted", "delivered"]), _negated=True),
                    ("accepted_at__isnull", False),
                    _connector="OR",
                ),
                name="messaging_message_accepted_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.UniqueConstraint(
                fields=("version", "channel", "language"),
                name="messaging_messagetext_one_per_channel_and_language",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ["inbox", "email", "sms", "wechat"])
                ),
                name="messaging_messagetext_channel_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["en", "zh-hans", "zh-hant"])),
                name="messaging_messagetext_language_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True),
                name="messaging_messagetext_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", "email"), _negated=True),
                    models.Q(("subject", ""), _negated=True),
                    _connector="OR",
                ),
                name="messaging_messagetext_letter_has_a_subject",
            ),
        ),
    ]
