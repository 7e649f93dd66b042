"""What guards a wallet, and a wallet as it is looked at."""

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from ledger.kinds import AccountStatus


class PaymentCode(models.Model):
    """Six digits that only the member knows; kept as a fingerprint."""

    member = models.OneToOneField(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    code_hash = models.CharField(max_length=128, editable=False)
    failures = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("payment code")
        verbose_name_plural = _("payment codes")
        default_permissions = ()
        permissions = [("set_payment_code", _("Can let a member set a payment code"))]
        constraints = [
            CheckConstraint(
                condition=Q(code_hash__startswith="argon2$"),
                name="stored_value_paymentcode_keeps_a_fingerprint",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Payment code')} #{self.pk}"


class HeldWallet(models.Model):
    """What somebody holds, side by side: a view of the books, never written."""

    id = models.BigIntegerField(_("account"), primary_key=True)
    principal = models.BigIntegerField(_("principal"))
    bonus = models.BigIntegerField(_("bonus"))
    held = models.BigIntegerField(_("held"))
    status = models.CharField(_("status"), max_length=6, choices=AccountStatus)
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        abstract = True


class Wallet(HeldWallet):
    """What a member holds."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("member"),
    )

    class Meta:
        managed = False
        db_table = "stored_value_wallet"
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        default_permissions = ("view",)
        permissions = [
            ("spend_wallet", _("Can take payment from a wallet")),
            ("refund_spend", _("Can refund a payment from a wallet")),
            ("transfer_value", _("Can transfer value between members")),
            ("close_wallet", _("Can close a wallet and pay it out")),
            ("view_clearing", _("Can view the clearing between stores")),
        ]

    def __str__(self) -> str:
        return f"{_('Wallet')} #{self.member_id}"


class BearerWallet(HeldWallet):
    """What a card holds that belongs to nobody by name."""

    card = models.ForeignKey(
        "cards.Card",
        models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("bearer card"),
    )

    class Meta:
        managed = False
        db_table = "stored_value_bearerwallet"
        verbose_name = _("bearer wallet")
        verbose_name_plural = _("bearer wallets")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{_('Bearer wallet')} #{self.card_id}"
