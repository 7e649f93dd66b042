"""What earns more than the shop's usual rate, and when."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.sight import SENTENCE, moments_in_sight

from .policy import LARGEST_CAP, LARGEST_RATE

PLAIN = 1000  # a factor that changes nothing, per mille


class EarningRule(models.Model):
    """A base rule adds to what is earned; a factor multiplies it, where it applies.

    An empty condition is no condition. Amounts are minor units, factors per mille.
    """

    class Programme(models.TextChoices):
        POINTS = "points", _("points")
        GROWTH = "growth", _("growth value")

    class Kind(models.TextChoices):
        BASE = "base", _("adds to the base")
        FACTOR = "factor", _("multiplies")

    class Birthday(models.TextChoices):
        ANY = "", _("any day")
        DAY = "day", _("on the birthday")
        MONTH = "month", _("in the month of the birthday")

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    name = models.CharField(_("name"), max_length=80)
    programme = models.CharField(
        _("of"), max_length=6, choices=Programme, default=Programme.POINTS
    )
    kind = models.CharField(_("what it does"), max_length=6, choices=Kind)
    earn = models.PositiveIntegerField(
        _("earns"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
        help_text=_("Points or growth value for each amount below."),
    )
    per = models.PositiveIntegerField(
        _("for each"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_CAP)],
    )
    flat = models.PositiveIntegerField(
        _("and once per sale"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    factor = models.PositiveIntegerField(
        _("factor"),
        default=PLAIN,
        validators=[MaxValueValidator(100 * PLAIN)],
        help_text=_("2 is double, 1.5 half as much again."),
    )
    least_amount = models.PositiveIntegerField(
        _("only from an amount of"),
        default=0,
        validators=[MaxValueValidator(LARGEST_CAP)],
        help_text=_("Of what earns and is in the categories."),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    tiers = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("tiers"),
        default=list,
        blank=True,
    )
    stores = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("stores"),
        default=list,
        blank=True,
    )
    categories = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("categories"),
        default=list,
        blank=True,
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
    )
    month_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days of the month"),
        default=list,
        blank=True,
        help_text=_("The member days, such as 8, 18, 28."),
    )
    from_time = models.TimeField(_("from the hour"), null=True, blank=True)
    until_time = models.TimeField(
        _("until the hour"),
        null=True,
        blank=True,
        help_text=_("An earlier hour than the first is one after midnight."),
    )
    birthday = models.CharField(
        _("birthday"), max_length=5, choices=Birthday, default="", blank=True
    )
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=["base", "factor"])
                & Q(programme__in=["points", "growth"])
                & Q(birthday__in=["", "day", "month"]),
                name="points_earningrule_words_are_known",
            ),
            CheckConstraint(
                condition=Q(per__gt=0), name="points_earningrule_rate_divides"
            ),
            CheckConstraint(
                condition=Q(kind="factor", earn=0, flat=0)
                | (Q(kind="base", factor=PLAIN) & (Q(earn__gt=0) | Q(flat__gt=0))),
                name="points_earningrule_adds_or_multiplies",
            ),
            # Else a refund that falls below the amount would earn more than the sale.
            CheckConstraint(
                condition=Q(least_amount=0) | Q(factor__gte=PLAIN),
                name="points_earningrule_less_bought_earns_no_more",
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="points_earningrule_ends_after_it_starts",
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="points_earningrule_days_in_sight",
                violation_error_message=SENTENCE,
            ),
            CheckConstraint(
                condition=Q(from_time=None, until_time=None)
                | Q(from_time__isnull=False, until_time__isnull=False),
                name="points_earningrule_hours_come_in_pairs",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for is_wrong, sentence in self._faults():
            if is_wrong:
                raise ValidationError(str(sentence))

    def _faults(self) -> list[tuple[bool, Promise]]:
        is_base, adds = self.kind == self.Kind.BASE, bool(self.earn or self.flat)
        ends = self.starts_at and self.ends_at and self.starts_at >= self.ends_at
        return [
            (not is_base and adds, _("A factor multiplies and adds nothing itself.")),
            (is_base and not adds, _("Say how much this rule adds.")),
            (
                is_base and self.factor != PLAIN,
                _("A base rule adds and does not multiply."),
            ),
            (
                bool(self.least_amount) and self.factor < PLAIN,
                _("A factor that lowers what is earned needs no least amount."),
            ),
            (bool(ends), _("The end lies before the beginning.")),
            (
                (self.from_time is None) != (self.until_time is None),
                _("Give both hours, or neither."),
            ),
            (
                not set(self.weekdays) <= set(range(1, 8)),
                _("Weekdays are numbered 1 to 7."),
            ),
            (
                not set(self.month_days) <= set(range(1, 32)),
                _("Days of the month are numbered 1 to 31."),
            ),
        ]
