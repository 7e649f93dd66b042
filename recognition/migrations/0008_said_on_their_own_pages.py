import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """How easy a visit was, one that is missing, and words back and forth."""

    dependencies = [
        ("members", "0005_staff_cards"),
        ("recognition", "0007_cures_by_index"),
        ("stores", "0011_acts_of_a_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedbackReply",
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
                ("words", models.CharField(max_length=2000, verbose_name="words")),
                (
                    "key",
                    models.CharField(
                        max_length=160, unique=True, verbose_name="idempotency key"
                    ),
                ),
                ("wiped_at", models.DateTimeField(null=True, verbose_name="wiped at")),
            ],
            options={
                "verbose_name": "reply to feedback",
                "verbose_name_plural": "replies to feedback",
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="feedback",
            name="recognition_feedback_says_something",
        ),
        migrations.RemoveConstraint(
            model_name="feedback",
            name="recognition_feedback_channel_is_known",
        ),
        migrations.AddField(
            model_name="feedback",
            name="claimed_amount",
            field=models.BigIntegerField(
                blank=True, null=True, verbose_name="amount paid"
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="claimed_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="day of the visit"
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="effort",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="From 1 to 7.",
                null=True,
                verbose_name="how easy it was",
            ),
        ),
        migrations.AlterField(
            model_name="feedback",
            name="channel",
            field=models.CharField(
                choices=[
                    ("counter", "At the counter"),
                    ("phone", "By phone"),
                    ("survey", "Survey"),
                    ("online", "Online review"),
                    ("portal", "In the portal"),
                    ("missing", "A visit is missing"),
                    ("other", "Elsewhere"),
                ],
                max_length=8,
                verbose_name="channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("score__isnull", False),
                    ("stars__isnull", False),
                    ("effort__isnull", False),
                    ("claimed_on__isnull", False),
                    models.Q(("words", ""), _negated=True),
                    ("wiped_at__isnull", False),
                    _connector="OR",
                ),
                name="recognition_feedback_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ["counter", "phone", "survey", "online"]),
                    ("channel__in", ["portal", "missing", "other"]),
                    _connector="OR",
                ),
                name="recognition_feedback_channel_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effort__isnull", True), ("effort__range", (1, 7)), _connector="OR"
                ),
                name="recognition_feedback_effort_is_out_of_seven",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("channel", "missing"),
                        ("claimed_amount__gt", 0),
                        ("claimed_amount__lte", 1000000000000),
                        ("claimed_on__isnull", False),
                    ),
                    models.Q(
                        models.Q(("channel", "missing"), _negated=True),
                        ("claimed_amount__isnull", True),
                        ("claimed_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="recognition_feedback_claims_a_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel", "survey"), ("effort__isnull", False)),
                fields=("visit",),
                name="recognition_feedback_one_survey_a_visit",
            ),
        ),
        migrations.AddField(
            model_name="feedbackreply",
            name="feedback",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="recognition.feedback",
                verbose_name="feedback",
            ),
        ),
        migrations.AddField(
            model_name="feedbackreply",
            name="staff",
            field=models.ForeignKey(
                db_index=False,
                help_text="Empty: the guest.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="staff member",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbackreply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("wiped_at__isnull", True), ("words__gt", "")),
                    models.Q(("wiped_at__isnull", False), ("words", "")),
                    _connector="OR",
                ),
                name="recognition_feedbackreply_says_something",
            ),
        ),
    ]
