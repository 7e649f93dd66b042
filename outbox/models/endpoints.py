"""Where another program listens."""

from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from outbox.kinds import EventKind
from stores.models import Store


class WebhookEndpoint(models.Model):
    """An address that is told of a store's events, or of every store's."""

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", _("switched off by hand")
        GONE = "gone", _("it answered that it is gone (410)")
        FAILING = "failing", _("it did not answer for days")

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("It begins with https:// and answers with 2xx within ten seconds."),
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        null=True,
        blank=True,
        help_text=_("Empty: the events of every store."),
    )
    kinds = ArrayField(
        models.CharField(max_length=40, choices=EventKind),
        verbose_name=_("events"),
        default=list,
        blank=True,
        help_text=_("None chosen: all of them."),
    )
    sealed_secret = models.TextField(editable=False)
    # After a change both sign, for a day: the receiver changes over without a gap.
    former_secret = models.TextField(blank=True, default="", editable=False)
    former_until = models.DateTimeField(
        _("former secret signs until"), null=True, editable=False
    )
    is_enabled = models.BooleanField(_("switched on"), default=True)
    created_at = models.DateTimeField(_("made at"))
    disabled_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    disabled_reason = models.CharField(
        _("why switched off"), max_length=8, choices=Reason, blank=True, default=""
    )
    last_success_at = models.DateTimeField(_("last answered well at"), null=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    # A receiver that does not answer is left alone for a little while.
    rest_until = models.DateTimeField(null=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=[
            "sealed_secret",
            "former_secret",
            "former_until",
            "last_success_at",
            "failing_since",
            "rest_until",
        ]
    )

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        default_permissions = ("view",)
        permissions = [("manage_webhooks", _("Can manage webhooks"))]
        constraints = [
            CheckConstraint(
                condition=Q(is_enabled=True, disabled_at=None, disabled_reason="")
                | Q(is_enabled=False, disabled_at__isnull=False)
                & ~Q(disabled_reason=""),
                name="outbox_webhookendpoint_off_for_a_reason",
            ),
            CheckConstraint(
                condition=Q(former_secret="", former_until=None)
                | ~Q(former_secret="") & Q(former_until__isnull=False),
                name="outbox_webhookendpoint_former_secret_ends",
            ),
            CheckConstraint(
                condition=Q(url__regex=r"^https?://[!-~]+$"),
                name="outbox_webhookendpoint_address_is_plain",
            ),
            # Fernet's own beginning: a secret in the clear is refused.
            CheckConstraint(
                condition=Q(sealed_secret__startswith="gAAAA"),  # noqa: S106 (a mark)
                name="outbox_webhookendpoint_secret_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Where it is; the rest of its address may hold a token."""
        return urlsplit(self.url).hostname or ""
