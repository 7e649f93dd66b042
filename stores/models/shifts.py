"""A till from opening to blind close."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from common.money import format_money

from .people import User
from .places import Store, Till


class Shift(models.Model):
    """One drawer in someone's hands, from the opening float to the counted close."""

    store = models.ForeignKey(
        Store, models.PROTECT, related_name="shifts", verbose_name=_("store")
    )
    till = models.ForeignKey(
        Till, models.PROTECT, related_name="shifts", verbose_name=_("till")
    )
    business_date = models.DateField(_("business date"))
    opened_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    opening_float = models.BigIntegerField(_("opening float"))
    holder = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("in the hands of")
    )
    closed_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=_("closed by"),
        null=True,
        blank=True,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    difference_reason = models.CharField(
        _("why it does not add up"), max_length=200, blank=True
    )

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        default_permissions = ("view",)
        permissions = [
            ("open_shift", _("Can open a shift")),
            ("hand_over", _("Can hand a shift over")),
            ("close_shift", _("Can close a shift")),
        ]
        indexes = [
            models.Index(
                fields=["store", "-business_date"], name="stores_shift_by_day"
            ),
        ]
        constraints = [
            UniqueConstraint(
                fields=["till"],
                condition=Q(closed_at=None),
                name="stores_shift_one_open_per_till",
            ),
            CheckConstraint(
                condition=Q(opening_float__gte=0),
                name="stores_shift_float_not_negative",
            ),
            CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="stores_shift_closed_by_someone",
            ),
            CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="stores_shift_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.till} · {self.business_date} · #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class HandOver(models.Model):
    """The drawer passed from one pair of hands to the next, proven by a PIN."""

    shift = models.ForeignKey(
        Shift, models.PROTECT, related_name="hand_overs", verbose_name=_("shift")
    )
    given_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    taken_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("taken by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=~Q(given_by=F("taken_by")),
                name="stores_handover_changes_hands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_by} → {self.taken_by}"


class ShiftCount(models.Model):
    """What was counted of one tender at the close, beside what the books expected."""

    shift = models.ForeignKey(
        Shift, models.PROTECT, related_name="counts", verbose_name=_("shift")
    )
    tender = models.CharField(_("tender"), max_length=40)
    counted = models.BigIntegerField(_("counted"))
    expected = models.BigIntegerField(_("expected"))
    difference = models.BigIntegerField(_("difference"))

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["shift", "tender"], name="stores_shiftcount_once_per_tender"
            ),
            CheckConstraint(
                condition=Q(counted__gte=0), name="stores_shiftcount_not_negative"
            ),
            CheckConstraint(
                condition=Q(difference=F("counted") - F("expected")),
                name="stores_shiftcount_difference_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender}: {format_money(self.counted)}"


class ShiftUse(models.Model):
    """How much of an act's limit one person has used up alone: in a shift, or without
    one on a business day at a store (none: at no store).
    """

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="uses", null=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", null=True)
    business_date = models.DateField(null=True)
    staff = models.ForeignKey(User, models.PROTECT, related_name="+")
    act = models.CharField(max_length=150)
    used = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a limit")
        verbose_name_plural = _("uses of limits")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["shift", "staff", "act"], name="stores_shiftuse_once_per_act"
            ),
            UniqueConstraint(
                fields=["store", "business_date", "staff", "act"],
                condition=Q(shift=None),
                nulls_distinct=False,
                name="stores_shiftuse_once_per_day",
            ),
            CheckConstraint(
                condition=Q(used__gte=0), name="stores_shiftuse_not_negative"
            ),
            CheckConstraint(
                condition=Q(shift=None, business_date__isnull=False)
                | Q(shift__isnull=False, store=None, business_date=None),
                name="stores_shiftuse_shift_or_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.act}: {self.used}"
