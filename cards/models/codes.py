"""Rotating codes that were used, and the wrong ones that were tried."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .cards import Card


class CodeUse(models.Model):
    """A rotating code that was shown and used up: the row is the use, once."""

    card = models.ForeignKey(
        Card,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member card"),
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    # Which ten seconds since 1970 the code was made in.
    step = models.BigIntegerField(pgettext_lazy("of a rotating code", "step"))
    # The browser that made it by itself.
    device = models.ForeignKey(
        "accounts.MemberDevice",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("device"),
    )
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=120)

    class Meta:
        verbose_name = _("used code")
        verbose_name_plural = _("used codes")
        default_permissions = ("view",)
        indexes = [Index(fields=["at"], name="cards_codeuse_when")]
        constraints = [
            UniqueConstraint(
                fields=["card", "member", "step"],
                name="cards_codeuse_once",
                nulls_distinct=False,
            ),
            # Its member may be merged into another within the minute.
            UniqueConstraint(
                fields=["device", "step"],
                name="cards_codeuse_of_a_device_once",
                condition=Q(device__isnull=False),
            ),
            CheckConstraint(
                condition=Q(card__isnull=False, member=None)
                | Q(card=None, member__isnull=False),
                name="cards_codeuse_of_a_card_or_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.card_id or self.member_id}"


class CodeGuess(models.Model):
    """Wrong codes in a row at one place (a till, a key, a person)."""

    place = models.CharField(_("place"), max_length=120, unique=True)
    wrong = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    first_at = models.DateTimeField(_("since"))
    locked_until = models.DateTimeField(_("locked until"), null=True)

    class Meta:
        verbose_name = _("wrong codes")
        verbose_name_plural = _("wrong codes")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong}"
