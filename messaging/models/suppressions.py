"""Addresses that are not written to any more, and why."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from .messages import HEX_64
from .templates import MessageChannel


class Suppression(models.Model):
    """An address left alone: for everything, or for what needs a consent."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("letters came back")
        COMPLAINED = "complained", _("it was reported as spam")
        REFUSED = "refused", _("its owner asked for no more")
        BY_HAND = "by_hand", _("entered by hand")

    channel = models.CharField(_("channel"), max_length=6, choices=MessageChannel)
    # The address is not kept: a digest finds it, a hint lets people recognise it.
    address_digest = models.CharField(max_length=64, editable=False)
    address_hint = models.CharField(_("address"), max_length=80)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    is_total = models.BooleanField(
        _("nothing at all"),
        default=False,
        help_text=_("Otherwise only what needs a consent is kept back."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lift_reason = models.CharField(_("why lifted"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        default_permissions = ("view",)
        permissions = [
            ("suppress_address", _("Can suppress an address, and lift that again"))
        ]
        indexes = [
            Index(
                fields=["address_digest"],
                name="messaging_suppression_standing",
                condition=Q(lifted_at=None),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["channel", "address_digest", "reason"],
                condition=Q(lifted_at=None),
                name="messaging_suppression_one_stands",
            ),
            CheckConstraint(
                condition=Q(address_digest__regex=HEX_64),
                name="messaging_suppression_keeps_a_digest",
            ),
            CheckConstraint(
                condition=Q(lifted_at=None, lift_reason="")
                | Q(lifted_at__isnull=False) & ~Q(lift_reason=""),
                name="messaging_suppression_lifted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.address_hint}"
