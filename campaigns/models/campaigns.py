"""Campaigns: for whom, on what occasion, in which steps, and how much it may cost."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from campaigns.kinds import (
    CHANNELS,
    MOST_STEPS,
    Arm,
    BirthdayTiming,
    CampaignKind,
    CampaignState,
    EntryRule,
    Repeats,
    StepKind,
)
from common.sight import SENTENCE, moments_in_sight

from .winback import Band

AWAY = [(band.value, band.label) for band in Band if band != Band.REGULAR]
LARGEST = 10**12  # minor units
LARGEST_HOLDOUT_BP = 5_000


def new_salt() -> str:
    """Of the buckets of one campaign: who is held out of it says nothing of others."""
    return secrets.token_hex(8)


class Campaign(models.Model):
    """A reason to write to members, with what is given and how it is measured."""

    kind = models.CharField(_("occasion"), max_length=12, choices=CampaignKind)
    name = models.CharField(_("name"), max_length=80)
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("What it is for.")
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
        help_text=_("Whose guests it reaches. Empty: those of all stores."),
    )
    segment = models.ForeignKey(
        "campaigns.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("segment"),
        help_text=_("Empty: everybody for whom the occasion comes."),
    )
    # The rules by which it runs, whatever is saved into the segment later.
    segment_version = models.PositiveIntegerField(null=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=CampaignState,
        default=CampaignState.DRAFT,
        editable=False,
    )
    starts_at = models.DateTimeField(
        _("begins"), null=True, blank=True, help_text=_("Empty: once it is started.")
    )
    ends_at = models.DateTimeField(
        _("ends"),
        null=True,
        blank=True,
        help_text=_("From then on nobody comes into it; whoever is in it goes on."),
    )
    timing = models.CharField(
        _("when"),
        max_length=11,
        choices=BirthdayTiming,
        default=BirthdayTiming.ON_DAY,
        help_text=_("Of a birthday."),
    )
    days_before = models.PositiveSmallIntegerField(
        _("days before"),
        default=0,
        validators=[MaxValueValidator(60)],
        help_text=_(
            "A birthday; of what expires how far ahead it is looked (0: 14 days); of a "
            "question how many days after the visit (0: the day after)."
        ),
    )
    balance_below = models.BigIntegerField(
        _("balance below"),
        null=True,
        blank=True,
        help_text=_("Of a low balance: stored value with its bonus."),
    )
    stamps_missing = models.PositiveSmallIntegerField(
        _("stamps missing"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of a stamp card: at most so many are missing."),
    )
    repeats = models.CharField(
        _("repeats"), max_length=7, choices=Repeats, default=Repeats.WEEKLY
    )
    repeat_day = models.PositiveSmallIntegerField(
        _("on day"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_(
            "Of a repeating campaign: 1 is Monday, 7 Sunday; of a month its day, in "
            "short months the last one."
        ),
    )
    band = models.CharField(
        _("stayed away"),
        max_length=7,
        choices=AWAY,
        default=Band.DORMANT,
        help_text=_("Of a win-back: how long, by the guest’s own rhythm."),
    )
    entry = models.CharField(
        _("how often"), max_length=9, choices=EntryRule, default=EntryRule.ONCE
    )
    rest_days = models.PositiveSmallIntegerField(
        _("rest in days"),
        default=90,
        validators=[MaxValueValidator(730)],
        help_text=_("How long nobody comes into it again."),
    )
    holdout_bp = models.PositiveIntegerField(
        _("held out"),
        default=1000,
        help_text=_("Who gets nothing, so that the rest can be compared, in percent."),
    )
    global_holdout = models.BooleanField(
        _("spare the 5 % held out of all campaigns"),
        default=True,
        help_text=_("Switch it off for what the programme promises."),
    )
    split_bp = models.PositiveIntegerField(
        _("share of B"),
        default=0,
        help_text=_("Of two variants, in percent. 0: there is one."),
    )
    priority = models.SmallIntegerField(
        _("priority"),
        default=0,
        help_text=_("Where somebody may get only so many messages: -100 to 100."),
    )
    budget = models.BigIntegerField(
        _("budget"),
        null=True,
        blank=True,
        help_text=_("What its gifts may cost at most. Empty: no bound."),
    )
    budget_pieces = models.PositiveIntegerField(
        _("gifts at most"), null=True, blank=True, help_text=_("Empty: no bound.")
    )
    # What was given, where there is a bound to it; taken before it is given.
    spent = models.BigIntegerField(default=0, editable=False)
    spent_pieces = models.PositiveIntegerField(default=0, editable=False)
    # Of thirty days (a one-off: of all), at most, as it was shown when it was started.
    expected_cost = models.BigIntegerField(null=True, editable=False)

    salt = models.CharField(max_length=16, default=new_salt, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    saved_at = models.DateTimeField(_("saved at"), editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("over since"), null=True, editable=False)
    paused_because = models.CharField(
        _("paused because"), max_length=200, blank=True, default="", editable=False
    )
    # When all for whom the occasion had come were last in it; of a one-off, all.
    entered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("start_campaign", _("Can start and resume campaigns")),
            ("stop_campaign", _("Can pause and stop campaigns")),
        ]
        indexes = [
            Index(
                fields=["id"],
                condition=Q(state__in=["running", "paused"]),
                name="campaigns_campaign_underway",
            )
        ]
        constraints = [
            CheckConstraint(
                condition=~Q(name=""), name="campaigns_campaign_has_a_name"
            ),
            CheckConstraint(
                condition=Q(kind__in=CampaignKind.values)
                & Q(state__in=CampaignState.values)
                & Q(timing__in=BirthdayTiming.values)
                & Q(band__in=[band for band, _label in AWAY])
                & Q(entry__in=EntryRule.values)
                & Q(repeats__in=Repeats.values),
                name="campaigns_campaign_words_are_known",
            ),
            CheckConstraint(
                condition=Q(ends_at=None)
                | Q(starts_at=None)
                | Q(ends_at__gt=F("starts_at")),
                name="campaigns_campaign_ends_after_it_begins",
                violation_error_message=_("It would end before it begins."),
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="campaigns_campaign_days_in_sight",
                violation_error_message=SENTENCE,
            ),
            CheckConstraint(
                condition=Q(holdout_bp__lte=LARGEST_HOLDOUT_BP)
                & Q(split_bp__lt=10_000)
                & Q(days_before__lte=60)
                & (Q(balance_below=None) | Q(balance_below__range=(1, LARGEST)))
                & Q(stamps_missing__range=(1, 100), repeat_day__range=(1, 31))
                & Q(rest_days__lte=730)
                & Q(priority__gte=-100, priority__lte=100),
                name="campaigns_campaign_numbers_within_bounds",
                violation_error_message=_("One of the numbers is too large."),
            ),
            CheckConstraint(
                condition=(Q(budget=None) | Q(budget__gte=1, budget__lte=LARGEST))
                & (Q(budget_pieces=None) | Q(budget_pieces__gte=1)),
                name="campaigns_campaign_budget_is_something",
                violation_error_message=_("A budget of nothing gives nothing."),
            ),
            CheckConstraint(
                condition=Q(spent__gte=0)
                & (Q(budget=None) | Q(spent__lte=F("budget")))
                & (Q(budget_pieces=None) | Q(spent_pieces__lte=F("budget_pieces"))),
                name="campaigns_campaign_within_budget",
            ),
            CheckConstraint(
                condition=Q(state="draft", started_at=None)
                | ~Q(state="draft") & Q(started_at__isnull=False)
                | Q(state="stopped", started_at=None),
                name="campaigns_campaign_runs_since_a_moment",
            ),
            CheckConstraint(
                condition=Q(state__in=["stopped", "finished"], ended_at__isnull=False)
                | Q(state__in=["draft", "running", "paused"], ended_at=None),
                name="campaigns_campaign_over_since_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_budget(self) -> bool:
        """Whether what it gives is counted before it is given."""
        return self.budget is not None or self.budget_pieces is not None


class CampaignStep(models.Model):
    """One of the steps that everybody in a version goes through, in their order."""

    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        related_name="steps",
        db_index=False,
        verbose_name=_("campaign"),
    )
    version = models.PositiveIntegerField(_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("step"), max_length=10, choices=StepKind)
    arm = models.CharField(
        _("only for"),
        max_length=1,
        choices=[(Arm.A.value, Arm.A.label), (Arm.B.value, Arm.B.label)],
        blank=True,
        default="",
        help_text=_("Empty: for both variants."),
    )
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    template = models.ForeignKey(
        "messaging.MessageTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("message template"),
    )
    channels = ArrayField(
        models.CharField(max_length=6),
        verbose_name=_("channels"),
        default=list,
        blank=True,
    )
    coupon_template = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("coupon template"),
    )
    points = models.PositiveIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("step of a campaign")
        verbose_name_plural = _("steps of campaigns")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["campaign", "version", "position"],
                name="campaigns_campaignstep_one_per_position",
            ),
            CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_STEPS),
                name="campaigns_campaignstep_five_at_most",
            ),
            CheckConstraint(
                condition=Q(arm__in=["", "a", "b"]),
                name="campaigns_campaignstep_arm_is_known",
            ),
            CheckConstraint(
                condition=Q(channels__contained_by=list(CHANNELS)),
                name="campaigns_campaignstep_channels_are_known",
            ),
            CheckConstraint(
                condition=Q(
                    kind__in=["wait", "wait_visit"],
                    days__isnull=False,
                    days__gte=1,
                    days__lte=365,
                    template=None,
                    coupon_template=None,
                    points=0,
                )
                | Q(
                    kind="message",
                    template__isnull=False,
                    channels__len__gte=1,
                    days=None,
                    coupon_template=None,
                    points=0,
                )
                | Q(
                    kind="gift",
                    coupon_template__isnull=False,
                    points=0,
                    template=None,
                    days=None,
                )
                | Q(
                    kind="gift",
                    coupon_template=None,
                    points__gte=1,
                    points__lte=1_000_000,
                    template=None,
                    days=None,
                )
                | Q(
                    kind="stop",
                    template=None,
                    coupon_template=None,
                    points=0,
                    days=None,
                ),
                name="campaigns_campaignstep_says_what_its_kind_does",
                violation_error_message=_(
                    "A wait needs its days, a message a template and a channel, a gift "
                    "a coupon or points."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_kind_display()}"
