"""What the house decides about coupons in general."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion


class CouponsPolicy(PolicyVersion):
    """The house's rules for coupons, version by version."""

    return_grace_days = models.PositiveSmallIntegerField(
        _("days left after a refund"),
        default=7,
        help_text=_("A coupon given back by a refund lasts at least so long."),
    )
    per_bill = models.PositiveSmallIntegerField(
        _("coupons on one bill"), default=3, help_text=_("The most, of all kinds.")
    )
    claim_tries = models.PositiveSmallIntegerField(
        _("wrong codes before a pause"), default=5
    )
    claim_pause_minutes = models.PositiveSmallIntegerField(
        _("minutes of pause"), default=15
    )
    gift_days = models.PositiveSmallIntegerField(
        _("days for a friend to accept"), default=3
    )
    notice_days = models.PositiveSmallIntegerField(
        _("days before expiry to remind"), default=7
    )
    per_batch = models.PositiveIntegerField(
        _("codes in one printed batch"), default=50_000
    )
    per_hand = models.PositiveSmallIntegerField(
        _("coupons given by hand at once"), default=10
    )

    class Meta:
        verbose_name = _("coupons policy")
        verbose_name_plural = _("coupons policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(return_grace_days__lte=365)
                & Q(per_bill__gte=1, per_bill__lte=100)
                & Q(claim_tries__gte=1, claim_tries__lte=100)
                & Q(claim_pause_minutes__gte=1, claim_pause_minutes__lte=1440)
                & Q(gift_days__gte=1, gift_days__lte=90)
                & Q(notice_days__gte=1, notice_days__lte=90)
                & Q(per_batch__gte=1, per_batch__lte=100_000)
                & Q(per_hand__gte=1, per_hand__lte=1_000),
                name="coupons_couponspolicy_within_bounds",
                violation_error_message=_("A number lies outside what makes sense."),
            ),
        ]
