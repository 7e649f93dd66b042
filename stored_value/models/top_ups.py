"""Money that came in, what was promised for it, and what was given back."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from common.money import format_money

from .plans import TopUpPlanVersion
from .policy import WalletPolicy


class TopUp(models.Model):
    """One top-up, and the plan, policy and law under which it was promised."""

    entry = models.OneToOneField(
        "ledger.Entry", models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("member"),
    )
    card = models.ForeignKey(
        "cards.Card",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
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
    at = models.DateTimeField(_("at"))
    paid = models.BigIntegerField(_("paid"))
    bonus = models.BigIntegerField(_("bonus"), default=0)
    bonus_expires_at = models.DateTimeField(
        _("bonus expires at"), null=True, blank=True
    )
    principal_expires_at = models.DateTimeField(
        _("principal expires at"), null=True, blank=True
    )
    lapses_at = models.DateTimeField(
        _("principal rests from"),
        null=True,
        blank=True,
        help_text=_("It stays owed, and is given back when asked for."),
    )
    points = models.BigIntegerField(_("points"), default=0)
    growth = models.BigIntegerField(_("growth value"), default=0)
    coupons = models.PositiveIntegerField(_("coupons"), default=0)
    # `bonus` is all that came on top: the plan's, and what this coupon gave of it.
    coupon = models.ForeignKey(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("top-up coupon"),
    )
    coupon_bonus = models.BigIntegerField(_("bonus of the coupon"), default=0)
    plan_version = models.ForeignKey(
        TopUpPlanVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="top_ups",
        verbose_name=_("plan"),
    )
    policy = models.ForeignKey(
        WalletPolicy,
        models.PROTECT,
        related_name="top_ups",
        verbose_name=_("stored value policy"),
    )
    profile = models.CharField(_("country’s rules"), max_length=4)
    reference = models.CharField(
        _("number of the payment"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("top-up")
        verbose_name_plural = _("top-ups")
        default_permissions = ("view",)
        permissions = [
            ("top_up_wallet", _("Can top up a wallet")),
            ("refund_top_up", _("Can refund a top-up")),
        ]
        indexes = [
            Index(fields=["member", "-at"], name="stored_value_topup_by_member"),
            Index(
                fields=["card", "-at"],
                name="stored_value_topup_by_card",
                condition=Q(card__isnull=False),
            ),
            Index(fields=["store", "-at"], name="stored_value_topup_by_store"),
            Index(fields=["-at"], name="stored_value_topup_by_time"),
            Index(
                fields=["store", "reference"],
                name="stored_value_topup_by_number",
                condition=~Q(reference=""),
            ),
            Index(
                fields=["lapses_at"],
                name="stored_value_topup_lapsing",
                condition=Q(lapses_at__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(paid__gt=0)
                & Q(bonus__gte=0)
                & Q(points__gte=0)
                & Q(growth__gte=0),
                name="stored_value_topup_amounts_are_some",
            ),
            CheckConstraint(
                condition=Q(member__isnull=False, card=None)
                | Q(member=None, card__isnull=False),
                name="stored_value_topup_has_one_holder",
            ),
            CheckConstraint(
                condition=Q(coupon=None, coupon_bonus=0)
                | Q(
                    coupon__isnull=False,
                    member__isnull=False,
                    coupon_bonus__gt=0,
                    coupon_bonus__lte=F("bonus"),
                ),
                name="stored_value_topup_coupon_gave_its_bonus",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Top-up')} #{self.pk}"

    @property
    def plan_bonus(self) -> int:
        """What of the bonus the plan gave."""
        return self.bonus - self.coupon_bonus


class TopUpRefund(models.Model):
    """What was given back of a top-up, with the formula that says how much."""

    top_up = models.ForeignKey(
        TopUp, models.PROTECT, related_name="refunds", verbose_name=_("top-up")
    )
    entry = models.OneToOneField(
        "ledger.Entry", models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    at = models.DateTimeField(_("at"))
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
    tender = models.CharField(_("paid out by"), max_length=40)
    principal_left = models.BigIntegerField(_("principal left"))
    bonus_voided = models.BigIntegerField(_("bonus voided"))
    bonus_spent_charged = models.BigIntegerField(_("charged for bonus spent"))
    points_charged = models.BigIntegerField(_("charged for points spent"), default=0)
    fee = models.BigIntegerField(_("fee"))
    paid_out = models.BigIntegerField(_("paid out"))
    points_taken = models.BigIntegerField(_("points taken back"), default=0)
    growth_taken = models.BigIntegerField(_("growth value taken back"), default=0)
    coupons_revoked = models.PositiveIntegerField(_("coupons taken back"), default=0)
    coupon_returned = models.BooleanField(_("top-up coupon given back"), default=False)
    is_cooling_off = models.BooleanField(_("within the cooling-off"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("refund of a top-up")
        verbose_name_plural = _("refunds of top-ups")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["-at"], name="stored_value_topuprefund_time"),
            Index(fields=["store", "-at"], name="stored_value_topuprefund_store"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(
                    principal_left=F("paid_out")
                    + F("fee")
                    + F("bonus_spent_charged")
                    + F("points_charged")
                )
                & Q(paid_out__gte=0)
                & Q(fee__gte=0)
                & Q(bonus_spent_charged__gte=0)
                & Q(points_charged__gte=0)
                & Q(bonus_voided__gte=0),
                name="stored_value_topuprefund_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.top_up} · {format_money(self.paid_out)}"
