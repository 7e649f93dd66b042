import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """What expires, runs low, was reached or resolved; and campaigns that repeat."""

    dependencies = [
        ("campaigns", "0006_campaign_permissions"),
        ("members", "0005_staff_cards"),
        ("stores", "0011_acts_of_a_request"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="campaign",
            name="campaigns_campaign_words_are_known",
        ),
        migrations.RemoveConstraint(
            model_name="campaign",
            name="campaigns_campaign_numbers_within_bounds",
        ),
        migrations.RemoveConstraint(
            model_name="journey",
            name="campaigns_journey_is_due_or_over",
        ),
        migrations.AddField(
            model_name="campaign",
            name="balance_below",
            field=models.BigIntegerField(
                blank=True,
                help_text="Of a low balance: stored value with its bonus.",
                null=True,
                verbose_name="balance below",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="repeat_day",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="Of a repeating campaign: 1 is Monday, 7 Sunday; of a month its day, in short months the last one.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(31),
                ],
                verbose_name="on day",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="repeats",
            field=models.CharField(
                choices=[("weekly", "Every week"), ("monthly", "Every month")],
                default="weekly",
                max_length=7,
                verbose_name="repeats",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="stamps_missing",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="Of a stamp card: at most so many are missing.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="stamps missing",
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="days_before",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="A birthday; of what expires how far ahead it is looked (0: 14 days); of a question how many days after the visit (0: the day after).",
                validators=[django.core.validators.MaxValueValidator(60)],
                verbose_name="days before",
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="kind",
            field=models.CharField(
                choices=[
                    ("birthday", "Birthday"),
                    ("win_back", "Win-back"),
                    ("welcome", "Welcome"),
                    ("anniversary", "Anniversary of joining"),
                    ("one_off", "One-off"),
                    ("repeating", "Repeating"),
                    ("expiring", "Value or coupons that expire"),
                    ("balance_low", "Balance low"),
                    ("first_top_up", "First top-up"),
                    ("tier_reached", "Tier reached"),
                    ("tier_at_risk", "Tier at risk"),
                    ("after_visit", "Question after a visit"),
                    ("stamp_card", "Stamp card nearly full"),
                    ("cured", "Complaint resolved"),
                ],
                max_length=12,
                verbose_name="occasion",
            ),
        ),
        migrations.AlterField(
            model_name="journey",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("done", "all steps done"),
                    ("returned", "came back"),
                    ("held_out", "held out to compare"),
                    ("complaint", "has an open complaint"),
                    ("consent", "no consent any more"),
                    ("gone", "the member is gone"),
                    ("unfunded", "budget or coupons used up"),
                    ("stopped", "the campaign was stopped"),
                    ("passed", "the occasion has passed"),
                    ("failed", "a step could not be done"),
                ],
                default="",
                max_length=9,
                verbose_name="how it ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "birthday",
                            "win_back",
                            "welcome",
                            "anniversary",
                            "one_off",
                            "repeating",
                            "expiring",
                            "balance_low",
                            "first_top_up",
                            "tier_reached",
                            "tier_at_risk",
                            "after_visit",
                            "stamp_card",
                            "cured",
                        ],
                    ),
                    (
                        "state__in",
                        ["draft", "running", "paused", "stopped", "finished"],
                    ),
                    ("timing__in", ["on_day", "days_before", "month"]),
                    ("band__in", ["at_risk", "dormant", "lost"]),
                    ("entry__in", ["once", "period", "each_time"]),
                    ("repeats__in", ["weekly", "monthly"]),
                ),
                name="campaigns_campaign_words_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("holdout_bp__lte", 5000),
                    ("split_bp__lt", 10000),
                    ("days_before__lte", 60),
                    models.Q(
                        ("balance_below", None),
                        ("balance_below__range", (1, 1000000000000)),
                        _connector="OR",
                    ),
                    ("repeat_day__range", (1, 31)),
                    ("stamps_missing__range", (1, 100)),
                    ("rest_days__lte", 730),
                    ("priority__gte", -100),
                    ("priority__lte", 100),
                ),
                name="campaigns_campaign_numbers_within_bounds",
                violation_error_message="One of the numbers is too large.",
            ),
        ),
        migrations.AddConstraint(
            model_name="journey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", False),
                        ("ended_at", None),
                        ("next_position__isnull", False),
                        ("outcome", ""),
                    ),
                    models.Q(
                        ("due_at", None),
                        ("ended_at__isnull", False),
                        ("next_position", None),
                        (
                            "outcome__in",
                            [
                                "done",
                                "returned",
                                "held_out",
                                "complaint",
                                "consent",
                                "gone",
                                "unfunded",
                                "stopped",
                                "passed",
                                "failed",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="campaigns_journey_is_due_or_over",
            ),
        ),
    ]
