"""The shop's own rules of the bill: rounding, and how a refund is shared out."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion
from stores.models import Store

LARGEST_ROUNDING = 100_00
PER_CENT = 100  # basis points


class RefundOrder(models.TextChoices):
    """Which payment is given back first."""

    LAST_FIRST = "last_first", _("what was paid last first")
    RATIO = "ratio", _("each in proportion")


class NumbersBy(models.TextChoices):
    """Within what a bill number stands once a business day."""

    STORE = "store", _("the store")
    TILL = "till", _("each till")


class Returns(models.TextChoices):
    """Where goods may be brought back."""

    SAME_STORE = "same_store", _("to the store that sold them")
    APPROVED = "approved", _("to other stores too, with an approver")
    ANY_STORE = "any_store", _("to other stores too")


class CheckoutPolicy(PolicyVersion):
    """How a bill is charged, rounded and refunded, version by version; minor units."""

    rounding = models.PositiveIntegerField(
        _("bills are rounded down to"),
        default=0,
        validators=[MaxValueValidator(LARGEST_ROUNDING)],
        help_text=_("1 drops the cents, 0 rounds nothing."),
    )
    most_rounded = models.PositiveIntegerField(
        _("most that rounding gives away"),
        default=99,
        validators=[MaxValueValidator(LARGEST_ROUNDING)],
    )
    service_charge = models.DecimalField(
        _("service charge (%)"),
        max_digits=4,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "Reckoned on what items cost after discounts; a line of the bill by itself."
        ),
    )
    service_charge_stores = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("service charge at the stores"),
        default=list,
        blank=True,
        help_text=_("Codes with commas between them. Empty: every store."),
    )
    refund_order = models.CharField(
        _("a refund gives back"),
        max_length=10,
        choices=RefundOrder,
        default=RefundOrder.LAST_FIRST,
    )

    returns = models.CharField(
        _("goods may be brought back"),
        max_length=10,
        choices=Returns,
        default=Returns.SAME_STORE,
        db_default=Returns.SAME_STORE,
        help_text=_("What another store hands back is settled in the clearing."),
    )
    returns_stores = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("stores that take back each other’s goods"),
        default=list,
        blank=True,
        help_text=_("Codes with commas between them. Empty: every store."),
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
                condition=Q(returns__in=Returns.values),
                name="checkout_checkoutpolicy_returns_is_known",
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
            CheckConstraint(
                condition=Q(service_charge__gte=0, service_charge__lte=100),
                name="checkout_checkoutpolicy_charge_is_a_share",
            ),
        ]

    def clean(self) -> None:
        for field in ("service_charge_stores", "returns_stores"):
            named = set(getattr(self, field))
            known = Store.objects.filter(code__in=named).values_list("code", flat=True)
            if unknown := named - set(known):
                raise ValidationError(
                    {field: _("There is no store %(code)s.") % {"code": min(unknown)}}
                )

    def takes_back(self, *, sold_at: str, here: str) -> bool:
        """Whether a store takes back what a store sold, by their codes."""
        if sold_at == here:
            return True
        stores = self.returns_stores
        is_among = not stores or {sold_at, here} <= set(stores)
        return self.returns != Returns.SAME_STORE and is_among

    def service_charge_at(self, store_code: str) -> int:
        """The share that is charged at a store, in basis points."""
        stores = self.service_charge_stores
        if stores and store_code not in stores:
            return 0
        return int(self.service_charge * PER_CENT)
