"""One event on its way to one endpoint."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from .endpoints import WebhookEndpoint
from .events import Event


class Delivery(models.Model):
    """An event for one endpoint: tried until it arrives, or for three days."""

    class Status(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    class Problem(models.TextChoices):
        """Why a try came to nothing; what the other side said is not kept."""

        STATUS = "status", _("it answered with an error")
        REDIRECT = "redirect", _("it sent us elsewhere")
        TIMEOUT = "timeout", _("it took too long")
        CONNECTION = "connection", _("it could not be reached")
        CERTIFICATE = "tls", _("its certificate could not be trusted")
        ADDRESS = "address", _("its address leads where nothing may be sent")
        SECRET = "secret", _("our secret for it could not be opened")
        DISABLED = "disabled", _("the endpoint is switched off")

    event = models.ForeignKey(
        Event,
        models.PROTECT,
        related_name="deliveries",
        db_index=False,  # the unique pair begins with it
        verbose_name=_("event"),
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("webhook endpoint"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # When it is due; while it is being sent, when another may take it up.
    next_at = models.DateTimeField(_("next try at"), null=True)
    last_at = models.DateTimeField(_("last tried at"), null=True)
    last_status = models.PositiveSmallIntegerField(_("answer"), null=True)
    problem = models.CharField(
        _("problem"), max_length=10, choices=Problem, blank=True, default=""
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["endpoint", "next_at"],
                name="outbox_delivery_due",
                condition=Q(status="pending"),
            ),
            Index(fields=["endpoint", "id"], name="outbox_delivery_of_endpoint"),
            Index(
                fields=["id"],
                name="outbox_delivery_given_up",
                condition=Q(status="failed"),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["event", "endpoint"], name="outbox_delivery_once_per_endpoint"
            ),
            CheckConstraint(
                condition=Q(status="pending", next_at__isnull=False)
                | ~Q(status="pending") & Q(next_at=None),
                name="outbox_delivery_pending_is_due_some_day",
            ),
            CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False)
                | ~Q(status="delivered"),
                name="outbox_delivery_delivered_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return _("Delivery %(number)s") % {"number": self.pk}
