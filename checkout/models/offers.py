"""What the shop takes off any bill, and what it gives for the next visit."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import in_readers_language
from common.sight import SENTENCE, moments_in_sight

LARGEST = 10**12  # minor units


class Offer(models.Model):
    """Where and when something is offered; an empty condition is no condition."""

    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    name_zh_hans = models.CharField(_("name in 简体中文"), max_length=80, blank=True)
    name_zh_hant = models.CharField(_("name in 繁體中文"), max_length=80, blank=True)
    min_spend = models.BigIntegerField(
        _("from a bill of"), help_text=_("Minor units, after the tier’s discount.")
    )
    store_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("stores"), default=list, blank=True
    )
    tier_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("tiers"), default=list, blank=True
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
        help_text=_("1 is Monday, 7 is Sunday. Empty: every day."),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    members_only = models.BooleanField(_("for members only"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        constraints = [
            CheckConstraint(
                condition=~Q(name_en="") | ~Q(name_zh_hans="") | ~Q(name_zh_hant=""),
                name="%(app_label)s_%(class)s_has_a_name",
                violation_error_message=_("Give it a name in one language at least."),
            ),
            CheckConstraint(
                condition=Q(min_spend__gte=0, min_spend__lte=LARGEST),
                name="%(app_label)s_%(class)s_spend_within_bounds",
            ),
            CheckConstraint(
                condition=Q(weekdays__contained_by=list(range(1, 8))),
                name="%(app_label)s_%(class)s_weekdays_are_days",
                violation_error_message=_("A weekday is 1 (Monday) to 7 (Sunday)."),
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="%(app_label)s_%(class)s_ends_after_it_starts",
                violation_error_message=_("The end lies before the beginning."),
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="%(app_label)s_%(class)s_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of whoever reads, else in one that it has."""
        return in_readers_language(
            en=self.name_en or self.name_zh_hans or self.name_zh_hant,
            hans=self.name_zh_hans,
            hant=self.name_zh_hant,
        )


class BillOffer(Offer):
    """So much off a bill that reaches so much; of several the best one counts."""

    amount_off = models.BigIntegerField(_("takes off"), help_text=_("Minor units."))
    is_repeated = models.BooleanField(
        _("for each full step"),
        default=False,
        help_text=_("20 off every 100: a bill of 250 gets 40 off."),
    )
    most_off = models.BigIntegerField(
        _("at most"), null=True, blank=True, help_text=_("Empty: no cap.")
    )
    categories = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("categories"),
        default=list,
        blank=True,
        help_text=_("Codes of the categories that count. Empty: all."),
    )

    history = HistoricalRecords()

    class Meta(Offer.Meta):
        verbose_name = _("bill offer")
        verbose_name_plural = _("bill offers")
        default_permissions = ("view", "add", "change")
        constraints = [
            *Offer.Meta.constraints,
            CheckConstraint(
                condition=Q(amount_off__gt=0, amount_off__lte=LARGEST)
                & (Q(most_off=None) | Q(most_off__gt=0, most_off__lte=LARGEST))
                & (Q(is_repeated=False) | Q(min_spend__gt=0)),
                name="checkout_billoffer_takes_something_off",
                violation_error_message=_(
                    "Say how much it takes off, and from what amount if it repeats."
                ),
            ),
        ]

    def clean(self) -> None:
        if (self.amount_off or 0) > (self.min_spend or 0):
            raise ValidationError(_("It takes off more than the bill must reach."))


class NextVisitGift(Offer):
    """A coupon for the next visit, given for a bill that was paid."""

    template = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        related_name="+",
        verbose_name=_("coupon"),
    )

    history = HistoricalRecords()

    class Meta(Offer.Meta):
        verbose_name = _("coupon for the next visit")
        verbose_name_plural = _("coupons for the next visit")
        default_permissions = ("view", "add", "change")
        constraints = [*Offer.Meta.constraints]
