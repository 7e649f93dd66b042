"""What a shop offers to those who pay in advance."""

from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.money import format_money
from common.sight import SENTENCE, moments_in_sight

from .policy import LARGEST
from .spans import MOST_DAYS, span, within

WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)  # ISO: Monday is 1
MOST_BONUS_PER_MILLE: Final = 10_000  # ten times what is paid


class TopUpPlan(models.Model):
    """An offer: so much on top of so much, for whom and when."""

    class Mode(models.TextChoices):
        HIGHEST = "highest", _("the highest step that is reached")
        EACH = "each", _("for each full step")

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("on offer"), default=True)
    mode = models.CharField(
        _("gives"), max_length=8, choices=Mode, default=Mode.HIGHEST
    )
    first_top_up_only = models.BooleanField(_("first top-up only"), default=False)
    times_per_member = models.PositiveIntegerField(
        _("times per member"),
        null=True,
        blank=True,
        help_text=_("Empty: any number of times."),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
        help_text=_("None: every day."),
    )
    stores = models.ManyToManyField(
        "stores.Store",
        blank=True,
        related_name="+",
        verbose_name=_("stores"),
        help_text=_("None: every store."),
    )
    tiers = models.ManyToManyField(
        "tiers.Tier",
        blank=True,
        related_name="+",
        verbose_name=_("tiers"),
        help_text=_("None: every member."),
    )
    bonus_valid_days = models.PositiveIntegerField(
        _("bonus is valid for (days)"),
        null=True,
        blank=True,
        help_text=_("Empty: as the stored value policy says."),
        validators=span(MOST_DAYS),
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("top-up plan")
        verbose_name_plural = _("top-up plans")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(mode__in=["highest", "each"]),
                name="stored_value_topupplan_mode_is_known",
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="stored_value_topupplan_starts_before_it_ends",
                violation_error_message=_("The plan would end before it begins."),
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="stored_value_topupplan_days_in_sight",
                violation_error_message=SENTENCE,
            ),
            CheckConstraint(
                condition=Q(weekdays__contained_by=list(WEEKDAYS)),
                name="stored_value_topupplan_weekdays_are_of_a_week",
                violation_error_message=_("Weekdays are 1 (Monday) to 7 (Sunday)."),
            ),
            CheckConstraint(
                condition=Q(times_per_member=None) | Q(times_per_member__gt=0),
                name="stored_value_topupplan_times_are_some",
                violation_error_message=_("Give it at least once."),
            ),
            CheckConstraint(
                condition=within("bonus_valid_days", MOST_DAYS),
                name="stored_value_topupplan_bonus_days_have_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TopUpStep(models.Model):
    """From an amount on: what is given on top. Minor units, per mille, points."""

    plan = models.ForeignKey(
        TopUpPlan, models.PROTECT, related_name="steps", verbose_name=_("plan")
    )
    amount = models.BigIntegerField(_("paid"))
    bonus = models.BigIntegerField(_("bonus"), default=0)
    bonus_per_mille = models.PositiveIntegerField(
        _("bonus (%)"),
        default=0,
        help_text=_("Of what is paid, in place of an amount: 10 is a tenth."),
    )
    points = models.BigIntegerField(_("points"), default=0)
    growth = models.BigIntegerField(_("growth value"), default=0)
    coupon_template = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coupon"),
    )
    coupons = models.PositiveIntegerField(_("number of coupons"), default=0)

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of a plan")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["plan", "amount"],
                name="stored_value_topupstep_one_per_amount",
                violation_error_message=_("Two steps begin at the same amount."),
            ),
            CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=LARGEST)
                & Q(bonus__gte=0, bonus__lte=LARGEST)
                & Q(points__gte=0, points__lte=LARGEST)
                & Q(growth__gte=0, growth__lte=LARGEST)
                & Q(bonus_per_mille__lte=MOST_BONUS_PER_MILLE),
                name="stored_value_topupstep_figures_have_bounds",
                violation_error_message=_("These figures are not possible."),
            ),
            CheckConstraint(
                condition=Q(bonus__lte=F("amount") * 10),
                name="stored_value_topupstep_bonus_within_ten_times",
                violation_error_message=_("A bonus is ten times what is paid at most."),
            ),
            CheckConstraint(
                condition=Q(bonus=0) | Q(bonus_per_mille=0),
                name="stored_value_topupstep_amount_or_share",
                violation_error_message=_("Give an amount or a share, not both."),
            ),
            CheckConstraint(
                condition=Q(coupon_template=None, coupons=0)
                | Q(coupon_template__isnull=False, coupons__gt=0, coupons__lte=100),
                name="stored_value_topupstep_coupons_have_a_template",
                violation_error_message=_("Name the coupon and how many, up to 100."),
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.amount)


class TopUpPlanVersion(models.Model):
    """A plan as it stood when it was saved: what was promised under it stays so."""

    plan = models.ForeignKey(
        TopUpPlan, models.PROTECT, related_name="versions", verbose_name=_("plan")
    )
    number = models.PositiveIntegerField(_("version"))
    terms = models.JSONField(_("terms"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("version of a plan")
        verbose_name_plural = _("versions of a plan")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["plan", "number"],
                name="stored_value_topupplanversion_numbered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"
