"""The shop's own rules of the bill: rounding, and how a refund is shared out."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion

LARGEST_ROUNDING = 100_00


class RefundOrder(models.TextChoices):
    """Which payment is given back first."""

    LAST_FIRST = "last_first", _("what was paid last first")
    RATIO = "ratio", _("each in proportion")


class NumbersBy(models.TextChoices):
    """Within what a bill number stands once a business day."""

    STORE = "store", _("the store")
    TILL = "till", _("each till")


class CheckoutPolicy(PolicyVersion):
    """How a bill is rounded and refunded, version by version; minor units."""

    rounding = models.PositiveIntegerField(
        _("bills are rounded down to (minor units)"),
        default=0,
        validators=[MaxValueValidator(LARGEST_ROUNDING)],
        help_text=_("100 drops the cents, 0 rounds nothing."),
    )
    most_rounded = models.PositiveIntegerField(
        _("most that rounding gives away (minor units)"),
        default=99,
        validators=[MaxValueValidator(LARGEST_ROUNDING)],
    )
    refund_order = models.CharField(
        _("a refund gives back"),
        max_length=10,
        choices=RefundOrder,
        default=RefundOrder.LAST_FIRST,
    )

    numbers_by = models.CharField(
        _("bill numbers are unique in"),
        max_length=10,
        choices=NumbersBy,
        default=NumbersBy.STORE,
        db_default=NumbersBy.STORE,
        help_text=_(
            "On one business day. Choose tills where each of them counts by itself."
        ),
    )

    class Meta:
        verbose_name = _("checkout policy")
        verbose_name_plural = _("checkout policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(numbers_by__in=NumbersBy.values),
                name="checkout_checkoutpolicy_numbers_by_is_known",
            ),
            CheckConstraint(
                condition=Q(refund_order__in=RefundOrder.values),
                name="checkout_checkoutpolicy_order_is_known",
            ),
            CheckConstraint(
                condition=Q(rounding__lte=LARGEST_ROUNDING)
                & Q(most_rounded__lte=LARGEST_ROUNDING),
                name="checkout_checkoutpolicy_rounding_is_small",
            ),
        ]
