"""What was answered, so that the same request is answered the same."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

LONGEST_KEY = 255


class Answer(models.Model):
    """The first answer to a request that carried an idempotency key."""

    api_key = models.ForeignKey(
        "stores.ApiKey",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("API key"),
    )
    key = models.CharField(_("idempotency key"), max_length=LONGEST_KEY)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    status = models.PositiveSmallIntegerField(_("status"))
    content_type = models.CharField(max_length=60, editable=False)
    body = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("remembered answer")
        verbose_name_plural = _("remembered answers")
        default_permissions = ()
        indexes = [models.Index(fields=["created_at"], name="api_answer_by_age")]
        constraints = [
            UniqueConstraint(
                fields=["api_key", "key"], name="api_answer_one_for_each_key"
            ),
            CheckConstraint(
                condition=Q(status__gte=200, status__lt=500)
                & ~Q(status__in=[400, 401, 403, 415, 429]),
                name="api_answer_is_worth_keeping",
            ),
            CheckConstraint(
                condition=Q(key__regex=r"^[\x21-\x7e]{1,255}$"),
                name="api_answer_key_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
