"""Who the regulars are."""

from django.db import models
from django.db.models import CheckConstraint, Func, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Member(models.Model):
    """One person who comes back."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        MERGED = "merged", _("merged into another")
        ERASED = "erased", _("erased")

    public_id = models.UUIDField(
        unique=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=16, null=True, blank=True)  # noqa: DJ001 (unique where given)
    status = models.CharField(
        _("status"), max_length=8, choices=Status, default=Status.ACTIVE
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    home_store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("home store"),
    )
    joined_at = models.DateTimeField(_("joined at"))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(fields=["phone"], name="members_member_one_per_phone"),
            CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="members_member_merged_has_pointer",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"
