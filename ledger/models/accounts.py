"""What is counted, and who holds it."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.money import COUNTED
from ledger.kinds import AccountKind, AccountStatus


class Unit(models.Model):
    """What an amount counts: minor units of a currency, points, or stamps."""

    class Kind(models.TextChoices):
        CURRENCY = "currency", _("Currency")
        POINTS = "points", _("Points")
        STAMPS = "stamps", _("Stamps")

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    exponent = models.SmallIntegerField(_("decimal places"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=["currency", "points", "stamps"]),
                name="ledger_unit_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(exponent__gte=0, exponent__lte=4),
                name="ledger_unit_exponent_is_small",
            ),
        ]

    def __str__(self) -> str:
        return str(COUNTED.get(self.code, self.code))


class Account(models.Model):
    """Something held (guarded: cached balance, lock) or one of the shop's own sums."""

    Kind = AccountKind
    Status = AccountStatus

    class Side(models.TextChoices):
        CREDIT = "C", _("Credit")
        DEBIT = "D", _("Debit")

    kind = models.CharField(_("kind"), max_length=12, choices=AccountKind)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    guarded = models.BooleanField(_("guarded"))
    side = models.CharField(_("grows by"), max_length=1, choices=Side)
    holder_kind = models.CharField(_("held by"), max_length=20)
    holder_id = models.BigIntegerField(_("holder"), null=True, blank=True)
    slot = models.CharField(_("slot"), max_length=40, default="", blank=True)
    status = models.CharField(
        _("status"), max_length=6, choices=Status, default=Status.OPEN
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        default_permissions = ("view",)
        permissions = [
            ("adjust", _("Can adjust a balance, with a second person")),
            ("freeze", _("Can freeze and release an account")),
        ]
        # What one column must be: its domain. What an account is: `sql/facts.sql`.
        constraints = [
            CheckConstraint(
                condition=Q(guarded=True) | Q(balance=0),
                name="ledger_account_house_has_no_cache",
            ),
            CheckConstraint(
                condition=~Q(status="closed") | Q(balance=0),
                name="ledger_account_closed_is_empty",
            ),
            UniqueConstraint(
                fields=["holder_kind", "holder_id", "kind", "unit", "slot"],
                name="ledger_account_one_per_holder",
                nulls_distinct=False,
            ),
            UniqueConstraint(fields=["id", "unit"], name="ledger_account_id_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Succession(models.Model):
    """Whose a closed account’s value is now, its holder being merged into another."""

    account = models.OneToOneField(
        Account,
        models.PROTECT,
        primary_key=True,
        related_name="succession",
        verbose_name=_("account"),
    )
    heir = models.ForeignKey(
        Account, models.PROTECT, related_name="inherited", verbose_name=_("heir")
    )

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.account_id} → #{self.heir_id}"
