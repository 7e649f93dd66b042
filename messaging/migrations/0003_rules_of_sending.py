from datetime import UTC, datetime, time

import django.db.models.deletion
import django.db.models.functions
from django.conf import settings
from django.db import migrations, models

GIVEN = {
    "store-manager": [
        "messaging.suppress_address",
        "messaging.view_messagingpolicy",
        "messaging.view_suppression",
    ],
    "head-office": [
        "messaging.add_messagingpolicy",
        "messaging.change_messageprovider",
        "messaging.suppress_address",
        "messaging.view_messageprovider",
        "messaging.view_messagingpolicy",
        "messaging.view_suppression",
    ],
    "marketing": [
        "messaging.suppress_address",
        "messaging.view_messageprovider",
        "messaging.view_messagingpolicy",
        "messaging.view_suppression",
    ],
    "auditor": [
        "messaging.view_messageprovider",
        "messaging.view_messagingpolicy",
        "messaging.view_suppression",
    ],
}


def begin(apps, schema_editor):
    apps.get_model("messaging", "MessagingPolicy").objects.get_or_create(
        number=1,
        defaults={
            "in_force_from": datetime(1970, 1, 1, tzinfo=UTC),
            "reason": "What every shop begins with",
        },
    )
    for role in apps.get_model("stores", "Role").objects.filter(code__in=GIVEN):
        role.permissions = sorted({*role.permissions, *GIVEN[role.code]})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Quiet hours and caps, how fast providers may go, and addresses left alone."""

    dependencies = [
        ("members", "0005_staff_cards"),
        ("messaging", "0002_permissions"),
        ("stores", "0007_own_cards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageProvider",
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
                        editable=False, max_length=20, unique=True, verbose_name="code"
                    ),
                ),
                (
                    "per_second",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Over all hosts. 0: as fast as it takes them.",
                        verbose_name="messages a second",
                    ),
                ),
                (
                    "concurrency",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: as many as there are workers.",
                        verbose_name="at the same time",
                    ),
                ),
                ("next_at", models.DateTimeField(editable=False, null=True)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="failures in a row"
                    ),
                ),
                (
                    "rests_until",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="rests until"
                    ),
                ),
            ],
            options={
                "verbose_name": "message provider",
                "verbose_name_plural": "message providers",
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="MessagingPolicy",
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
                        db_default=django.db.models.functions.Now(),
                        editable=False,
                        verbose_name="made at",
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        default=time(21, 0),
                        help_text="By the clock of the member’s home store; the same twice: none.",
                        verbose_name="quiet hours from",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(
                        default=time(9, 0), verbose_name="quiet hours until"
                    ),
                ),
                (
                    "most_a_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Offers, news and surveys to one member, over all channels.",
                        verbose_name="messages a day",
                    ),
                ),
                (
                    "most_a_week",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="messages in 7 days"
                    ),
                ),
                (
                    "most_a_month",
                    models.PositiveSmallIntegerField(
                        default=8, verbose_name="messages in 30 days"
                    ),
                ),
            ],
            options={
                "verbose_name": "message policy",
                "verbose_name_plural": "message policies",
                "default_permissions": ("view", "add"),
            },
        ),
        migrations.CreateModel(
            name="Suppression",
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
                ("address_digest", models.CharField(editable=False, max_length=64)),
                (
                    "address_hint",
                    models.CharField(max_length=80, verbose_name="address"),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "letters came back"),
                            ("complained", "it was reported as spam"),
                            ("refused", "its owner asked for no more"),
                            ("by_hand", "entered by hand"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                (
                    "is_total",
                    models.BooleanField(
                        default=False,
                        help_text="Otherwise only what needs a consent is kept back.",
                        verbose_name="nothing at all",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note"),
                ),
                ("created_at", models.DateTimeField(verbose_name="since")),
                (
                    "lifted_at",
                    models.DateTimeField(null=True, verbose_name="lifted at"),
                ),
                (
                    "lift_reason",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="why lifted"
                    ),
                ),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
                "permissions": [
                    ("suppress_address", "Can suppress an address, and lift that again")
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="messaging_message_due",
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("channel"),
                models.OrderBy(models.F("priority"), descending=True),
                models.OrderBy(models.F("expires_at"), nulls_last=True),
                models.F("id"),
                condition=models.Q(("state__in", ["waiting", "held"])),
                name="messaging_message_next",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at"],
                name="messaging_message_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("counted_on__isnull", False)),
                fields=["member", "counted_on"],
                name="messaging_message_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageprovider",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True),
                name="messaging_messageprovider_has_a_code",
            ),
        ),
        migrations.AddField(
            model_name="messagingpolicy",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="suppression",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="suppression",
            name="lifted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="lifted by",
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(
                condition=models.Q(("lifted_at", None)),
                fields=["address_digest"],
                name="messaging_suppression_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("channel", "address_digest", "reason"),
                name="messaging_suppression_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("address_digest__regex", "^[0-9a-f]{64}$")),
                name="messaging_suppression_keeps_a_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason", ""), ("lifted_at", None)),
                    models.Q(
                        ("lifted_at__isnull", False),
                        models.Q(("lift_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="messaging_suppression_lifted_for_a_reason",
            ),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
