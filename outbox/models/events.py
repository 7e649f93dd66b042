"""An event: written in the transaction of the change that it tells of."""

from django.db import models
from django.db.models import Func, Index, Q
from django.utils.translation import gettext_lazy as _

from outbox.kinds import EventKind


class Event(models.Model):
    """Something that happened, for whoever wants to hear of it: there if and only if
    the change was committed.
    """

    Kind = EventKind

    id = models.UUIDField(
        primary_key=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    kind = models.CharField(_("kind"), max_length=40, choices=EventKind)
    # Not looked up again: the change that this tells of has found its store.
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("store"),
    )
    subject = models.CharField(_("about"), max_length=64)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(
        _("recorded at"),
        db_default=Func(
            function="clock_timestamp", output_field=models.DateTimeField()
        ),
    )
    payload = models.JSONField(_("facts"))
    relayed_at = models.DateTimeField(_("passed on at"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ()
        # The table grows with every sale: only what waits is indexed.
        indexes = [
            Index(
                fields=["recorded_at"],
                name="outbox_event_waiting",
                condition=Q(relayed_at=None),
            ),
        ]
        # What an event must be, and when it may go: `outbox/sql/`.

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
