"""The cards, the codes that open them, the batches for the printer, and wrong tries."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from .designs import GiftCardDesign
from .rules import LARGEST_FACE, GiftCardPolicy

HEX_64 = r"^[0-9a-f]{64}$"
LARGEST_BATCH = 10_000


class GiftCardBatch(models.Model):
    """Cards to be printed; their codes leave the house once, encrypted."""

    name = models.CharField(_("name"), max_length=60)
    design = models.ForeignKey(
        GiftCardDesign,
        models.PROTECT,
        related_name="batches",
        verbose_name=_("design"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(
        _("face value"),
        null=True,
        blank=True,
        help_text=_("Empty: the amount is chosen when the card is sold."),
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    exported_at = models.DateTimeField(_("codes exported at"), null=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("codes exported by"),
    )
    file_digest = models.CharField(
        _("fingerprint of the file"), max_length=64, default="", blank=True
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("batch of gift cards")
        verbose_name_plural = _("batches of gift cards")
        default_permissions = ("view",)
        permissions = [
            ("order_batch", _("Can order a batch of gift cards")),
            ("export_codes", _("Can export a batch’s codes to the printer, once")),
            ("withdraw_batch", _("Can withdraw a batch’s unsold cards")),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=LARGEST_BATCH),
                name="gift_cards_giftcardbatch_quantity_in_bounds",
            ),
            CheckConstraint(
                condition=Q(amount__isnull=True)
                | Q(amount__gt=0, amount__lte=LARGEST_FACE),
                name="gift_cards_giftcardbatch_amount_in_bounds",
            ),
            CheckConstraint(
                condition=Q(exported_at__isnull=True, file_digest="")
                | Q(exported_at__isnull=False, file_digest__regex=HEX_64),
                name="gift_cards_giftcardbatch_exported_with_its_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class GiftCard(models.Model):
    """One gift card. What is left on it is the balance of its account in the books."""

    class Status(models.TextChoices):
        MADE = "made", _("not sold yet")
        ACTIVE = "active", _("active")
        BLOCKED = "blocked", _("blocked")
        VOID = "void", _("void")

    public_id = models.UUIDField(
        unique=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.MADE
    )
    design = models.ForeignKey(
        GiftCardDesign,
        models.PROTECT,
        related_name="cards",
        verbose_name=_("design"),
    )
    batch = models.ForeignKey(
        GiftCardBatch,
        models.PROTECT,
        null=True,
        related_name="cards",
        verbose_name=_("batch"),
    )
    # What it is sold for; none until then where that is chosen at the till.
    amount = models.BigIntegerField(_("face value"), null=True)
    account = models.OneToOneField(
        "ledger.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    sale = models.ForeignKey(
        "ledger.Entry",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("paid by"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("where it was sold"),
    )
    sold_at = models.DateTimeField(_("sold on"), null=True)
    policy = models.ForeignKey(
        GiftCardPolicy,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("sold under"),
    )
    # The latest of its lots, for lists; the books alone decide what may be spent.
    expires_at = models.DateTimeField(_("expires at"), null=True)
    extensions = models.PositiveSmallIntegerField(_("extensions"), default=0)
    buyer = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("bought by"),
    )
    owner = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("kept by"),
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("gift card")
        verbose_name_plural = _("gift cards")
        default_permissions = ("view",)
        permissions = [
            ("sell_gift_card", _("Can sell and activate gift cards")),
            ("redeem_gift_card", _("Can take a gift card as payment")),
            ("refund_gift_card", _("Can give a payment back to a gift card")),
            ("block_gift_card", _("Can block and release a gift card")),
            ("replace_gift_card", _("Can give a gift card a new code")),
            ("extend_gift_card", _("Can extend a gift card and give back what lapsed")),
            ("void_gift_card", _("Can void the sale of a gift card")),
        ]
        indexes = [
            Index(fields=["sale"], name="gift_cards_giftcard_of_sale"),
            Index(
                fields=["owner"],
                name="gift_cards_giftcard_of_owner",
                condition=Q(owner__isnull=False),
            ),
            Index(
                fields=["buyer"],
                name="gift_cards_giftcard_of_buyer",
                condition=Q(buyer__isnull=False),
            ),
            Index(fields=["-made_at"], name="gift_cards_giftcard_latest"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(status__in=["made", "active", "blocked", "void"]),
                name="gift_cards_giftcard_status_is_known",
            ),
            # Active only once paid: an entry of the books, an account and an amount.
            CheckConstraint(
                condition=Q(status__in=["made", "void"], sale__isnull=True)
                | Q(
                    status__in=["active", "blocked", "void"],
                    sale__isnull=False,
                    account__isnull=False,
                    amount__isnull=False,
                    sold_at__isnull=False,
                    policy__isnull=False,
                ),
                name="gift_cards_giftcard_active_once_paid",
            ),
            CheckConstraint(
                condition=Q(amount__isnull=True)
                | Q(amount__gt=0, amount__lte=LARGEST_FACE),
                name="gift_cards_giftcard_amount_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return _("Gift card %(number)s") % {"number": self.pk}


class GiftCardCode(models.Model):
    """What opens a card: only a keyed hash of the code, and its last four characters.

    A replaced code is dead for ever; a card has one that lives.
    """

    card = models.ForeignKey(
        GiftCard, models.PROTECT, related_name="codes", verbose_name=_("gift card")
    )
    key_id = models.CharField(_("hashed with key"), max_length=8, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Of code and PIN together, so that six digits cannot be guessed from the table.
    pin_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    # Of the proof in the printed field; none on cards made before there was one.
    proof_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    last4 = models.CharField(_("last four"), max_length=4)
    made_at = models.DateTimeField(_("made at"))
    died_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("gift card code")
        verbose_name_plural = _("gift card codes")
        default_permissions = ()
        indexes = [
            Index(fields=["last4"], name="gift_cards_giftcardcode_last4"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(digest__regex=HEX_64)
                & (Q(pin_digest="") | Q(pin_digest__regex=HEX_64))
                & (Q(proof_digest="") | Q(proof_digest__regex=HEX_64))
                & Q(last4__regex=r"^[0-9A-Z]{4}$"),
                name="gift_cards_giftcardcode_keeps_digests",
            ),
            UniqueConstraint(
                fields=["card"],
                condition=Q(died_at__isnull=True),
                name="gift_cards_giftcardcode_one_lives",
            ),
            CheckConstraint(
                condition=Q(died_at__isnull=True) | Q(died_at__gte=F("made_at")),
                name="gift_cards_giftcardcode_dies_after_it_is_made",
            ),
        ]

    def __str__(self) -> str:
        return f"···· {self.last4}"


class GiftCardTry(models.Model):
    """Wrong tries of one caller, or at one code, since a moment; a hash of which."""

    subject = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(_("since"))
    wrong = models.PositiveIntegerField(_("wrong tries"))

    class Meta:
        verbose_name = _("wrong tries at gift cards")
        verbose_name_plural = _("wrong tries at gift cards")
        default_permissions = ()
        indexes = [Index(fields=["since"], name="gift_cards_giftcardtry_since")]
        constraints = [
            CheckConstraint(
                condition=Q(subject__regex=HEX_64),
                name="gift_cards_giftcardtry_keeps_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wrong}"
