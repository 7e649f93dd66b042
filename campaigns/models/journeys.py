"""Journeys: one member's way through a campaign, with what they got on it."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from campaigns.kinds import Arm, JourneyOutcome

from .campaigns import LARGEST, Campaign, CampaignStep


class Journey(models.Model):
    """A member in a campaign, once for each period; whoever is held out as well."""

    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        related_name="journeys",
        db_index=False,
        verbose_name=_("campaign"),
    )
    version = models.PositiveIntegerField(_("version"))
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    # For what: a year of a birthday, an absence since a day, or once.
    period = models.CharField(_("period"), max_length=16)
    arm = models.CharField(_("variant"), max_length=7, choices=Arm)
    entered_at = models.DateTimeField(_("in it since"))
    next_position = models.PositiveSmallIntegerField(_("next step"), null=True)
    due_at = models.DateTimeField(_("due at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.CharField(
        _("how it ended"), max_length=9, choices=JourneyOutcome, blank=True, default=""
    )

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["campaign", "due_at"],
                name="campaigns_journey_due",
                condition=Q(due_at__isnull=False),
            ),
            Index(fields=["campaign", "entered_at"], name="campaigns_journey_by_entry"),
            Index(fields=["member", "-entered_at"], name="campaigns_journey_of_member"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["campaign", "member", "period"],
                name="campaigns_journey_once_a_period",
            ),
            CheckConstraint(
                condition=Q(arm__in=Arm.values), name="campaigns_journey_arm_is_known"
            ),
            CheckConstraint(
                condition=~Q(period=""), name="campaigns_journey_has_a_period"
            ),
            CheckConstraint(
                condition=Q(
                    due_at__isnull=False,
                    next_position__isnull=False,
                    ended_at=None,
                    outcome="",
                )
                | Q(due_at=None, next_position=None, ended_at__isnull=False)
                & Q(outcome__in=JourneyOutcome.values),
                name="campaigns_journey_is_due_or_over",
            ),
            CheckConstraint(
                condition=Q(arm__in=["a", "b"]) | Q(outcome="held_out"),
                name="campaigns_journey_held_out_gets_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.member_id} · {self.period}"


class Grant(models.Model):
    """A gift of a campaign: this row is the gift, and there is one."""

    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        related_name="grants",
        db_index=False,
        verbose_name=_("campaign"),
    )
    step = models.ForeignKey(
        CampaignStep,
        models.PROTECT,
        related_name="grants",
        db_index=False,
        verbose_name=_("step"),
    )
    journey = models.ForeignKey(
        Journey,
        models.PROTECT,
        related_name="grants",
        verbose_name=_("journey"),
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=_("member"),
    )
    period = models.CharField(_("period"), max_length=16)
    coupon = models.OneToOneField(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("coupon"),
    )
    points = models.PositiveIntegerField(_("points"), default=0)
    cost = models.BigIntegerField(
        _("cost at most"), help_text=_("Minor units; what it can cost the house.")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("gift of a campaign")
        verbose_name_plural = _("gifts of campaigns")
        default_permissions = ("view",)
        indexes = [Index(fields=["campaign", "at"], name="campaigns_grant_by_time")]
        constraints = [
            UniqueConstraint(
                fields=["step", "journey"], name="campaigns_grant_once_in_a_journey"
            ),
            UniqueConstraint(
                fields=["campaign", "step", "member", "period"],
                name="campaigns_grant_once_a_period",
            ),
            CheckConstraint(
                condition=Q(coupon__isnull=False, points=0)
                | Q(coupon=None, points__gte=1),
                name="campaigns_grant_is_a_coupon_or_points",
            ),
            CheckConstraint(
                condition=Q(cost__gte=0, cost__lte=LARGEST),
                name="campaigns_grant_cost_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.member_id} · {self.period}"


class JourneyMessage(models.Model):
    """Which message a step of a journey decided; the message says how it went."""

    journey = models.ForeignKey(
        Journey, models.PROTECT, related_name="messages", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="+", db_index=False
    )
    step = models.ForeignKey(CampaignStep, models.PROTECT, related_name="+")
    message = models.OneToOneField(
        "messaging.Message", models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("message of a campaign")
        verbose_name_plural = _("messages of campaigns")
        default_permissions = ()
        indexes = [
            Index(fields=["campaign", "-id"], name="campaigns_message_of_campaign"),
            Index(fields=["journey"], name="campaigns_message_of_journey"),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} · {self.message_id}"
