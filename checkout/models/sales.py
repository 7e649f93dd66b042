"""Bills that were settled: what was sold, taken off, and how it was paid."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.quantity import PIECE, format_quantity

LARGEST_BILL = 10**12  # minor units: far from the books' own bound


class DiscountKind(models.TextChoices):
    TIER = "tier", _("tier discount")
    MEMBER_PRICE = "member_price", _("member price")
    MEMBER_DAY = "member_day", _("member day")
    OFFER = "offer", _("bill offer")
    COUPON = "coupon", _("coupon")
    ROUNDING = "rounding", _("rounding")
    KEPT = "kept", _("kept in an exchange")


class LineKind(models.TextChoices):
    """What a line of a bill is; only items are ever discounted."""

    ITEM = "item", _("item")
    TAX = "tax", _("tax")
    SERVICE_CHARGE = "service_charge", _("service charge")
    TIP = "tip", _("tip")


class PaymentKind(models.TextChoices):
    POINTS = "points", _("points")
    GIFT_CARD = "gift_card", _("gift card")
    STORED_VALUE = "stored_value", _("stored value")
    TENDER = "tender", _("tender")


class Sale(models.Model):
    """One bill, settled at once; amounts in minor units.

    gross = discount + net, net = paid + due; `paid` is what the member's own value
    paid, `due` what tenders had to cover. `answer` is what the till was told.
    """

    class Status(models.TextChoices):
        CAPTURED = "captured", _("settled")
        REFUNDED = "refunded", _("refunded")
        VOID = "void", pgettext_lazy("of a sale", "void")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.CAPTURED
    )
    store = models.ForeignKey(
        "stores.Store", models.PROTECT, related_name="+", verbose_name=_("store")
    )
    till = models.ForeignKey(
        "stores.Till",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("till"),
    )
    shift = models.ForeignKey(
        "stores.Shift",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("shift"),
    )
    staff = models.ForeignKey(
        "stores.User",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("staff member"),
    )
    actor = models.CharField(_("by"), max_length=120)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    card = models.ForeignKey(
        "cards.Card",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member card"),
    )
    reference = models.CharField(_("bill number"), max_length=80)
    numbered_by = models.CharField(
        _("whose number"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the store’s own; else the till’s that counts by itself."),
    )
    channel = models.CharField(_("channel"), max_length=20, default="counter")
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    gross = models.BigIntegerField(_("gross"))
    discount = models.BigIntegerField(_("discounts"))
    net = models.BigIntegerField(_("net"))
    paid = models.BigIntegerField(_("paid with own value"))
    due = models.BigIntegerField(_("due"))
    change = models.BigIntegerField(_("change"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    points_spent = models.BigIntegerField(_("points spent"), default=0)
    points_earned = models.BigIntegerField(_("points earned"), default=0)
    growth_earned = models.BigIntegerField(_("growth value earned"), default=0)
    entry_id = models.UUIDField(_("entry"), null=True)
    accrual = models.ForeignKey(
        "points.Accrual",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("points earned"),
    )
    redemption = models.ForeignKey(
        "points.Redemption",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("points spent"),
    )
    policy = models.ForeignKey(
        "checkout.CheckoutPolicy",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("checkout policy"),
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    answer = models.TextField(editable=False)
    is_followed_up = models.BooleanField(_("followed up"), default=True)

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        default_permissions = ("view",)
        permissions = [
            ("capture_sale", _("Can settle a bill")),
            ("void_sale", _("Can void a sale")),
            ("refund_sale", _("Can refund a sale")),
        ]
        indexes = [
            Index(fields=["store", "business_date", "-at"], name="checkout_sale_day"),
            Index(fields=["-at"], name="checkout_sale_latest"),
            Index(
                fields=["status", "-at"],
                name="checkout_sale_undone",
                condition=~Q(status="captured"),
            ),
            Index(
                fields=["member", "-at"],
                name="checkout_sale_of_member",
                condition=Q(member__isnull=False),
            ),
            Index(
                fields=["at"],
                name="checkout_sale_to_follow_up",
                condition=Q(is_followed_up=False),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["store", "reference", "business_date", "numbered_by"],
                name="checkout_sale_reference_once",
            ),
            CheckConstraint(
                condition=Q(status__in=["captured", "refunded", "void"])
                & ~Q(reference=""),
                name="checkout_sale_status_is_known",
            ),
            CheckConstraint(
                condition=Q(
                    gross__gte=0,
                    gross__lte=LARGEST_BILL,
                    discount__gte=0,
                    net__gte=0,
                    paid__gte=0,
                    due__gte=0,
                    change__gte=0,
                ),
                name="checkout_sale_amounts_not_negative",
            ),
            CheckConstraint(
                condition=Q(gross=F("discount") + F("net"), net=F("paid") + F("due")),
                name="checkout_sale_adds_up",
            ),
            CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("net")),
                name="checkout_sale_refunds_within_the_net",
            ),
            CheckConstraint(
                condition=Q(points_spent__gte=0, points_earned__gte=0)
                & Q(growth_earned__gte=0)
                & (
                    Q(member__isnull=False)
                    | Q(points_spent=0, points_earned=0, growth_earned=0)
                ),
                name="checkout_sale_points_have_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def left(self) -> int:
        """What can still be refunded, in minor units."""
        return self.net - self.refunded


class SaleLine(models.Model):
    """One line of a bill: what it cost, and what of it is left to pay and to refund.

    `thousandths`: the quantity, 1000 for one piece, 350 for 0.350 of a kilogram. Where
    the till told what the whole line costs, `gross` is that, whatever the price of one.
    """

    sale = models.ForeignKey(
        Sale,
        models.PROTECT,
        related_name="lines",
        db_index=False,
        verbose_name=_("sale"),
    )
    place = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=LineKind,
        default=LineKind.ITEM,
        db_default=LineKind.ITEM,
    )
    sku = models.CharField(_("item number"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    category = models.CharField(_("category"), max_length=64, blank=True)
    thousandths = models.PositiveIntegerField(
        _("quantity in thousandths"), default=PIECE
    )
    unit_price = models.BigIntegerField(_("price"), null=True)
    gross = models.BigIntegerField(_("gross"))
    net = models.BigIntegerField(_("net"))
    refunded = models.BigIntegerField(_("refunded"), default=0)
    returned = models.PositiveIntegerField(
        _("returned, in thousandths"), default=0, db_default=0
    )
    excluded = models.BooleanField(
        _("excluded"), default=False, help_text=_("Earns nothing, discounts nothing.")
    )

    class Meta:
        verbose_name = _("line of a sale")
        verbose_name_plural = _("lines of sales")
        default_permissions = ()
        constraints = [
            UniqueConstraint(fields=["sale", "place"], name="checkout_saleline_place"),
            CheckConstraint(
                condition=(Q(unit_price__gte=0) | Q(unit_price=None))
                & Q(thousandths__gte=1, kind__in=LineKind.values),
                name="checkout_saleline_is_some_of_something",
            ),
            CheckConstraint(
                condition=Q(net__gte=0, net__lte=F("gross"))
                & Q(refunded__gte=0, refunded__lte=F("net")),
                name="checkout_saleline_refunds_within_the_net",
            ),
            CheckConstraint(
                condition=Q(returned__lte=F("thousandths")),
                name="checkout_saleline_returns_within_the_sold",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.place}"

    @property
    def left(self) -> int:
        """What of it can still be refunded, in minor units."""
        return self.net - self.refunded

    @property
    def shown_as(self) -> str:
        """What it is called on a page: its name, else what it is."""
        if self.name:
            return self.name
        if self.kind != LineKind.ITEM:
            return str(self.get_kind_display()).capitalize()
        return f"#{self.place}"

    @property
    def quantity_text(self) -> str:
        """How much of it there was, as the reader writes it."""
        return format_quantity(self.thousandths)


class SaleDiscount(models.Model):
    """Something taken off a bill, and how much of it each line bore."""

    sale = models.ForeignKey(
        Sale,
        models.PROTECT,
        related_name="discounts",
        db_index=False,
        verbose_name=_("sale"),
    )
    place = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("kind"), max_length=12, choices=DiscountKind)
    subject = models.BigIntegerField(_("of"), null=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("amount"))
    per_line = ArrayField(models.BigIntegerField(), verbose_name=_("by line"))

    class Meta:
        verbose_name = _("discount of a sale")
        verbose_name_plural = _("discounts of sales")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["sale", "place"], name="checkout_salediscount_place"
            ),
            CheckConstraint(
                condition=Q(amount__gt=0, kind__in=DiscountKind.values),
                name="checkout_salediscount_takes_something_off",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class SalePayment(models.Model):
    """Something that paid a bill; `returned` is what refunds gave back of it.

    Tenders are what they covered, without the change. Stored value may be that of
    another (`holder`), whose wallet is shared with the member.
    """

    sale = models.ForeignKey(
        Sale,
        models.PROTECT,
        related_name="payments",
        db_index=False,
        verbose_name=_("sale"),
    )
    place = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("kind"), max_length=12, choices=PaymentKind)
    tender = models.CharField(_("tender"), max_length=40, blank=True)
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    amount = models.BigIntegerField(_("amount"))
    points = models.BigIntegerField(_("points"), default=0)
    principal = models.BigIntegerField(_("principal"), default=0)
    bonus = models.BigIntegerField(_("bonus"), default=0)
    gift_card = models.ForeignKey(
        "gift_cards.GiftCard",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("gift card"),
    )
    last4 = models.CharField(_("ends in"), max_length=4, blank=True)
    holder = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("whose wallet"),
    )
    returned = models.BigIntegerField(_("given back"), default=0)

    class Meta:
        verbose_name = _("payment of a sale")
        verbose_name_plural = _("payments of sales")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["sale", "place"], name="checkout_salepayment_place"
            ),
            CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(returned__gte=0, returned__lte=F("amount")),
                name="checkout_salepayment_returns_within_the_paid",
            ),
            CheckConstraint(
                condition=Q(kind="points", points__gt=0, principal=0, bonus=0)
                | Q(kind="gift_card", gift_card__isnull=False, points=0)
                & Q(principal=0, bonus=0)
                | Q(kind="stored_value", principal__gte=0, bonus__gte=0, points=0)
                & Q(amount=F("principal") + F("bonus"))
                | Q(kind="tender", points=0, principal=0, bonus=0) & ~Q(tender=""),
                name="checkout_salepayment_is_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def left(self) -> int:
        """What of it has not been given back, in minor units."""
        return self.amount - self.returned
