from django.contrib.postgres.operations import AddConstraintNotValid
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import CheckConstraint, Q

DAYS = [MinValueValidator(1), MaxValueValidator(3650)]
DAYS_OR_NONE = [MinValueValidator(0), MaxValueValidator(3650)]
MONTHS = [MinValueValidator(1), MaxValueValidator(1200)]
HOURS = [MinValueValidator(1), MaxValueValidator(8784)]


def _within(name: str, most: int) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, most)})


def _plan(model_name: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model_name,
        name="bonus_valid_days",
        field=models.PositiveIntegerField(
            blank=True,
            help_text="Empty: as the stored value policy says.",
            null=True,
            validators=DAYS,
            verbose_name="bonus is valid for (days)",
        ),
    )


class Migration(migrations.Migration):
    """Nothing of stored value is promised for longer than a calendar can count: such a
    figure would have broken every top-up after it.

    What a shop published before stays as it was published: only new rows are checked.
    """

    dependencies = [("stored_value", "0009_coupon_on_a_top_up")]
    operations = [
        _plan("historicaltopupplan"),
        _plan("topupplan"),
        migrations.AlterField(
            model_name="walletpolicy",
            name="bearer_valid_months",
            field=models.PositiveIntegerField(
                blank=True,
                default=36,
                help_text="Empty: for ever, as some laws demand.",
                null=True,
                validators=MONTHS,
                verbose_name="principal on a bearer card is valid for (months)",
            ),
        ),
        migrations.AlterField(
            model_name="walletpolicy",
            name="bonus_valid_days",
            field=models.PositiveIntegerField(
                blank=True,
                default=365,
                help_text="Empty: for ever. A plan may name its own.",
                null=True,
                validators=DAYS,
                verbose_name="bonus is valid for (days)",
            ),
        ),
        migrations.AlterField(
            model_name="walletpolicy",
            name="cooling_off_days",
            field=models.PositiveIntegerField(
                default=7,
                help_text="All principal back, without a fee, if nothing was spent.",
                validators=DAYS_OR_NONE,
                verbose_name="cooling-off (days)",
            ),
        ),
        migrations.AlterField(
            model_name="walletpolicy",
            name="given_back_days",
            field=models.PositiveIntegerField(
                default=7,
                help_text="At least so long, when a refund or a hold gives it back.",
                validators=DAYS_OR_NONE,
                verbose_name="bonus given back lives on (days)",
            ),
        ),
        migrations.AlterField(
            model_name="walletpolicy",
            name="hold_hours",
            field=models.PositiveIntegerField(
                default=72, validators=HOURS, verbose_name="holds end after (hours)"
            ),
        ),
        migrations.AlterField(
            model_name="walletpolicy",
            name="principal_valid_months",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: for ever, as some laws demand.",
                null=True,
                validators=MONTHS,
                verbose_name="principal is valid for (months)",
            ),
        ),
        AddConstraintNotValid(
            model_name="topupplan",
            constraint=CheckConstraint(
                condition=_within("bonus_valid_days", 3650),
                name="stored_value_topupplan_bonus_days_have_bounds",
            ),
        ),
        AddConstraintNotValid(
            model_name="walletpolicy",
            constraint=CheckConstraint(
                condition=_within("bonus_valid_days", 3650)
                & _within("principal_valid_months", 1200)
                & _within("bearer_valid_months", 1200)
                & Q(cooling_off_days__lte=3650)
                & Q(hold_hours__lte=8784)
                & Q(given_back_days__lte=3650),
                name="stored_value_walletpolicy_spans_have_bounds",
            ),
        ),
    ]
