"""What happened: entries, and the postings that move value."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from ledger.kinds import EntryKind

from .accounts import Account, Unit

LARGEST_AMOUNT = 10**15  # beyond any shop


class Entry(models.Model):
    """One economic event: what happened, when, where and by whom. Never changed."""

    Kind = EntryKind

    id = models.UUIDField(
        primary_key=True,
        db_default=Func(function="ledger_uuid7", output_field=models.UUIDField()),
        editable=False,
    )
    seq = models.BigIntegerField(_("number"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    key = models.CharField(_("idempotency key"), max_length=300, unique=True)
    fingerprint = models.BinaryField(_("fingerprint"), max_length=32)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(
        _("recorded at"),
        db_default=Func(
            function="clock_timestamp", output_field=models.DateTimeField()
        ),
    )
    business_date = models.DateField(_("business date"))
    actor = models.CharField(_("actor"), max_length=80)
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    till = models.ForeignKey(
        "stores.Till",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("till"),
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("staff"),
    )
    shift = models.ForeignKey(
        "stores.Shift",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("shift"),
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("second person"),
    )
    request_id = models.CharField(_("request"), max_length=64)
    memo = models.CharField(_("memo"), max_length=500, default="", blank=True)
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversals",
        db_index=False,
        verbose_name=_("reverses"),
    )

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        default_permissions = ("view",)
        permissions = [("reverse", _("Can reverse an entry, with a second person"))]
        indexes = [
            Index(fields=["business_date", "store"], name="ledger_entry_day"),
            # Of the kinds that every bill and top-up is, any stretch of the books has
            # many; the others are found by this.
            Index(
                fields=["kind", "-seq"],
                name="ledger_entry_seldom",
                condition=~Q(kind__in=["sale", "top_up", "accrual"]),
            ),
            # One store's newest, however small it is among the others.
            Index(
                fields=["store", "-seq"],
                name="ledger_entry_of_store",
                condition=Q(store__isnull=False),
            ),
            Index(
                OpClass(Upper("memo"), name="text_pattern_ops"),
                name="ledger_entry_by_memo",
                condition=~Q(memo=""),
            ),
            Index(
                fields=["shift"],
                name="ledger_entry_shift",
                condition=Q(shift__isnull=False),
            ),
            Index(
                fields=["reverses"],
                name="ledger_entry_reverses",
                condition=Q(reverses__isnull=False),
            ),
        ]
        # What an entry must be: `ledger/sql/facts.sql`.

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.seq}"


class Posting(models.Model):
    """A positive amount moved from the credited account to the debited one."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", verbose_name=_("entry")
    )
    debit = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="debits",
        db_index=False,
        db_constraint=False,
        verbose_name=_("debit"),
    )
    credit = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="credits",
        db_index=False,
        db_constraint=False,
        verbose_name=_("credit"),
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("unit"),
    )
    amount = models.BigIntegerField(_("amount"))
    debit_after = models.BigIntegerField(_("debited balance after"), null=True)
    credit_after = models.BigIntegerField(_("credited balance after"), null=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        default_permissions = ("view",)
        indexes = [
            Index(fields=["debit", "id"], name="ledger_posting_debits"),
            Index(fields=["credit", "id"], name="ledger_posting_credits"),
        ]
        constraints = [
            # That an amount is positive is its domain's.
            CheckConstraint(
                condition=~Q(debit=F("credit")), name="ledger_posting_moves_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Reversed(models.Model):
    """How much of a posting has been reversed; never more than it moved."""

    posting = models.OneToOneField(
        Posting, models.PROTECT, primary_key=True, related_name="reversed"
    )
    amount = models.BigIntegerField(_("amount"))
    reversed = models.BigIntegerField(_("reversed"))

    class Meta:
        verbose_name = _("reversed posting")
        verbose_name_plural = _("reversed postings")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(reversed__gt=0) & Q(reversed__lte=F("amount")),
                name="ledger_reversed_never_beyond_the_posting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reversed}/{self.amount}"
