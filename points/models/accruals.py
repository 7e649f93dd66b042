"""What was earned and what was spent; the points themselves are in the books."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _


class Accrual(models.Model):
    """What a member earned or was given at one go, and what of it is theirs still.

    `basis` is all that the rules looked at, so that any part can be refunded later by
    the same rules; a gift has none. `lot_posting` made the lot that holds the points.
    """

    class Source(models.TextChoices):
        SALE = "sale", _("sale")
        RECEIPT = "receipt", _("receipt claimed")
        HAND = "hand", _("given by hand")
        TOP_UP = "top_up", _("top-up")
        TASK = "task", _("task")
        STAMPS = "stamps", _("stamp card")
        VISIT = "visit", _("visit")
        GIFT = "gift", _("gift")
        IMPORT = "import", _("brought along")

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    source = models.CharField(_("source"), max_length=8, choices=Source)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    policy = models.ForeignKey(
        "points.PointsPolicy",
        models.PROTECT,
        related_name="+",
        verbose_name=_("points policy"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    entry_id = models.UUIDField(_("entry"), null=True)
    amount = models.BigIntegerField(_("amount that earned"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    basis = models.JSONField(_("basis"), null=True)
    why = models.JSONField(_("why"), default=list)
    points = models.BigIntegerField(_("points"), default=0)
    points_kept = models.BigIntegerField(_("points kept"), default=0)
    growth = models.BigIntegerField(_("growth value"), default=0)
    growth_kept = models.BigIntegerField(_("growth value kept"), default=0)
    usable_from = models.DateTimeField(_("usable from"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    pending = models.BigIntegerField(_("still pending"), default=0)
    debt_paid = models.BigIntegerField(_("went into a debt"), default=0)
    charged_points = models.BigIntegerField(_("points charged in money"), default=0)
    charged = models.BigIntegerField(_("charged in money"), default=0)
    lot_posting = models.BigIntegerField(null=True, editable=False)
    growth_posting = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("points earned")
        verbose_name_plural = _("points earned")
        default_permissions = ("view",)
        permissions = [
            ("accrue", _("Can credit points for a sale")),
            ("grant_points", _("Can give points and growth value by hand")),
        ]
        indexes = [
            Index(fields=["member", "-id"], name="points_accrual_of_member"),
            Index(
                fields=["source", "-id"],
                name="points_accrual_seldom",
                condition=~Q(source="sale"),
            ),
            Index(fields=["member", "business_date"], name="points_accrual_of_day"),
            Index(
                fields=["usable_from", "id"],
                name="points_accrual_due",
                condition=Q(pending__gt=0),
            ),
            Index(
                fields=["reference"],
                name="points_accrual_reference",
                condition=~Q(reference=""),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(amount__gte=0, refunded__gte=0)
                & Q(refunded__lte=F("amount")),
                name="points_accrual_refunds_within_the_sale",
            ),
            CheckConstraint(
                condition=Q(points_kept__gte=0)
                & Q(points_kept__lte=F("points"))
                & Q(growth_kept__gte=0)
                & Q(growth_kept__lte=F("growth")),
                name="points_accrual_keeps_within_the_earned",
            ),
            CheckConstraint(
                condition=Q(pending__gte=0)
                & Q(debt_paid__gte=0)
                & Q(pending__lte=F("points") - F("debt_paid")),
                name="points_accrual_pending_within_the_earned",
            ),
            CheckConstraint(
                condition=Q(pending=0) | Q(usable_from__isnull=False),
                name="points_accrual_pending_has_an_end",
            ),
            CheckConstraint(
                condition=Q(charged_points__gte=0, charged__gte=0)
                & Q(charged_points__lte=F("points")),
                name="points_accrual_charged_within_the_earned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} #{self.pk}"


class AccrualRefund(models.Model):
    """One refund of what had earned: how the points of it were taken back."""

    accrual = models.ForeignKey(
        Accrual, models.PROTECT, related_name="refunds", verbose_name=_("points earned")
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    at = models.DateTimeField(_("at"))
    entry_id = models.UUIDField(_("entry"), null=True)
    amounts = models.JSONField(_("refunded by line"), default=list)
    amount = models.BigIntegerField(_("refunded"))
    points = models.BigIntegerField(_("points taken back"))
    from_pending = models.BigIntegerField(_("from what was pending"))
    from_lot = models.BigIntegerField(_("from their own lot"))
    from_others = models.BigIntegerField(_("from other points"))
    lapsed = models.BigIntegerField(_("lapsed before"))
    debt = models.BigIntegerField(_("became a debt"))
    forgiven = models.BigIntegerField(_("let go"))
    charged_points = models.BigIntegerField(_("points charged in money"))
    charged = models.BigIntegerField(_("charged in money"))
    growth = models.BigIntegerField(_("growth value taken back"))

    class Meta:
        verbose_name = _("points taken back")
        verbose_name_plural = _("points taken back")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(
                    points=F("from_pending")
                    + F("from_lot")
                    + F("from_others")
                    + F("lapsed")
                    + F("debt")
                    + F("forgiven")
                    + F("charged_points")
                ),
                name="points_accrualrefund_adds_up",
            ),
            CheckConstraint(
                condition=Q(amount__gte=0, points__gte=0, growth__gte=0),
                name="points_accrualrefund_takes_nothing_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class Redemption(models.Model):
    """Points spent on a bill, and how many of them came back."""

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    policy = models.ForeignKey(
        "points.PointsPolicy",
        models.PROTECT,
        related_name="+",
        verbose_name=_("points policy"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    at = models.DateTimeField(_("at"))
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    bill = models.BigIntegerField(_("bill"))
    points = models.BigIntegerField(_("points"))
    worth = models.BigIntegerField(_("worth"))
    returned = models.BigIntegerField(_("points returned"), default=0)
    entry_id = models.UUIDField(_("entry"))
    posting_id = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("points spent")
        verbose_name_plural = _("points spent")
        default_permissions = ("view",)
        permissions = [("redeem_points", _("Can spend a member’s points on a bill"))]
        indexes = [
            Index(fields=["member", "-id"], name="points_redemption_of_member"),
            Index(
                fields=["reference"],
                name="points_redemption_reference",
                condition=~Q(reference=""),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(points__gt=0, worth__gt=0) & Q(worth__lte=F("bill")),
                name="points_redemption_within_the_bill",
            ),
            CheckConstraint(
                condition=Q(returned__gte=0) & Q(returned__lte=F("points")),
                name="points_redemption_returns_within_the_spent",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
