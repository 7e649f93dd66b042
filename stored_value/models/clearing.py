"""The clearing between stores, added up beforehand: the books say it line by line."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ClearingDay(models.Model):
    """What one store took in and another honoured on a business day, so far.

    Derived from the books up to the entry that `ClearingMark` names. `origin` empty:
    the house as a whole. `kind` is the account it came in on, `way` sales or tender; of
    kind sales is what the one handed back of the other's bills.
    """

    business_date = models.DateField(_("business date"))
    origin = models.BigIntegerField(_("topped up at"), null=True)
    acceptor = models.BigIntegerField(_("spent at"))
    kind = models.CharField(_("kind"), max_length=40)
    way = models.CharField(_("way"), max_length=40)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("clearing of a day")
        verbose_name_plural = _("clearing of days")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["business_date", "origin", "acceptor", "kind", "way"],
                name="stored_value_clearingday_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date:%Y-%m-%d} {self.origin}-{self.acceptor}"


class ClearingMark(models.Model):
    """The last entry that is added up in the days of the clearing: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(_("last entry"), default=0)

    class Meta:
        verbose_name = _("mark of the clearing")
        verbose_name_plural = _("marks of the clearing")
        default_permissions = ()
        constraints = [
            CheckConstraint(condition=Q(id=1), name="stored_value_clearingmark_is_one")
        ]

    def __str__(self) -> str:
        return str(self.seq)
