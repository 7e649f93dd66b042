import django.db.models.deletion
from django.db import migrations, models

SEES = ["store-manager", "head-office", "auditor", "shift-lead"]


def give(apps, schema_editor):
    for role in apps.get_model("stores", "Role").objects.filter(code__in=SEES):
        role.permissions = sorted({*role.permissions, "members.view_closurerequest"})
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    """Members leave by themselves, and are paid out by a store before."""

    dependencies = [
        ("members", "0007_spending_frozen"),
        ("stores", "0013_approvals_by_act"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosureRequest",
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
                    "principal",
                    models.BigIntegerField(verbose_name="principal when it was asked"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Taken back by the member"),
                            ("left", "The member left"),
                        ],
                        default="open",
                        max_length=5,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="asked at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closures",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                        verbose_name="to be paid out at",
                    ),
                ),
            ],
            options={
                "verbose_name": "request to leave",
                "verbose_name_plural": "requests to leave",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["member", "at"], name="members_closure_of_member"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("member",),
                        name="members_closurerequest_one_is_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ["taken", "left"]),
                            ),
                            _connector="OR",
                        ),
                        name="members_closurerequest_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("principal__gte", 0)),
                        name="members_closurerequest_principal_is_theirs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("store__isnull", False),
                            models.Q(("principal", 0), ("state", "left")),
                            _connector="OR",
                        ),
                        name="members_closurerequest_money_has_a_store",
                    ),
                ],
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
