"""How much a shop writes, when it keeps silent, and how fast its providers may go."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from policies.models import PolicyVersion

NINE_IN_THE_EVENING = time(21, 0)
NINE_IN_THE_MORNING = time(9, 0)


class MessagingPolicy(PolicyVersion):
    """When offers and news wait, and how many of them a member gets.

    What is about a member's own business is never capped, and waits at night only where
    its template says so.
    """

    quiet_from = models.TimeField(
        _("quiet hours from"),
        default=NINE_IN_THE_EVENING,
        help_text=_("By the clock of the member’s home store; the same twice: none."),
    )
    quiet_until = models.TimeField(_("quiet hours until"), default=NINE_IN_THE_MORNING)
    most_a_day = models.PositiveSmallIntegerField(
        _("messages a day"),
        default=1,
        help_text=_("Offers, news and surveys to one member, over all channels."),
    )
    most_a_week = models.PositiveSmallIntegerField(_("messages in 7 days"), default=3)
    most_a_month = models.PositiveSmallIntegerField(_("messages in 30 days"), default=8)

    class Meta:
        verbose_name = _("message policy")
        verbose_name_plural = _("message policies")
        default_permissions = ("view", "add")

    def clean(self) -> None:
        if not 0 < self.most_a_day <= self.most_a_week <= self.most_a_month:
            raise ValidationError(
                _("A week has no fewer messages than a day, a month no fewer.")
            )


class MessageProvider(models.Model):
    """How fast a provider may be used, and whether it answers just now."""

    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    per_second = models.PositiveIntegerField(
        _("messages a second"),
        default=0,
        help_text=_("Over all hosts. 0: as fast as it takes them."),
    )
    concurrency = models.PositiveSmallIntegerField(
        _("at the same time"),
        default=0,
        help_text=_("0: as many as there are workers."),
    )
    # No message begins before this.
    next_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(
        _("failures in a row"), default=0, editable=False
    )
    rests_until = models.DateTimeField(_("rests until"), null=True, editable=False)

    class Meta:
        verbose_name = _("message provider")
        verbose_name_plural = _("message providers")
        default_permissions = ("view", "change")
        constraints = [
            CheckConstraint(
                condition=~Q(code=""), name="messaging_messageprovider_has_a_code"
            ),
        ]

    def __str__(self) -> str:
        return self.code
