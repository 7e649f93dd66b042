"""Things a member may do beside buying, and what they give."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.sight import SENTENCE, moments_in_sight

from .policy import LARGEST_RATE


class Task(models.Model):
    """What is to be done, how often it counts, and what it gives."""

    class Kind(models.TextChoices):
        PROFILE = "profile", _("complete the profile")
        FIRST_VISIT = "first", _("first visit")
        STREAK = "streak", _("check in several days in a row")
        REVIEW = "review", _("write a review")
        BIRTHDAY = "birthday", _("birthday")
        REFERRAL = "referral", _("bring a friend")
        OTHER = "other", _("something else")

    class Period(models.TextChoices):
        ONCE = "once", _("once")
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        YEAR = "year", _("every year")
        EACH = "each", _("each time")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("what is done"), max_length=8, choices=Kind)
    period = models.CharField(
        _("counts"), max_length=5, choices=Period, default=Period.ONCE
    )
    most_per_year = models.PositiveIntegerField(
        _("most per year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_RATE)],
    )
    days = models.PositiveSmallIntegerField(
        _("days in a row"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    points = models.PositiveIntegerField(
        _("points"), default=0, validators=[MaxValueValidator(LARGEST_RATE)]
    )
    growth = models.PositiveIntegerField(
        _("growth value"), default=0, validators=[MaxValueValidator(LARGEST_RATE)]
    )
    coupon = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coupon"),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        default_permissions = ("view", "add", "change")
        permissions = [("complete_task", _("Can mark a member’s task as done"))]
        constraints = [
            CheckConstraint(
                condition=Q(
                    kind__in=[
                        "profile",
                        "first",
                        "streak",
                        "review",
                        "birthday",
                        "referral",
                        "other",
                    ]
                )
                & Q(period__in=["once", "day", "week", "month", "year", "each"]),
                name="points_task_words_are_known",
            ),
            CheckConstraint(
                condition=Q(days__gt=0), name="points_task_streak_has_days"
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="points_task_ends_after_it_starts",
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="points_task_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError(_("The end lies before the beginning."))


class TaskDone(models.Model):
    """A task done in a period: this row is the gift, so nobody has it twice."""

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="done", verbose_name=_("task")
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    period = models.CharField(_("period"), max_length=60)
    at = models.DateTimeField(_("at"))
    points = models.PositiveIntegerField(_("points"), default=0)
    growth = models.PositiveIntegerField(_("growth value"), default=0)

    class Meta:
        verbose_name = _("task done")
        verbose_name_plural = _("tasks done")
        default_permissions = ("view",)
        indexes = [Index(fields=["member", "-id"], name="points_taskdone_of_member")]
        constraints = [
            UniqueConstraint(
                fields=["task", "member", "period"], name="points_taskdone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}"


class CheckIn(models.Model):
    """A day on which a member said hello, and the how manieth in a row."""

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    day = models.DateField(_("day"))
    streak = models.PositiveIntegerField(_("days in a row"))

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["member", "day"], name="points_checkin_once_a_day"
            ),
            CheckConstraint(condition=Q(streak__gt=0), name="points_checkin_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.streak}"
