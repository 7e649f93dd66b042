"""What a tier gives those who reach it, and its members on their birthdays."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .templates import CouponTemplate


class TierGift(models.Model):
    """A coupon that comes with a tier, from the moment the gift was set up."""

    class Occasion(models.TextChoices):
        UPGRADE = "upgrade", _("On reaching the tier")
        BIRTHDAY = "birthday", _("On the birthday")

    tier = models.ForeignKey(
        "tiers.Tier", models.PROTECT, related_name="+", verbose_name=_("tier")
    )
    occasion = models.CharField(_("occasion"), max_length=8, choices=Occasion)
    template = models.ForeignKey(
        CouponTemplate,
        models.PROTECT,
        related_name="tier_gifts",
        verbose_name=_("coupon template"),
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    is_active = models.BooleanField(_("being given"), default=True)
    since = models.DateTimeField(_("since"), editable=False)
    # Birthdays up to this day were given; how long the worker was silent.
    birthdays_until = models.DateField(
        _("birthdays given until"), null=True, editable=False
    )

    history = HistoricalRecords(excluded_fields=["birthdays_until"])

    class Meta:
        verbose_name = _("gift of a tier")
        verbose_name_plural = _("gifts of tiers")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(
                fields=["tier", "occasion", "template"], name="coupons_tiergift_once"
            ),
            CheckConstraint(
                condition=Q(occasion__in=["upgrade", "birthday"]),
                name="coupons_tiergift_occasion_is_known",
            ),
            CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=20),
                name="coupons_tiergift_quantity_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} · {self.template}"
