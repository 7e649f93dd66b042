"""A file that somebody brought, and how far it has come."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from imports.last_rows import DoubtfulLastRow

from .references import LONGEST_SOURCE


class ImportJob(models.Model):
    """One uploaded file: looked through first, then brought in as a whole or not."""

    class Kind(models.TextChoices):
        STORES = "stores", _("Stores")
        MEMBERS = "members", _("Members")
        BALANCES = "balances", _("Opening balances")
        CARDS = "cards", _("Cards")
        COUPONS = "coupons", _("Coupons")
        SALES = "sales", _("Sales history")

    class Status(models.TextChoices):
        TO_CHECK = "to_check", _("waiting for its dry run")
        CHECKING = "checking", _("dry run")
        CHECKED = "checked", _("looked through")
        TO_APPLY = "to_apply", _("waiting to be applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        STOPPED = "stopped", _("stopped on the way")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    source = models.CharField(_("source"), max_length=LONGEST_SOURCE)
    options = models.JSONField(_("options"), default=dict)
    file_name = models.CharField(_("file"), max_length=200)
    file_bytes = models.BigIntegerField(_("size in bytes"))
    file_sha256 = models.CharField(_("SHA-256"), max_length=64)
    stored_as = models.UUIDField(_("stored as"), unique=True, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    # Which of the two a stopped job was at, so that it is taken up there again.
    applying = models.BooleanField(_("being applied"), default=False)
    # Who works on it now: a new one for each start, so that a lost one cannot end it.
    run = models.UUIDField(_("run"), null=True, blank=True, editable=False)
    step = models.CharField(_("step"), max_length=12, blank=True)
    rows_done = models.BigIntegerField(_("rows read"), default=0)
    rows_total = models.BigIntegerField(_("rows"), null=True, blank=True)
    counts = models.JSONField(_("fates"), default=dict)
    # What was seen in the file: how many members and bills, and the first few bills.
    preview = models.JSONField(_("seen in the file"), default=dict)
    refusal = models.CharField(_("why it was refused"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    queued_at = models.DateTimeField(_("queued at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Personal data is not kept for longer than somebody may want to look at it.
    files_gone = models.BooleanField(_("files deleted"), default=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        permissions = [
            ("upload_file", _("Can upload a file to be imported")),
            ("apply_import", _("Can apply an import")),
        ]
        indexes = [
            Index(
                fields=["queued_at"],
                name="imports_importjob_under_way",
                condition=Q(
                    status__in=["to_check", "checking", "to_apply", "applying"]
                ),
            ),
            Index(
                fields=["finished_at"],
                name="imports_importjob_with_files",
                condition=Q(files_gone=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(
                    kind__in=[
                        "stores",
                        "members",
                        "balances",
                        "cards",
                        "coupons",
                        "sales",
                    ]
                ),
                name="imports_importjob_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(
                    status__in=[
                        "to_check",
                        "checking",
                        "checked",
                        "to_apply",
                        "applying",
                        "applied",
                        "refused",
                        "stopped",
                    ]
                ),
                name="imports_importjob_status_is_known",
            ),
            CheckConstraint(
                condition=~Q(status__in=["to_apply", "applying", "applied"])
                | Q(applied_by__isnull=False, applying=True),
                name="imports_importjob_somebody_applied_it",
            ),
            CheckConstraint(
                condition=~Q(status__in=["checking", "applying"])
                | Q(run__isnull=False),
                name="imports_importjob_somebody_works_on_it",
            ),
            CheckConstraint(
                condition=Q(rows_done__gte=0) & Q(file_bytes__gte=0),
                name="imports_importjob_counts_upwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it, or will."""
        return self.status in {
            self.Status.TO_CHECK,
            self.Status.CHECKING,
            self.Status.TO_APPLY,
            self.Status.APPLYING,
        }

    @property
    def last_row(self) -> DoubtfulLastRow | None:
        """The last row, where it may have been cut and nobody said that it is whole."""
        kept = self.preview.get("last_row")
        if not kept or self.options.get("complete"):
            return None
        return DoubtfulLastRow.from_json(kept)

    @property
    def bad_rows(self) -> int:
        """How many rows stand in the way of applying it."""
        return int(self.counts.get("bad", 0))
