"""Goods that were returned and others that were taken for them, in one act."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from common.money import format_money

from .refunds import Refund
from .sales import Sale


class Exchange(models.Model):
    """A refund and the sale that followed it at once; never changed.

    `offset` is the money of the refund that paid the sale instead of being handed out
    (minor units). What both are is said by themselves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    refund = models.OneToOneField(
        Refund, models.PROTECT, related_name="exchange", verbose_name=_("refund")
    )
    sale = models.OneToOneField(
        Sale, models.PROTECT, related_name="exchange", verbose_name=_("new sale")
    )
    offset = models.BigIntegerField(_("set off"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(offset__gte=0), name="checkout_exchange_sets_off"
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.offset)

    @property
    def paid_out(self) -> int:
        """The money that is handed out beyond what pays the new bill."""
        return self.refund.paid_out - self.offset

    @property
    def to_pay(self) -> int:
        """The money that the new bill takes beyond what came back."""
        return self.sale.due - self.offset
