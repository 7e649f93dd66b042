"""Bills without a card: the code on the slip is worth their points, once."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from .accruals import Accrual


class ReceiptCode(models.Model):
    """A bill without a member, to be claimed in time by one; only a digest is kept."""

    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    sold_at = models.DateTimeField(_("sold at"))
    business_date = models.DateField(_("business date"))
    expires_at = models.DateTimeField(_("to be claimed by"))
    bill = models.JSONField(_("bill"))
    amount = models.BigIntegerField(_("amount"))
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    accrual = models.OneToOneField(
        Accrual,
        models.PROTECT,
        null=True,
        related_name="receipt",
        verbose_name=_("points earned"),
    )
    voided_at = models.DateTimeField(_("voided at"), null=True)

    class Meta:
        verbose_name = _("receipt code")
        verbose_name_plural = _("receipt codes")
        default_permissions = ("view",)
        permissions = [
            ("issue_receipt_code", _("Can print a receipt code")),
            ("void_receipt_code", _("Can void a receipt code")),
        ]
        indexes = [
            Index(
                fields=["member"],
                name="points_receiptcode_of_member",
                condition=Q(member__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(member=None, claimed_at=None, accrual=None)
                | Q(member__isnull=False, claimed_at__isnull=False, voided_at=None),
                name="points_receiptcode_claimed_by_someone",
            ),
            CheckConstraint(
                condition=Q(code_hash__regex=r"^[0-9a-f]{64}$"),
                name="points_receiptcode_keeps_a_digest",
            ),
            CheckConstraint(
                condition=Q(amount__gt=0), name="points_receiptcode_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CodeTries(models.Model):
    """Wrong codes typed by somebody: a few, then a pause."""

    who = models.CharField(_("by"), max_length=80, unique=True)
    failures = models.PositiveIntegerField(_("wrong tries"), default=0)
    first_at = models.DateTimeField(_("first at"))
    locked_until = models.DateTimeField(_("locked until"), null=True)

    class Meta:
        verbose_name = _("wrong codes")
        verbose_name_plural = _("wrong codes")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.who}: {self.failures}"
