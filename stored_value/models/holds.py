"""Value set aside for a table or a pre-order; each hold ends once."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _


class Hold(models.Model):
    """An amount out of a wallet, waiting to be captured, released or to run out."""

    class Status(models.TextChoices):
        OPEN = "open", _("held")
        CAPTURED = "captured", _("captured")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("ran out")

    entry = models.OneToOneField(
        "ledger.Entry", models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    card = models.ForeignKey(
        "cards.Card",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bearer card"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("staff"),
    )
    amount = models.BigIntegerField(_("amount"))
    principal = models.BigIntegerField(_("principal"))
    bonus = models.BigIntegerField(_("bonus"))
    captured = models.BigIntegerField(_("captured"), default=0)
    note = models.CharField(_("for"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.OPEN
    )
    placed_at = models.DateTimeField(_("placed at"))
    expires_at = models.DateTimeField(_("runs out at"))
    resolved_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    resolved_by = models.OneToOneField(
        "ledger.Entry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        default_permissions = ("view",)
        permissions = [("hold_value", _("Can hold, capture and release value"))]
        indexes = [
            Index(
                fields=["expires_at"],
                name="stored_value_hold_due",
                condition=Q(status="open"),
            ),
            Index(fields=["member", "-placed_at"], name="stored_value_hold_by_member"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(amount=F("principal") + F("bonus"))
                & Q(principal__gte=0)
                & Q(bonus__gte=0),
                name="stored_value_hold_amounts_add_up",
            ),
            CheckConstraint(
                condition=Q(member__isnull=False, card=None)
                | Q(member=None, card__isnull=False),
                name="stored_value_hold_has_one_holder",
            ),
            CheckConstraint(
                condition=Q(
                    status="captured", captured__gt=0, captured__lte=F("amount")
                )
                | (~Q(status="captured") & Q(captured=0)),
                name="stored_value_hold_captures_what_it_holds",
            ),
            CheckConstraint(
                condition=Q(status="open", resolved_at=None, resolved_by=None)
                | (
                    Q(status__in=["captured", "released", "expired"])
                    & Q(resolved_at__isnull=False, resolved_by__isnull=False)
                ),
                name="stored_value_hold_ends_by_an_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Hold')} #{self.pk}"
