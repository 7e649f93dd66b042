"""Whether the books can be trusted: the proof's results, and the chain of seals."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from common.tables import clock


class ProofRun(models.Model):
    """One run of the proof: what was counted, and every row that differed."""

    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    is_proven = models.BooleanField(_("proven"))
    counts = models.JSONField(_("counts"))
    sums = models.JSONField(_("sums"))
    differences = models.JSONField(_("differences"))
    head = models.CharField(_("head of the chain"), max_length=64, default="")

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        default_permissions = ("view",)
        permissions = [("prove", _("Can prove the books now"))]
        indexes = [Index(fields=["-started_at"], name="ledger_proofrun_latest")]

    def __str__(self) -> str:
        return clock(self.started_at)


class Seal(models.Model):
    """A link of the hash chain over the entries, in the order they were written."""

    day = models.DateField(_("day"))
    first_seq = models.BigIntegerField(_("first entry"), unique=True)
    last_seq = models.BigIntegerField(_("last entry"), unique=True)
    entries = models.BigIntegerField(_("entries"))
    previous = models.CharField(_("previous head"), max_length=64)
    head = models.CharField(_("head"), max_length=64, unique=True)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        default_permissions = ("view",)
        permissions = [("seal", _("Can seal the books now"))]
        constraints = [
            CheckConstraint(
                condition=Q(last_seq__gte=F("first_seq")),
                name="ledger_seal_covers_entries",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.head[:12]}"
