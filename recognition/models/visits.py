"""When a regular came, what was on the bill, and the sum of it all."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from common.money import format_money

LARGEST_AMOUNT = 10**15  # minor units, as in the books


class Visit(models.Model):
    """One time that a member came; noted once for each bill, voided with it."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("member"),
    )
    store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("store"),
    )
    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    amount = models.BigIntegerField(_("amount"), help_text=_("Minor units."))
    source = models.CharField(_("source"), max_length=20)
    reference = models.CharField(_("reference"), max_length=100)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    noted_at = models.DateTimeField(_("noted at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        default_permissions = ("view",)
        indexes = [
            Index(
                fields=["member", "business_date", "id"],
                name="recognition_visit_of_member",
            ),
            Index(fields=["store", "business_date"], name="recognition_visit_of_store"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["source", "reference"], name="recognition_visit_noted_once"
            ),
            CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=LARGEST_AMOUNT),
                name="recognition_visit_amount_is_bounded",
            ),
            CheckConstraint(
                condition=Q(source__regex=r"^[a-z][a-z0-9_-]*$") & ~Q(reference=""),
                name="recognition_visit_names_its_source",
            ),
        ]

    def __str__(self) -> str:
        day = date_format(self.business_date, "SHORT_DATE_FORMAT")
        return f"{day} · {format_money(self.amount)}"


class VisitLine(models.Model):
    """What was on the bill of a visit: the favourites are found here."""

    visit = models.ForeignKey(
        Visit, models.PROTECT, related_name="lines", verbose_name=_("visit")
    )
    sku = models.CharField(_("item number"), max_length=64)
    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=60, blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    amount = models.BigIntegerField(_("amount"), help_text=_("Minor units."))

    class Meta:
        verbose_name = _("line of a visit")
        verbose_name_plural = _("lines of visits")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(amount__gte=0, amount__lte=LARGEST_AMOUNT),
                name="recognition_visitline_is_bounded",
            ),
            CheckConstraint(
                condition=~Q(sku="") & ~Q(name=""),
                name="recognition_visitline_names_its_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class VisitSummary(models.Model):
    """A member's visits in one row, kept with each of them, rebuilt from them at will.

    `rhythm_days` is the median of the days between business days with a visit; none
    below three such days.
    """

    member = models.OneToOneField(
        "members.Member",
        models.PROTECT,
        primary_key=True,
        related_name="+",
        verbose_name=_("member"),
    )
    visits = models.PositiveIntegerField(_("visits"), default=0)
    days = models.PositiveIntegerField(_("days with a visit"), default=0)
    first_on = models.DateField(_("first visit"), null=True, blank=True)
    last_on = models.DateField(_("last visit"), null=True, blank=True)
    last_store = models.ForeignKey(
        "stores.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("last store"),
    )
    spent = models.BigIntegerField(_("spent"), default=0, help_text=_("Minor units."))
    rhythm_days = models.DecimalField(
        _("rhythm in days"), max_digits=7, decimal_places=1, null=True, blank=True
    )

    class Meta:
        verbose_name = _("summary of visits")
        verbose_name_plural = _("summaries of visits")
        default_permissions = ()
        indexes = [Index(fields=["last_on"], name="recognition_visitsummary_last")]
        constraints = [
            CheckConstraint(
                condition=Q(visits=0, first_on__isnull=True, last_on__isnull=True)
                | Q(visits__gt=0, last_on__gte=F("first_on")),
                name="recognition_visitsummary_days_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visits}"
