"""The catalogue of rewards, and who ordered what."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.sight import SENTENCE, moments_in_sight

from .policy import LARGEST_CAP

MOST_AT_ONCE = 1000


class Reward(models.Model):
    """Something to have for points, or for points and some money (minor units)."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods, picked up at a counter")
        COUPON = "coupon", _("coupon")
        DONATION = "donation", _("donation")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GOODS)
    points = models.PositiveIntegerField(
        _("price in points"),
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_CAP)],
    )
    money = models.PositiveIntegerField(
        _("and in money"),
        default=0,
        validators=[MaxValueValidator(LARGEST_CAP)],
    )
    stock = models.PositiveIntegerField(
        _("left in stock"),
        null=True,
        blank=True,
        help_text=_("Empty: never runs out."),
        validators=[MaxValueValidator(LARGEST_CAP)],
    )
    most_per_member = models.PositiveIntegerField(
        _("most per member"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_CAP)],
    )
    coupon = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coupon"),
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    pick_up_days = models.PositiveSmallIntegerField(
        _("days to pick it up"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )
    is_active = models.BooleanField(_("in use"), default=True)

    # The stock moves with every order: that is no change of what is promised.
    history = HistoricalRecords(excluded_fields=["stock"])

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(stock=None) | Q(stock__gte=0),
                name="points_reward_stock_never_negative",
            ),
            CheckConstraint(
                condition=Q(points__gt=0, money__gte=0),
                name="points_reward_costs_points",
            ),
            CheckConstraint(
                condition=Q(kind__in=["goods", "donation"], coupon=None)
                | Q(kind="coupon", coupon__isnull=False),
                name="points_reward_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="points_reward_ends_after_it_starts",
            ),
            CheckConstraint(
                condition=moments_in_sight("starts_at", "ends_at"),
                name="points_reward_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.kind == self.Kind.COUPON) != (self.coupon_id is not None):
            raise ValidationError(
                {"coupon": _("A reward that is a coupon, and no other, names it.")}
            )
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError(_("The end lies before the beginning."))


class RewardTaken(models.Model):
    """How many of a reward a member has; the row that keeps the limit."""

    reward = models.ForeignKey(Reward, models.PROTECT, related_name="taken")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    taken = models.PositiveIntegerField(_("taken"), default=0)

    class Meta:
        verbose_name = _("rewards of a member")
        verbose_name_plural = _("rewards of members")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["reward", "member"], name="points_rewardtaken_one_row_each"
            ),
            CheckConstraint(
                condition=Q(taken__gte=0), name="points_rewardtaken_never_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken}"


class RewardOrder(models.Model):
    """A reward ordered: paid in points, picked up with a code or cancelled."""

    class Status(models.TextChoices):
        ORDERED = "ordered", _("waiting to be picked up")
        HANDED_OVER = "handed", _("handed over")
        CANCELLED = "cancelled", _("cancelled")

    reward = models.ForeignKey(
        Reward, models.PROTECT, related_name="orders", verbose_name=_("reward")
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    quantity = models.PositiveIntegerField(_("quantity"))
    points_each = models.PositiveIntegerField(_("points each"))
    money_each = models.PositiveIntegerField(_("money each"), default=0)
    points = models.BigIntegerField(_("points"))
    money = models.BigIntegerField(_("money"), default=0)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.ORDERED
    )
    code_hash = models.CharField(  # noqa: DJ001 (goods only)
        max_length=64, null=True, unique=True, editable=False
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    pick_up_by = models.DateTimeField(_("to be picked up by"), null=True)
    ended_at = models.DateTimeField(_("handed over or cancelled at"), null=True)
    ended_by = models.CharField(_("by"), max_length=80, blank=True)
    handed_over_in = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed over in"),
    )
    entry_id = models.UUIDField(_("entry"))

    class Meta:
        verbose_name = _("reward order")
        verbose_name_plural = _("reward orders")
        default_permissions = ("view",)
        permissions = [
            ("order_reward", _("Can order a reward for a member")),
            ("hand_over_reward", _("Can hand a reward over")),
            ("cancel_reward_order", _("Can cancel a reward order")),
        ]
        indexes = [
            Index(fields=["member", "-id"], name="points_rewardorder_of_member"),
            Index(fields=["status", "-id"], name="points_rewardorder_by_status"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(status__in=["ordered", "handed", "cancelled"]),
                name="points_rewardorder_status_is_known",
            ),
            CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(points=F("points_each") * F("quantity"))
                & Q(money=F("money_each") * F("quantity")),
                name="points_rewardorder_price_times_quantity",
            ),
            CheckConstraint(
                condition=Q(status="ordered", ended_at=None, code_hash__isnull=False)
                | (~Q(status="ordered") & Q(ended_at__isnull=False)),
                name="points_rewardorder_ends_once",
            ),
            CheckConstraint(
                condition=Q(code_hash=None) | Q(code_hash__regex=r"^[0-9a-f]{64}$"),
                name="points_rewardorder_keeps_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
