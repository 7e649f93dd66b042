"""How members and what they hold were called in the system that they came from."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

LONGEST_REFERENCE = 120
LONGEST_SOURCE = 40


class ExternalRef(models.Model):
    """One thing brought along: the same reference again is the same thing.

    `brought` is what the file said of it, so that a corrected file changes only what
    the correction changed. Once its member is erased the reference is a keyed digest.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("member")
        BALANCE = "balance", _("opening balance")
        CARD = "card", _("card")
        COUPON = "coupon", _("coupon")

    source = models.CharField(_("source"), max_length=LONGEST_SOURCE)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    reference = models.CharField(_("reference"), max_length=LONGEST_REFERENCE)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    object_id = models.BigIntegerField(_("number"), null=True, blank=True)
    brought = models.JSONField(_("what the file said"), default=dict)
    erased = models.BooleanField(_("erased"), default=False)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("external reference")
        verbose_name_plural = _("external references")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["member"],
                name="imports_externalref_member",
                condition=Q(member__isnull=False),
            ),
            Index(
                fields=["reference"],
                name="imports_externalref_by_number",
                condition=Q(kind__in=["member", "card"], erased=False),
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["source", "kind", "reference"],
                name="imports_externalref_once",
            ),
            CheckConstraint(
                condition=Q(kind__in=["member", "balance", "card", "coupon"]),
                name="imports_externalref_kind_is_known",
            ),
            CheckConstraint(
                condition=~Q(kind__in=["member", "balance"]) | Q(member__isnull=False),
                name="imports_externalref_names_its_member",
            ),
            CheckConstraint(
                condition=~Q(source="") & ~Q(reference=""),
                name="imports_externalref_is_called_something",
            ),
            CheckConstraint(
                condition=Q(erased=False) | Q(brought={}),
                name="imports_externalref_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.reference}"
