"""The tables of the books; `ledger/sql/` holds what the database itself enforces."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.kinds import GUARDED_KINDS, AccountKind, EntryKind

# No posting is larger: beyond any shop, and far from overflow.
LARGEST_AMOUNT = 10**15
LARGEST_BALANCE = 10**17


class Unit(models.Model):
    """What an amount counts: minor units of a currency, points, or stamps."""

    class Kind(models.TextChoices):
        CURRENCY = "currency", _("Currency")
        POINTS = "points", _("Points")
        STAMPS = "stamps", _("Stamps")

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    exponent = models.SmallIntegerField(_("decimal places"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=["currency", "points", "stamps"]),
                name="ledger_unit_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(exponent__gte=0, exponent__lte=4),
                name="ledger_unit_exponent_is_small",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Account(models.Model):
    """Something held (guarded: cached balance, lock) or one of the shop's own sums."""

    Kind = AccountKind

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        FROZEN = "frozen", _("Frozen")
        CLOSED = "closed", _("Closed")

    class Side(models.TextChoices):
        CREDIT = "C", _("Credit")
        DEBIT = "D", _("Debit")

    kind = models.CharField(_("kind"), max_length=12, choices=AccountKind)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    guarded = models.BooleanField(_("guarded"))
    side = models.CharField(_("grows by"), max_length=1, choices=Side)
    holder_kind = models.CharField(_("held by"), max_length=20)
    holder_id = models.BigIntegerField(_("holder"), null=True, blank=True)
    slot = models.CharField(_("slot"), max_length=40, default="", blank=True)
    status = models.CharField(
        _("status"), max_length=6, choices=Status, default=Status.OPEN
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        default_permissions = ("view",)
        permissions = [
            ("adjust", "Can adjust a balance, with a second person"),
            ("freeze", "Can freeze and release an account"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(balance__gte=0), name="ledger_account_never_negative"
            ),
            CheckConstraint(
                condition=Q(balance__lte=LARGEST_BALANCE),
                name="ledger_account_balance_is_bounded",
            ),
            CheckConstraint(
                condition=Q(guarded=True) | Q(balance=0),
                name="ledger_account_house_has_no_cache",
            ),
            CheckConstraint(
                condition=Q(kind__in=GUARDED_KINDS, guarded=True)
                | (~Q(kind__in=GUARDED_KINDS) & Q(guarded=False)),
                name="ledger_account_kind_decides_guard",
            ),
            CheckConstraint(
                condition=Q(kind__in=AccountKind.values),
                name="ledger_account_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(side="C") | Q(side="D", kind="debt") | Q(guarded=False),
                name="ledger_account_only_debts_grow_by_debit",
            ),
            CheckConstraint(
                condition=Q(status__in=["open", "frozen", "closed"]),
                name="ledger_account_status_is_known",
            ),
            CheckConstraint(
                condition=~Q(status="closed") | Q(balance=0),
                name="ledger_account_closed_is_empty",
            ),
            UniqueConstraint(
                fields=["holder_kind", "holder_id", "kind", "unit", "slot"],
                name="ledger_account_one_per_holder",
                nulls_distinct=False,
            ),
            UniqueConstraint(fields=["id", "unit"], name="ledger_account_id_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


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
        permissions = [("reverse", "Can reverse an entry, with a second person")]
        indexes = [
            Index(fields=["business_date", "store"], name="ledger_entry_day"),
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
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=EntryKind.values),
                name="ledger_entry_kind_is_known",
            ),
            CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="ledger_entry_only_reversals_reverse",
            ),
            CheckConstraint(
                condition=Q(actor__regex=r"^(staff|key|member|system):.+$")
                & ~Q(request_id="")
                & ~Q(key=""),
                name="ledger_entry_names_its_actor",
            ),
            CheckConstraint(
                condition=Q(store__isnull=False)
                | Q(actor__startswith="system:")
                | Q(actor__startswith="key:")
                | Q(actor__startswith="member:"),
                name="ledger_entry_staff_act_in_a_store",
            ),
            CheckConstraint(
                condition=~Q(actor__startswith="staff:") | Q(staff__isnull=False),
                name="ledger_entry_staff_are_named",
            ),
            CheckConstraint(
                condition=Q(till__isnull=True)
                | Q(shift__isnull=False)
                | Q(actor__startswith="key:"),
                name="ledger_entry_tills_have_a_shift",
            ),
            CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("staff")),
                name="ledger_entry_second_person_is_another",
            ),
        ]

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
            CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=LARGEST_AMOUNT),
                name="ledger_posting_amount_is_positive",
            ),
            CheckConstraint(
                condition=~Q(debit=F("credit")), name="ledger_posting_moves_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Lot(models.Model):
    """Value that came and expires together; spends take the first to expire."""

    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="lots",
        db_index=False,
        verbose_name=_("account"),
    )
    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="lots", verbose_name=_("posting")
    )
    initial = models.BigIntegerField(_("initial"))
    remaining = models.BigIntegerField(_("remaining"))
    # Repeats `remaining > 0`, so that a spend leaves the indexes alone (a HOT update).
    is_open = models.BooleanField(_("open"), default=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["account", "expires_at", "id"],
                name="ledger_lot_first_to_expire",
                condition=Q(is_open=True),
            ),
            Index(
                fields=["expires_at"],
                name="ledger_lot_due",
                condition=Q(is_open=True, expires_at__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(initial__gt=0)
                & Q(remaining__gte=0)
                & Q(remaining__lte=F("initial")),
                name="ledger_lot_within_bounds",
            ),
            CheckConstraint(
                condition=Q(is_open=True, remaining__gt=0)
                | Q(is_open=False, remaining=0),
                name="ledger_lot_open_while_it_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.initial}"


class LotUse(models.Model):
    """What a posting took from a lot, or gave back to the lot it came from."""

    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="uses", verbose_name=_("lot")
    )
    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="lot_uses", verbose_name=_("posting")
    )
    amount = models.BigIntegerField(_("amount"))
    returns = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="returned_by",
        db_index=False,
        verbose_name=_("gives back"),
    )

    class Meta:
        verbose_name = _("lot use")
        verbose_name_plural = _("lot uses")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["returns"],
                name="ledger_lotuse_returns",
                condition=Q(returns__isnull=False),
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(amount__gt=0), name="ledger_lotuse_amount_is_positive"
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
        permissions = [("prove", "Can prove the books now")]
        indexes = [Index(fields=["-started_at"], name="ledger_proofrun_latest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


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
        permissions = [("seal", "Can seal the books now")]
        constraints = [
            CheckConstraint(
                condition=Q(last_seq__gte=F("first_seq")),
                name="ledger_seal_covers_entries",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.head[:12]}"
