"""A gift card on its way to a friend."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import CheckConstraint, Func, Index, Q
from django.utils.translation import gettext_lazy as _

from .cards import HEX_64, GiftCard


class Gift(models.Model):
    """A card given to a friend: how it travels, when, and with which words."""

    class Channel(models.TextChoices):
        LINK = "link", _("Link")
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Text message")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        STOPPED = "stopped", _("stopped")

    public_id = models.UUIDField(
        unique=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    card = models.OneToOneField(
        GiftCard, models.PROTECT, related_name="gift", verbose_name=_("gift card")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.WAITING
    )
    giver_name = models.CharField(_("giver’s name"), max_length=80, blank=True)
    recipient_name = models.CharField(_("friend’s name"), max_length=80)
    recipient_email = models.EmailField(_("e-mail"), blank=True)
    recipient_phone = models.CharField(_("phone"), max_length=16, blank=True)
    message = models.CharField(_("words to the friend"), max_length=300, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )
    deliver_at = models.DateTimeField(_("to arrive at"))
    # When the sending now under way began; what stays so was cut off in the middle.
    sending_at = models.DateTimeField(_("being sent since"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("sent at"), null=True)
    opened_at = models.DateTimeField(_("opened at"), null=True)
    kept_at = models.DateTimeField(_("kept at"), null=True)
    token_digest = models.CharField(  # noqa: DJ001 (unique where there is one)
        max_length=64, unique=True, null=True, editable=False
    )
    # Of links that were replaced or came back: whoever has one is told what happened.
    former_digests = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.CharField())),
        editable=False,
    )

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        default_permissions = ("view",)
        permissions = [("resend_gift", _("Can send a gift again"))]
        indexes = [
            Index(
                fields=["deliver_at"],
                name="gift_cards_gift_due",
                condition=Q(status="waiting"),
            ),
            GinIndex(fields=["former_digests"], name="gift_cards_gift_former_links"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(channel="link")
                | Q(channel="email") & ~Q(recipient_email="")
                | Q(channel="message") & ~Q(recipient_phone=""),
                name="gift_cards_gift_has_where_to_go",
            ),
            CheckConstraint(
                condition=Q(status="sent", delivered_at__isnull=False)
                | ~Q(status="sent") & Q(delivered_at__isnull=True)
                | Q(status="stopped"),
                name="gift_cards_gift_sent_at_a_time",
            ),
            CheckConstraint(
                condition=Q(status="sending", sending_at__isnull=False)
                | ~Q(status="sending"),
                name="gift_cards_gift_being_sent_since",
            ),
            CheckConstraint(
                condition=Q(token_digest__isnull=True) | Q(token_digest__regex=HEX_64),
                name="gift_cards_gift_keeps_a_digest",
            ),
            CheckConstraint(
                condition=Q(kept_at__isnull=True) | Q(opened_at__isnull=False),
                name="gift_cards_gift_kept_once_opened",
            ),
        ]

    def __str__(self) -> str:
        return _("Gift %(number)s") % {"number": self.pk}

    @property
    def is_returnable(self) -> bool:
        """Whether it has not left yet, or its link was never opened: `RETURNABLE`."""
        is_here = self.status in (self.Status.WAITING, self.Status.FAILED)
        is_link = self.channel == self.Channel.LINK and self.status == self.Status.SENT
        return self.opened_at is None and (is_here or is_link)


# The gifts that their givers may take back; asked again under the lock of the row.
RETURNABLE = Q(opened_at=None) & (
    Q(status__in=["waiting", "failed"]) | Q(channel="link", status="sent")
)
