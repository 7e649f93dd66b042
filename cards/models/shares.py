"""Several people pay from one wallet, each within limits."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .cards import Card
from .kinds import LARGEST


class WalletShare(models.Model):
    """A family's or company's card: its holder pays from the owner's wallet.

    Limits in minor units, per use and per business day; none: only what is there.
    """

    owner = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("of a shared wallet", "owner"),
    )
    holder = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("holder"),
    )
    card = models.ForeignKey(
        Card,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shares",
        verbose_name=_("member card"),
    )
    per_use = models.BigIntegerField(
        _("limit per use"),
        null=True,
        blank=True,
        help_text=_("Empty: no limit."),
    )
    per_day = models.BigIntegerField(
        _("limit per day"),
        null=True,
        blank=True,
        help_text=_("Empty: no limit."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    made_at = models.DateTimeField(_("made at"), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shared wallet")
        verbose_name_plural = _("shared wallets")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(holder__isnull=False, card=None)
                | Q(holder=None, card__isnull=False),
                name="cards_walletshare_is_for_a_member_or_a_card",
                violation_error_message=_("Name the member who pays, or the card."),
            ),
            CheckConstraint(
                condition=Q(holder=None) | ~Q(holder=F("owner")),
                name="cards_walletshare_is_for_another",
                violation_error_message=_("The owner needs no leave to pay."),
            ),
            CheckConstraint(
                condition=(Q(per_use=None) | Q(per_use__gt=0, per_use__lte=LARGEST))
                & (Q(per_day=None) | Q(per_day__gt=0, per_day__lte=LARGEST)),
                name="cards_walletshare_limits_are_positive",
                violation_error_message=_("A limit is above zero."),
            ),
            UniqueConstraint(
                fields=["owner", "holder"],
                condition=Q(is_active=True, holder__isnull=False),
                name="cards_walletshare_once_per_holder",
            ),
            UniqueConstraint(
                fields=["card"],
                condition=Q(is_active=True, card__isnull=False),
                name="cards_walletshare_once_per_card",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.owner_id} → {self.card or f'#{self.holder_id}'}"


class ShareDay(models.Model):
    """What a holder has used of a shared wallet on one business day, net of refunds."""

    share = models.ForeignKey(WalletShare, models.PROTECT, related_name="days")
    day = models.DateField(_("day"))
    used = models.BigIntegerField(_("used"), default=0)
    # The day's limit when it was last used: the row itself cannot say more was used.
    allowed = models.BigIntegerField(_("limit per day"), null=True)

    class Meta:
        verbose_name = _("day of a shared wallet")
        verbose_name_plural = _("days of shared wallets")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["share", "day"], name="cards_shareday_once_per_day"
            ),
            CheckConstraint(
                condition=Q(used__gte=0)
                & (Q(allowed=None) | Q(used__lte=F("allowed"))),
                name="cards_shareday_within_the_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.used}"


class ShareUse(models.Model):
    """One payment by a holder, and how much of it was given back."""

    share = models.ForeignKey(
        WalletShare,
        models.PROTECT,
        related_name="uses",
        verbose_name=_("shared wallet"),
    )
    day = models.DateField(_("day"))
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    amount = models.BigIntegerField(_("amount"))
    returned = models.BigIntegerField(_("given back"), default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("use of a shared wallet")
        verbose_name_plural = _("uses of shared wallets")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=LARGEST)
                & Q(returned__gte=0)
                & Q(returned__lte=F("amount")),
                name="cards_shareuse_never_gives_back_more",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class ShareOffer(models.Model):
    """A wallet that its owner wants to share; the other accepts it or not.

    `holder` is nobody where the number was no member's: nothing comes of it, and the
    owner is not told. Limits in minor units.
    """

    class End(models.TextChoices):
        """What became of it."""

        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    owner = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("of a shared wallet", "owner"),
    )
    holder = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("holder"),
    )
    # Enough of the number to recognise it by.
    hint = models.CharField(max_length=80, blank=True)
    per_day = models.BigIntegerField(_("limit per day"))
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    offered_at = models.DateTimeField(_("offered at"))
    lapses_at = models.DateTimeField(_("open until"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end = models.CharField(_("outcome"), max_length=9, choices=End, blank=True)
    share = models.OneToOneField(
        WalletShare, models.PROTECT, null=True, related_name="offer"
    )

    class Meta:
        verbose_name = _("offer to share a wallet")
        verbose_name_plural = _("offers to share a wallet")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(per_day__gt=0, per_day__lte=LARGEST),
                name="cards_shareoffer_limit_is_positive",
            ),
            CheckConstraint(
                condition=Q(holder=None) | ~Q(holder=F("owner")),
                name="cards_shareoffer_is_for_another",
            ),
            CheckConstraint(
                condition=Q(ended_at=None, end="", share=None)
                | Q(ended_at__isnull=False, end="accepted", share__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    end__in=["declined", "withdrawn"],
                    share=None,
                ),
                name="cards_shareoffer_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
