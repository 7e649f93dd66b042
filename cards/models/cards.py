"""Cards and everything that ever happened to them."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q
from django.utils.translation import gettext_lazy as _

from .kinds import CardKind


class StockBatch(models.Model):
    """Cards whose numbers were made ahead, for the printer."""

    kind = models.ForeignKey(
        CardKind, models.PROTECT, related_name="+", verbose_name=_("kind of card")
    )
    quantity = models.PositiveIntegerField(_("cards"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    exported_at = models.DateTimeField(_("last exported at"), null=True)
    exports = models.PositiveIntegerField(_("times exported"), default=0)

    class Meta:
        verbose_name = _("batch of cards")
        verbose_name_plural = _("batches of cards")
        default_permissions = ("view",)
        permissions = [
            ("make_stock", _("Can make cards for stock")),
            ("export_stock", _("Can export card numbers for the printer")),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(quantity__gte=1), name="cards_stockbatch_has_cards"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.kind}"


class Card(models.Model):
    """One card: its number names a member, or whoever holds it."""

    class Status(models.TextChoices):
        STOCK = "stock", _("in stock")
        ACTIVE = "active", _("active")
        LOST = "lost", _("reported lost")
        EXPIRED = "expired", _("expired")
        REPLACED = "replaced", _("replaced")
        CLOSED = "closed", _("closed")

    number = models.CharField(_("number"), max_length=16, unique=True)
    kind = models.ForeignKey(
        CardKind, models.PROTECT, related_name="+", verbose_name=_("kind of card")
    )
    batch = models.ForeignKey(
        StockBatch,
        models.PROTECT,
        null=True,
        related_name="cards",
        verbose_name=_("batch of cards"),
    )
    status = models.CharField(_("status"), max_length=8, choices=Status)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("issued at"),
    )
    issued_at = models.DateTimeField(_("issued on"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    replaced_by = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )

    class Meta:
        verbose_name = _("member card")
        verbose_name_plural = _("member cards")
        default_permissions = ("view",)
        permissions = [
            ("issue_card", _("Can issue a card")),
            ("bind_card", _("Can bind a card to a member")),
            ("report_loss", _("Can report a card lost")),
            ("find_card", _("Can take back a loss report")),
            ("replace_card", _("Can replace a card")),
            ("renew_card", _("Can renew a card")),
            ("close_card", _("Can close a card")),
        ]
        indexes = [
            Index(
                fields=["expires_at"],
                name="cards_card_due",
                condition=Q(status="active", expires_at__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{16}$"),
                name="cards_card_number_is_sixteen_digits",
            ),
            CheckConstraint(
                condition=Func(
                    F("number"),
                    function="cards_luhn_holds",
                    output_field=models.BooleanField(),
                ),
                name="cards_card_number_checks",
            ),
            CheckConstraint(
                condition=Q(
                    status__in=[
                        "stock",
                        "active",
                        "lost",
                        "expired",
                        "replaced",
                        "closed",
                    ]
                ),
                name="cards_card_status_is_known",
            ),
            CheckConstraint(
                condition=Q(status="stock", member=None, issued_at=None)
                | Q(status="closed")
                | (~Q(status__in=["stock", "closed"]) & Q(issued_at__isnull=False)),
                name="cards_card_issued_once_out_of_stock",
            ),
            CheckConstraint(
                condition=Q(status="replaced", replaced_by__isnull=False)
                | (~Q(status="replaced") & Q(replaced_by=None)),
                name="cards_card_replaced_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """Enough to tell two cards apart, too little to print a third."""
        return f"•••• {self.number[-4:]}"

    def is_usable(self, at: datetime) -> bool:
        """Active and not expired, to the very second, whenever the sweep runs."""
        return self.status == self.Status.ACTIVE and (
            self.expires_at is None or self.expires_at > at
        )


# Nothing leads out of these.
DEAD = (Card.Status.REPLACED, Card.Status.CLOSED)


class Happening(models.TextChoices):
    ISSUED = "issued", _("issued")
    BOUND = "bound", _("bound to a member")
    LOST = "lost", _("reported lost")
    FOUND = "found", _("found again")
    REPLACED = "replaced", _("replaced")
    EXPIRED = "expired", _("expired")
    RENEWED = "renewed", _("renewed")
    CLOSED = "closed", _("closed")
    MOVED = "moved", _("members merged")


class CardEvent(models.Model):
    """Something that happened to a card; never changed."""

    card = models.ForeignKey(
        Card, models.PROTECT, related_name="events", verbose_name=_("member card")
    )
    at = models.DateTimeField(_("at"))
    happening = models.CharField(_("what happened"), max_length=8, choices=Happening)
    key = models.CharField(_("idempotency key"), max_length=300, null=True, unique=True)  # noqa: DJ001 (unique where given)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    entry_id = models.UUIDField(_("entry"), null=True)
    # The accounts that a loss report froze: what is found again frees only these.
    froze = ArrayField(models.BigIntegerField(), default=list, editable=False)
    actor = models.CharField(_("by"), max_length=120)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("staff member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )

    class Meta:
        verbose_name = _("card event")
        verbose_name_plural = _("card events")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(happening__in=Happening.values),
                name="cards_cardevent_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.card_id} · {self.get_happening_display()}"
