"""Segments: which members are meant, as rules that are kept version by version."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Segment(models.Model):
    """A group of members that is described, and found anew whenever it is asked for.

    One of a store reaches its own guests only, by what they did there.
    """

    name = models.CharField(_("name"), max_length=80)
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("What it is for.")
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("store"),
        help_text=_("Empty: members of all stores."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), editable=False)
    saved_at = models.DateTimeField(_("saved at"), editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(
                Lower("name"),
                "store",
                name="campaigns_segment_one_per_name",
                nulls_distinct=False,
            ),
            CheckConstraint(condition=~Q(name=""), name="campaigns_segment_has_a_name"),
            CheckConstraint(
                condition=Q(version__gte=1), name="campaigns_segment_has_rules"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SegmentVersion(models.Model):
    """The rules of a segment as they were saved once; never changed."""

    segment = models.ForeignKey(
        Segment,
        models.PROTECT,
        related_name="versions",
        db_index=False,
        verbose_name=_("segment"),
    )
    number = models.PositiveIntegerField(_("version"))
    rules = models.JSONField(_("rules"))
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("saved by"),
    )
    actor = models.CharField(_("by"), max_length=120)

    class Meta:
        verbose_name = _("version of a segment")
        verbose_name_plural = _("versions of segments")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["segment", "number"], name="campaigns_segmentversion_once"
            ),
            CheckConstraint(
                condition=Q(number__gte=1),
                name="campaigns_segmentversion_counts_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment} · {self.number}"
