from datetime import UTC, datetime

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SEES = [
    "members.view_staffcardact",
    "members.view_staffcardpolicy",
    "members.view_staffmembership",
]
# What is granted where the link lived before moves along with it.
GIVEN = {
    "store-manager": SEES,
    "head-office": [*SEES, "members.add_staffcardpolicy"],
    "auditor": SEES,
}


def begin(apps, schema_editor):
    apps.get_model("members", "StaffCardPolicy").objects.get_or_create(
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
    """Which member somebody of the staff is, and what they may do at that card."""

    dependencies = [
        ("members", "0004_names"),
        ("ledger", "0014_expiry_without_a_note"),
        ("policies", "0003_permissions"),
        ("stores", "0007_own_cards"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffCardAct",
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
                ("act", models.CharField(max_length=150, verbose_name="act")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("sale", "bill"),
                            ("purchase", "purchase"),
                            ("gift", "given"),
                            ("correction", "correction"),
                            ("card", "card"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "subject",
                    models.CharField(blank=True, max_length=120, verbose_name="about"),
                ),
                ("actor", models.CharField(max_length=120, verbose_name="by")),
                (
                    "request_id",
                    models.CharField(blank=True, max_length=64, verbose_name="request"),
                ),
                (
                    "written_in",
                    models.BigIntegerField(
                        db_default=models.Func(
                            function="txid_current",
                            output_field=models.BigIntegerField(),
                        ),
                        editable=False,
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "by_staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="done by",
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
                    "shift",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.shift",
                        verbose_name="shift",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="whose card",
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
            ],
            options={
                "verbose_name": "act at a colleague’s card",
                "verbose_name_plural": "acts at colleagues’ cards",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["-at"], name="members_staffcardact_latest"),
                    models.Index(
                        fields=["staff", "-at"], name="members_staffcardact_of_staff"
                    ),
                    models.Index(
                        fields=["written_in"], name="members_staffcardact_written"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver", None),
                            models.Q(
                                models.Q(
                                    ("approver", models.F("staff")), _negated=True
                                ),
                                models.Q(
                                    ("approver", models.F("by_staff")), _negated=True
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    ("approver", models.F("staff")), _negated=True
                                ),
                                ("by_staff", None),
                            ),
                            _connector="OR",
                        ),
                        name="members_staffcardact_approver_gains_nothing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffCardPolicy",
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
                    "sale",
                    models.CharField(
                        choices=[
                            ("refuse", "refused: a colleague does it"),
                            ("approver", "with a second person’s approval"),
                            ("allow", "allowed, and listed"),
                        ],
                        default="approver",
                        help_text="Bills, holds, visits, rewards. Where a form asks for no second person, a colleague does it.",
                        max_length=8,
                        verbose_name="pay and earn at one’s own bill",
                    ),
                ),
                (
                    "purchase",
                    models.CharField(
                        choices=[
                            ("refuse", "refused: a colleague does it"),
                            ("approver", "with a second person’s approval"),
                            ("allow", "allowed, and listed"),
                        ],
                        default="refuse",
                        help_text="Top-ups, transfers, gift cards, coupons and tiers for money.",
                        max_length=8,
                        verbose_name="top up and buy for oneself",
                    ),
                ),
                (
                    "gift",
                    models.CharField(
                        choices=[
                            ("refuse", "refused: a colleague does it"),
                            ("approver", "with a second person’s approval"),
                            ("allow", "allowed, and listed"),
                        ],
                        default="refuse",
                        help_text="Coupons, points, stamps and tiers by hand.",
                        max_length=8,
                        verbose_name="give oneself something",
                    ),
                ),
                (
                    "correction",
                    models.CharField(
                        choices=[
                            ("refuse", "refused: a colleague does it"),
                            ("approver", "with a second person’s approval"),
                            ("allow", "allowed, and listed"),
                        ],
                        default="refuse",
                        help_text="Refunds, voids, adjustments, reversals, closing, merging.",
                        max_length=8,
                        verbose_name="refund and correct for oneself",
                    ),
                ),
                (
                    "card",
                    models.CharField(
                        choices=[
                            ("refuse", "refused: a colleague does it"),
                            ("approver", "with a second person’s approval"),
                            ("allow", "allowed, and listed"),
                        ],
                        default="refuse",
                        help_text="Cards issued, bound, renewed, replaced or shared.",
                        max_length=8,
                        verbose_name="issue and replace one’s own card",
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
                "verbose_name": "policy for staff’s own cards",
                "verbose_name_plural": "policies for staff’s own cards",
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sale__in", ["refuse", "approver", "allow"]),
                            ("purchase__in", ["refuse", "approver", "allow"]),
                            ("gift__in", ["refuse", "approver", "allow"]),
                            ("correction__in", ["refuse", "approver", "allow"]),
                            ("card__in", ["refuse", "approver", "allow"]),
                        ),
                        name="members_staffcardpolicy_rules_are_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffMembership",
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
                ("since", models.DateTimeField(verbose_name="since")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="linked by",
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
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff member",
                    ),
                ),
            ],
            options={
                "verbose_name": "staff’s own member card",
                "verbose_name_plural": "staff’s own member cards",
                "permissions": [
                    ("end_staffmembership", "Can end the link of staff to a member")
                ],
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("staff",),
                        name="members_staffmembership_one_card_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("member",),
                        name="members_staffmembership_one_person_a_card",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="members_staffmembership_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
