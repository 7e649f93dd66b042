"""What came in together and expires together, and what was taken from it."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.db.models.lookups import Exact, GreaterThan
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .accounts import Account
from .entries import Posting


class Lot(models.Model):
    """Value that came and expires together; spends take the first to expire."""

    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="lots",
        db_index=False,
        verbose_name=_("account"),
    )
    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="lots", verbose_name=_("posting")
    )
    initial = models.BigIntegerField(_("initial"))
    remaining = models.BigIntegerField(_("remaining"))
    # Repeats `remaining > 0`, so that a spend leaves the indexes alone (a HOT update).
    is_open = models.BooleanField(pgettext_lazy("of a lot", "open"), default=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["account", "expires_at", "id"],
                name="ledger_lot_first_to_expire",
                condition=Q(is_open=True),
            ),
            Index(
                fields=["expires_at"],
                name="ledger_lot_due",
                condition=Q(is_open=True, expires_at__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(remaining__lte=F("initial")),
                name="ledger_lot_within_bounds",
            ),
            CheckConstraint(
                condition=Exact(F("is_open"), GreaterThan(F("remaining"), 0)),
                name="ledger_lot_open_while_it_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.initial}"


class LotUse(models.Model):
    """What a posting took from a lot, or gave back to the lot it came from."""

    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="uses", verbose_name=_("lot")
    )
    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="lot_uses", verbose_name=_("posting")
    )
    amount = models.BigIntegerField(_("amount"))
    returns = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="returned_by",
        db_index=False,
        verbose_name=_("gives back"),
    )

    class Meta:
        verbose_name = _("lot use")
        verbose_name_plural = _("lot uses")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["returns"],
                name="ledger_lotuse_returns",
                condition=Q(returns__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
