"""What was given back of a sale, and to which payment."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from common.money import format_money

from .sales import Sale, SalePayment


class Refund(models.Model):
    """One refund of a sale, in part or whole, or its voiding; never changed.

    `paid_out` is the money handed back (minor units): what tenders give back less the
    points that were charged in money.
    """

    class To(models.TextChoices):
        ORIGINAL = "original", _("to what paid")
        CASH = "cash", _("in cash")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sale = models.ForeignKey(
        Sale, models.PROTECT, related_name="refunds", verbose_name=_("sale")
    )
    is_void = models.BooleanField(_("voids the sale"), default=False)
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    amount = models.BigIntegerField(_("amount"))
    per_line = ArrayField(models.BigIntegerField(), verbose_name=_("by line"))
    paid_out = models.BigIntegerField(_("money handed back"), default=0)
    points_back = models.BigIntegerField(_("points given back"), default=0)
    points_taken = models.BigIntegerField(_("points taken back"), default=0)
    charged = models.BigIntegerField(_("charged for points"), default=0)
    is_member_gone = models.BooleanField(
        _("the member is gone"),
        default=False,
        db_default=False,
        help_text=_("Points, growth value and stamps are let go."),
    )
    reason = models.CharField(_("reason"), max_length=200)
    to = models.CharField(_("paid back"), max_length=8, choices=To, default=To.ORIGINAL)
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    store = models.ForeignKey(
        "stores.Store", models.PROTECT, related_name="+", verbose_name=_("store")
    )
    shift = models.ForeignKey(
        "stores.Shift",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("shift"),
    )
    staff = models.ForeignKey(
        "stores.User",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("staff member"),
    )
    approver = models.ForeignKey(
        "stores.User",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("approved by"),
    )
    actor = models.CharField(_("by"), max_length=120)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["store", "business_date", "-at"], name="checkout_refund_day"),
            Index(fields=["-at"], name="checkout_refund_latest"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(amount__gte=0, paid_out__gte=0, points_back__gte=0)
                & Q(points_taken__gte=0, charged__gte=0),
                name="checkout_refund_amounts_not_negative",
            ),
            CheckConstraint(
                condition=Q(to__in=["original", "cash"]) & ~Q(reason=""),
                name="checkout_refund_has_a_reason",
            ),
            UniqueConstraint(
                fields=["sale"],
                condition=Q(is_void=True),
                name="checkout_refund_one_void",
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.amount)


class RefundPart(models.Model):
    """What of a refund went back to one payment; `tender` says how money went out.

    Stored value has a tender where its wallet is closed: its principal was paid out
    that way, and its bonus is nobody's any more.
    """

    refund = models.ForeignKey(
        Refund,
        models.PROTECT,
        related_name="parts",
        db_index=False,
        verbose_name=_("refund"),
    )
    payment = models.ForeignKey(
        SalePayment, models.PROTECT, related_name="+", verbose_name=_("payment")
    )
    amount = models.BigIntegerField(_("amount"))
    points = models.BigIntegerField(_("points"), default=0)
    principal = models.BigIntegerField(_("principal"), default=0)
    bonus = models.BigIntegerField(_("bonus"), default=0)
    tender = models.CharField(_("tender"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["refund", "payment"], name="checkout_refundpart_once"
            ),
            CheckConstraint(
                condition=Q(amount__gt=0, points__gte=0, principal__gte=0)
                & Q(bonus__gte=0),
                name="checkout_refundpart_gives_back",
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.amount)
