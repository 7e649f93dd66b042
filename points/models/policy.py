"""How points are earned, spent and lost, version by version."""

import calendar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion

LARGEST_RATE = 1_000_000
LARGEST_CAP = 1_000_000_000
LONGEST_PENDING = 365
AMONG = (MinValueValidator(1), MaxValueValidator(LARGEST_RATE))
CAPPED = (MinValueValidator(1), MaxValueValidator(LARGEST_CAP))


class PointsPolicy(PolicyVersion):
    """One version of the shop's rules for points and growth value.

    Amounts are minor units of the currency, points whole numbers, shares per mille.
    """

    class Combine(models.TextChoices):
        MULTIPLY = "multiply", _("multiply them")
        BEST = "best", _("only the best one counts")

    class Expiry(models.TextChoices):
        NEVER = "never", _("never")
        MONTHS = "months", _("some months after earning, at the month’s end")
        DATE = "date", _("on a fixed day of the year")

    class Shortfall(models.TextChoices):
        DEBT = "debt", _("a debt that the next earnings pay first")
        FORGIVE = "forgive", _("let it go: never below zero")
        CHARGE = "charge", _("charge it to the money paid back")

    earn_points = models.PositiveIntegerField(
        _("points earned"), default=1, validators=[MaxValueValidator(LARGEST_RATE)]
    )
    earn_per = models.PositiveIntegerField(
        _("for each"), default=100, validators=[*AMONG]
    )
    on_money = models.BooleanField(_("money earns"), default=True)
    on_principal = models.BooleanField(_("principal earns"), default=True)
    on_bonus = models.BooleanField(_("bonus earns"), default=False)
    on_gift_card = models.BooleanField(_("gift cards earn when spent"), default=True)
    on_points = models.BooleanField(_("points spent earn"), default=False)
    on_coupons = models.BooleanField(_("coupons earn"), default=False)
    on_top_ups = models.BooleanField(_("top-ups earn"), default=False)
    on_gift_card_sales = models.BooleanField(
        _("gift cards earn when bought"), default=False
    )
    on_excluded = models.BooleanField(_("excluded lines earn"), default=False)
    on_taxes = models.BooleanField(_("taxes earn"), default=False)
    on_service_charges = models.BooleanField(_("service charges earn"), default=False)
    on_tips = models.BooleanField(_("tips earn"), default=False)
    combine = models.CharField(
        _("several factors"), max_length=8, choices=Combine, default=Combine.MULTIPLY
    )
    pending_days = models.PositiveSmallIntegerField(
        _("days until points can be used"),
        default=0,
        validators=[MaxValueValidator(LONGEST_PENDING)],
    )
    most_per_sale = models.PositiveIntegerField(
        _("most points per sale"), null=True, blank=True, validators=[*CAPPED]
    )
    most_per_day = models.PositiveIntegerField(
        _("most points per day"), null=True, blank=True, validators=[*CAPPED]
    )
    most_per_month = models.PositiveIntegerField(
        _("most points per month"), null=True, blank=True, validators=[*CAPPED]
    )

    step_points = models.PositiveIntegerField(
        _("points are spent in steps of"), default=100, validators=[*AMONG]
    )
    step_worth = models.PositiveIntegerField(
        _("a step is worth"), default=100, validators=[*AMONG]
    )
    least_points = models.PositiveIntegerField(
        _("least points to spend"), default=100, validators=[*AMONG]
    )
    most_of_bill = models.PositiveSmallIntegerField(
        _("most of a bill (%)"),
        default=500,
        validators=[MaxValueValidator(1000)],
    )

    expiry = models.CharField(
        _("points expire"), max_length=6, choices=Expiry, default=Expiry.MONTHS
    )
    expiry_months = models.PositiveSmallIntegerField(
        _("months"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    expiry_month = models.PositiveSmallIntegerField(
        _("fixed day: month"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    expiry_day = models.PositiveSmallIntegerField(
        _("fixed day: day"),
        default=31,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    expiry_years = models.PositiveSmallIntegerField(
        _("fixed day: years later"),
        default=1,
        validators=[MaxValueValidator(10)],
        help_text=_("0 is the next such day, 1 that of the year after it."),
    )

    shortfall = models.CharField(
        _("points to take back that are spent"),
        max_length=8,
        choices=Shortfall,
        default=Shortfall.DEBT,
    )
    returned_live_days = models.PositiveSmallIntegerField(
        _("returned points live at least (days)"),
        default=7,
        validators=[MaxValueValidator(366)],
    )

    growth_earned = models.PositiveIntegerField(
        _("growth value earned"),
        default=1,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    growth_per = models.PositiveIntegerField(
        _("for each spent"), default=100, validators=[*AMONG]
    )
    growth_per_visit = models.PositiveIntegerField(
        _("growth value per visit"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    growth_top_up = models.PositiveIntegerField(
        _("growth value of a top-up"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    growth_top_up_per = models.PositiveIntegerField(
        _("for each topped up"), default=100, validators=[*AMONG]
    )
    growth_per_task = models.PositiveIntegerField(
        _("growth value per task"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )

    receipt_days = models.PositiveSmallIntegerField(
        _("days to claim a receipt"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )

    class Meta:
        verbose_name = _("points policy")
        verbose_name_plural = _("points policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(
                    earn_per__gt=0,
                    growth_per__gt=0,
                    growth_top_up_per__gt=0,
                    step_points__gt=0,
                    step_worth__gt=0,
                    least_points__gt=0,
                ),
                name="points_pointspolicy_rates_divide",
            ),
            CheckConstraint(
                condition=Q(most_of_bill__lte=1000),
                name="points_pointspolicy_bill_is_the_most",
            ),
            CheckConstraint(
                condition=Q(combine__in=["multiply", "best"])
                & Q(expiry__in=["never", "months", "date"])
                & Q(shortfall__in=["debt", "forgive", "charge"]),
                name="points_pointspolicy_words_are_known",
            ),
            CheckConstraint(
                condition=Q(expiry_months__gte=1, expiry_months__lte=120)
                & Q(expiry_month__gte=1, expiry_month__lte=12)
                & Q(expiry_day__gte=1, expiry_day__lte=31),
                name="points_pointspolicy_expiry_is_a_date",
            ),
            CheckConstraint(
                condition=Q(pending_days__lte=LONGEST_PENDING),
                name="points_pointspolicy_pending_is_bounded",
            ),
        ]

    def clean(self) -> None:
        wrong: dict[str, object] = {}
        if self.step_points and self.least_points % self.step_points:
            wrong["least_points"] = _("This must be a whole number of steps.")
        # A month or a step that is none is told at its own field.
        is_month = 1 <= self.expiry_month <= 12
        if (
            is_month
            and self.expiry_day > calendar.monthrange(2024, self.expiry_month)[1]
        ):
            wrong["expiry_day"] = _("There is no such day in this month.")
        if (
            self.expiry == self.Expiry.MONTHS
            and self.pending_days >= self.expiry_months * 28
        ):
            wrong["pending_days"] = _("Points would expire before they can be used.")
        if wrong:
            raise ValidationError(wrong)
