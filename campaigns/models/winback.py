"""When a regular is missed, and how well that told returners apart."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models import PolicyVersion


class Band(models.TextChoices):
    """How long somebody has stayed away, measured by what is usual."""

    REGULAR = "regular", _("comes as usual")
    AT_RISK = "at_risk", pgettext_lazy("of a guest", "at risk")
    DORMANT = "dormant", pgettext_lazy("of a guest", "dormant")
    LOST = "lost", pgettext_lazy("of a guest", "lost")


class Method(models.TextChoices):
    """What staying away is measured by."""

    OWN_RHYTHM = "own_rhythm", _("the guest’s own rhythm")
    DAYS_SINCE = "days_since", _("days since the last visit, the same for all")
    CHANCE = "chance", _("the fitted chance of return")


_TIMES = [MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(50))]
_PERCENT = [MinValueValidator(1), MaxValueValidator(99)]
_DAYS = [MinValueValidator(1), MaxValueValidator(3650)]


class WinBackPolicy(PolicyVersion):
    """From when on a regular is at risk, dormant or lost."""

    method = models.CharField(
        _("measured by"), max_length=10, choices=Method, default=Method.OWN_RHYTHM
    )
    at_risk_times = models.DecimalField(
        _("at risk beyond so many times the rhythm"),
        max_digits=3,
        decimal_places=1,
        default=Decimal("1.5"),
        validators=_TIMES,
    )
    dormant_times = models.DecimalField(
        _("dormant beyond so many times the rhythm"),
        max_digits=3,
        decimal_places=1,
        default=Decimal(2),
        validators=_TIMES,
    )
    lost_times = models.DecimalField(
        _("lost beyond so many times the rhythm"),
        max_digits=3,
        decimal_places=1,
        default=Decimal(4),
        validators=_TIMES,
    )
    dormant_least_days = models.PositiveSmallIntegerField(
        _("neither dormant nor lost within so many days"),
        default=30,
        validators=_DAYS,
        help_text=_("Also where the rhythm is shorter."),
    )
    lost_most_days = models.PositiveSmallIntegerField(
        _("lost after so many days"),
        default=365,
        validators=_DAYS,
        help_text=_("Also where the rhythm is longer."),
    )
    at_risk_days = models.PositiveSmallIntegerField(
        _("by days: at risk beyond"), default=30, validators=_DAYS
    )
    dormant_days = models.PositiveSmallIntegerField(
        _("by days: dormant beyond"), default=60, validators=_DAYS
    )
    lost_days = models.PositiveSmallIntegerField(
        _("by days: lost beyond"), default=180, validators=_DAYS
    )
    at_risk_percent = models.PositiveSmallIntegerField(
        _("by chance: at risk below, in percent"),
        default=50,
        validators=_PERCENT,
        help_text=_(
            "Of a visit within ninety days. Once three hundred members have come on "
            "three days; until then the own rhythm counts."
        ),
    )
    dormant_percent = models.PositiveSmallIntegerField(
        _("by chance: dormant below, in percent"), default=25, validators=_PERCENT
    )
    lost_percent = models.PositiveSmallIntegerField(
        _("by chance: lost below, in percent"), default=10, validators=_PERCENT
    )

    class Meta:
        verbose_name = _("win-back policy")
        verbose_name_plural = _("win-back policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(method__in=Method.values),
                name="campaigns_winbackpolicy_method_is_known",
            ),
            CheckConstraint(
                condition=Q(
                    at_risk_times__gte=1,
                    dormant_times__gt=F("at_risk_times"),
                    lost_times__gt=F("dormant_times"),
                    dormant_least_days__gte=1,
                    lost_most_days__gt=F("dormant_least_days"),
                ),
                name="campaigns_winbackpolicy_times_rise",
                violation_error_message=_(
                    "At risk comes before dormant, and dormant before lost."
                ),
            ),
            CheckConstraint(
                condition=Q(
                    at_risk_days__gte=1,
                    dormant_days__gt=F("at_risk_days"),
                    lost_days__gt=F("dormant_days"),
                ),
                name="campaigns_winbackpolicy_days_rise",
                violation_error_message=_(
                    "At risk comes before dormant, and dormant before lost."
                ),
            ),
            CheckConstraint(
                condition=Q(
                    lost_percent__gte=1,
                    dormant_percent__gt=F("lost_percent"),
                    at_risk_percent__gt=F("dormant_percent"),
                    at_risk_percent__lte=99,
                ),
                name="campaigns_winbackpolicy_chances_fall",
                violation_error_message=_(
                    "At risk comes before dormant, and dormant before lost."
                ),
            ),
        ]


class ReturnFit(models.Model):
    """The rates of visits that were most likely on a day: how the chance is reckoned.

    Time in weeks; what the letters mean: `campaigns/chance.py`.
    """

    day = models.DateField(_("day"), unique=True)
    r = models.FloatField()
    alpha = models.FloatField()
    a = models.FloatField()
    b = models.FloatField()
    log_likelihood = models.FloatField()
    members = models.PositiveIntegerField(_("members"))

    class Meta:
        verbose_name = _("fitted rates of visits")
        verbose_name_plural = _("fitted rates of visits")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(r__gt=0, alpha__gt=0, a__gt=0, b__gt=0),
                name="campaigns_returnfit_rates_are_positive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class WinBackReview(models.Model):
    """How each method would have done in the quarter before a day.

    `results`: by method, `auc` in thousandths (null where it cannot be told) and by
    band how many were in it when the quarter began, and how many came by its end;
    whoever a campaign wrote to meanwhile is not among them (`left_out`).
    `now`: by method, how many are in each band on the day.
    """

    day = models.DateField(_("day"), unique=True)
    policy = models.ForeignKey(
        WinBackPolicy,
        models.PROTECT,
        related_name="+",
        verbose_name=_("win-back policy"),
    )
    results = models.JSONField(_("results"))
    now = models.JSONField(_("now"))
    left_out = models.PositiveIntegerField(
        _("left out, as a campaign wrote to them"), default=0
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("win-back review")
        verbose_name_plural = _("win-back reviews")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.day}"
