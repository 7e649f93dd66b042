"""A message to one person, from the moment it is decided to the last news of it."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from common.tables import clock, zone_of
from members.models import Member, Purpose

from .templates import LANGUAGE_CODES, MessageChannel, MessageTemplateVersion

HEX_64 = r"^[0-9a-f]{64}$"


class MessageState(models.TextChoices):
    """Where a message stands; what follows what: `messaging/sql/guards.sql`."""

    WAITING = "waiting", _("waiting")
    HELD = "held", _("held back")
    SENDING = "sending", _("being sent")
    ACCEPTED = "accepted", _("taken by the provider")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("came back")
    COMPLAINED = "complained", _("reported as spam")
    FAILED = "failed", _("could not be sent")
    UNKNOWN = "unknown", _("not known whether it left")
    DROPPED = "dropped", _("not sent")


class MessageReason(models.TextChoices):
    """Why a message is held back, was not sent, or failed."""

    QUIET = "quiet", _("quiet hours")
    CAP = "cap", _("enough messages for now")
    CONSENT = "consent", _("no consent")
    SUPPRESSED = "suppressed", _("the address is suppressed")
    ADDRESS = "address", _("no address")
    GONE = "gone", _("the member is gone")
    EXPIRED = "expired", _("too late to be of use")
    CANCELLED = "cancelled", _("called off")
    CHANNEL = "channel", _("the channel is not set up")
    REFUSED = "refused", _("the provider refused it")
    TRIES = "tries", _("it could not be handed over")
    SILENT = "silent", _("the provider does not say")
    WORDS = "words", _("its words could not be written")


FINISHED = ("bounced", "complained", "failed", "dropped")


class Message(models.Model):
    """A message to one person: written in the transaction of what it tells of."""

    public_id = models.UUIDField(
        _("number for providers"),
        unique=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    key = models.CharField(_("key"), max_length=160, unique=True, editable=False)
    # Of all that was asked for under the key: the same again is no second message.
    fingerprint = models.CharField(max_length=64, editable=False)
    # Whoever is not a member is written to at a sealed address.
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    sealed_address = models.TextField(blank=True, default="", editable=False)
    address_hint = models.CharField(
        _("address"), max_length=80, blank=True, default="", editable=False
    )
    # By which bounces, suppressions and inbound words find it; of no use to a thief.
    address_digest = models.CharField(
        max_length=64, blank=True, default="", editable=False
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    channel = models.CharField(_("channel"), max_length=6, choices=MessageChannel)
    version = models.ForeignKey(
        MessageTemplateVersion,
        models.PROTECT,
        related_name="messages",
        db_index=False,
        verbose_name=_("version of a message template"),
    )
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES
    )
    values = models.JSONField(_("values"), default=dict)
    # Codes and the like: opened only to send them, gone once that is settled.
    sealed_values = models.TextField(blank=True, default="", editable=False)
    priority = models.SmallIntegerField(_("priority"), default=0)
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("of use until"), null=True)

    state = models.CharField(
        _("state"), max_length=10, choices=MessageState, default=MessageState.WAITING
    )
    reason = models.CharField(
        _("reason"), max_length=10, choices=MessageReason, blank=True, default=""
    )
    # When it is looked at next; nothing more is done by itself where there is none.
    due_at = models.DateTimeField(_("due at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # While it is being sent: until when whoever took it up is taken to be alive, and
    # whether it was begun to be handed over.
    lease_until = models.DateTimeField(null=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, editable=False)
    # It was not known whether it left, and it was sent once more.
    sent_twice = models.BooleanField(_("sent a second time"), default=False)
    provider = models.CharField(_("provider"), max_length=20, blank=True, default="")
    provider_reference = models.CharField(
        _("number at the provider"), max_length=120, blank=True, default=""
    )
    created_at = models.DateTimeField(_("made at"))
    accepted_at = models.DateTimeField(_("taken by the provider at"), null=True)
    # The calendar day of the member on which it counts against what is enough.
    counted_on = models.DateField(null=True, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions = ("view",)
        permissions = [("cancel_message", _("Can call off a message that waits"))]
        indexes = [
            # Who has the next slot: the higher priority, then the earlier end.
            Index(
                F("channel"),
                F("priority").desc(),
                F("expires_at").asc(nulls_last=True),
                F("id"),
                name="messaging_message_next",
                condition=Q(state__in=["waiting", "held"]),
            ),
            Index(
                fields=["due_at"],
                name="messaging_message_due",
                condition=Q(due_at__isnull=False),
            ),
            Index(
                fields=["member", "counted_on"],
                name="messaging_message_counted",
                condition=Q(counted_on__isnull=False),
            ),
            Index(
                fields=["member", "-id"],
                name="messaging_message_of_member",
                condition=Q(member__isnull=False),
            ),
            Index(fields=["store", "-id"], name="messaging_message_of_store"),
            Index(fields=["version", "state"], name="messaging_message_of_version"),
            Index(
                fields=["provider", "provider_reference"],
                name="messaging_message_at_provider",
                condition=~Q(provider_reference=""),
            ),
            Index(
                fields=["address_digest"],
                name="messaging_message_to_address",
                condition=~Q(address_digest=""),
            ),
            Index(
                fields=["state", "-id"],
                name="messaging_message_unsettled",
                condition=~Q(state__in=["accepted", "delivered", "dropped"]),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(member__isnull=False)
                | ~Q(sealed_address="")
                | Q(due_at=None),
                name="messaging_message_goes_to_somebody",
            ),
            # Fernet's own beginning: an address or a code in the clear is refused.
            CheckConstraint(
                condition=Q(sealed_address="") | Q(sealed_address__startswith="gAAAA"),
                name="messaging_message_address_is_sealed",
            ),
            CheckConstraint(
                condition=Q(sealed_values="") | Q(sealed_values__startswith="gAAAA"),
                name="messaging_message_secrets_are_sealed",
            ),
            CheckConstraint(
                condition=Q(sealed_values="")
                | Q(state__in=["waiting", "held", "sending", "unknown"]),
                name="messaging_message_secrets_end_with_it",
            ),
            CheckConstraint(
                condition=Q(state__in=MessageState.values),
                name="messaging_message_state_is_known",
            ),
            CheckConstraint(
                condition=Q(channel__in=MessageChannel.values),
                name="messaging_message_channel_is_known",
            ),
            CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="messaging_message_purpose_is_known",
            ),
            CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES),
                name="messaging_message_language_is_known",
            ),
            CheckConstraint(
                condition=Q(fingerprint__regex=HEX_64),
                name="messaging_message_has_a_fingerprint",
            ),
            CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("not_before")),
                name="messaging_message_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=Q(
                    state__in=["waiting", "held", "sending"], due_at__isnull=False
                )
                | Q(state="unknown")
                | ~Q(state__in=["waiting", "held", "sending", "unknown"])
                & Q(due_at=None),
                name="messaging_message_open_ones_are_due",
            ),
            CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False)
                | ~Q(state="sending") & Q(lease_until=None, handed_over_at=None),
                name="messaging_message_being_sent_by_somebody",
            ),
            CheckConstraint(
                condition=~Q(state__in=["held", "dropped", "failed"]) | ~Q(reason=""),
                name="messaging_message_stopped_for_a_reason",
            ),
            CheckConstraint(
                condition=~Q(state__in=["accepted", "delivered"])
                | Q(accepted_at__isnull=False),
                name="messaging_message_accepted_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return _("Message %(number)s") % {"number": self.pk}


class MessageEvent(models.Model):
    """One thing that happened to a message; never changed."""

    class Kind(models.TextChoices):
        """What happened: a state it came to, or what its reader did."""

        HELD = "held", _("held back")
        ACCEPTED = "accepted", _("taken by the provider")
        DELIVERED = "delivered", _("delivered")
        BOUNCED = "bounced", _("came back")
        COMPLAINED = "complained", _("reported as spam")
        FAILED = "failed", _("could not be sent")
        UNKNOWN = "unknown", _("not known whether it left")
        DROPPED = "dropped", _("not sent")
        AGAIN = "again", _("to be tried again")
        OPENED = "opened", _("opened")
        CLICKED = "clicked", _("link opened")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    message = models.ForeignKey(
        Message, models.PROTECT, related_name="events", verbose_name=_("message")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"))
    # A short word of ours or of the provider; never an address or a text.
    detail = models.CharField(_("detail"), max_length=80, blank=True, default="")
    # As the provider numbers its news, so that the same told twice counts once.
    provider_event = models.CharField(  # noqa: DJ001 (unique where there is one)
        max_length=160, null=True, unique=True, editable=False
    )

    class Meta:
        verbose_name = _("news of a message")
        verbose_name_plural = _("news of messages")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["message", "kind"],
                condition=Q(kind__in=["accepted", "delivered", "complained"]),
                name="messaging_messageevent_told_once",
            ),
        ]

    def __str__(self) -> str:
        told = clock(self.at, zone_of(self, "message__store"))
        return f"{self.get_kind_display()} {told}"
