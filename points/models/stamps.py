"""Stamp cards: so many visits, then something for it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.sight import SENTENCE, moments_in_sight

from .policy import LARGEST_CAP, LARGEST_RATE


class StampProgramme(models.Model):
    """How stamps are earned and what a full card gives; amounts in minor units."""

    class EarnedBy(models.TextChoices):
        VISIT = "visit", _("one for each visit")
        SPEND = "spend", _("one for each amount spent")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    earned_by = models.CharField(
        _("stamps are"), max_length=5, choices=EarnedBy, default=EarnedBy.VISIT
    )
    amount = models.PositiveIntegerField(
        _("amount"),
        default=0,
        validators=[MaxValueValidator(LARGEST_CAP)],
        help_text=_("The least bill that counts, or the amount for each stamp."),
    )
    stamps = models.PositiveSmallIntegerField(
        _("stamps on a card"),
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    most_per_day = models.PositiveSmallIntegerField(
        _("most per day"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    points = models.PositiveIntegerField(
        _("points for a full card"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    growth = models.PositiveIntegerField(
        _("growth value for a full card"),
        default=0,
        validators=[MaxValueValidator(LARGEST_RATE)],
    )
    coupon = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coupon"),
    )
    live_months = models.PositiveSmallIntegerField(
        _("stamps live (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("To the end of the month; empty: they stay."),
    )
    stores = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("stores"),
        default=list,
        blank=True,
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("stamp programme")
        verbose_name_plural = _("stamp programmes")
        default_permissions = ("view", "add", "change")
        permissions = [("give_stamps", _("Can give stamps"))]
        constraints = [
            CheckConstraint(
                condition=Q(stamps__gt=0, most_per_day__gt=0),
                name="points_stampprogramme_has_stamps",
            ),
            CheckConstraint(
                condition=Q(earned_by="visit") | Q(earned_by="spend", amount__gt=0),
                name="points_stampprogramme_earned_by_something",
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="points_stampprogramme_ends_after_it_starts",
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="points_stampprogramme_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.earned_by == self.EarnedBy.SPEND and not self.amount:
            raise ValidationError({"amount": _("Say how much earns a stamp.")})
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError(_("The end lies before the beginning."))


class StampDay(models.Model):
    """How many stamps a member had on a day; the row that keeps the day's cap."""

    programme = models.ForeignKey(StampProgramme, models.PROTECT, related_name="days")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    stamps = models.PositiveIntegerField(_("stamps"), default=0)

    class Meta:
        verbose_name = _("stamps of a day")
        verbose_name_plural = _("stamps of days")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["programme", "member", "day"],
                name="points_stampday_one_row_each",
            ),
            CheckConstraint(
                condition=Q(stamps__gte=0), name="points_stampday_never_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.stamps}"


class StampGrant(models.Model):
    """Stamps given for a visit, and the cards that they filled."""

    programme = models.ForeignKey(
        StampProgramme,
        models.PROTECT,
        related_name="grants",
        verbose_name=_("stamp programme"),
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    amount = models.BigIntegerField(_("bill"), default=0)
    stamps = models.PositiveIntegerField(_("stamps"))
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)
    cards = models.PositiveIntegerField(_("cards filled"), default=0)
    entry_id = models.UUIDField(_("entry"), null=True)
    lot_posting = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("stamps given")
        verbose_name_plural = _("stamps given")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["member", "-id"], name="points_stampgrant_of_member"),
            # They are written as time goes by: the smallest of indexes finds a day.
            BrinIndex(fields=["at"], name="points_stampgrant_when"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(taken_back__lte=F("stamps")),
                name="points_stampgrant_takes_back_within_the_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stamps}"
