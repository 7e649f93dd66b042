"""Stores and their tills."""

import zoneinfo
from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{0,15}$"
FOUR_IN_THE_MORNING = time(4, 0)


def validate_time_zone(name: str) -> None:
    """Only zones of the IANA list: a misspelt one would shift every business day."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            {
                "time_zone": ValidationError(
                    _("“%(name)s” is not a time zone, such as Asia/Shanghai."),
                    code="unknown_time_zone",
                    params={"name": name},
                )
            }
        )


class Store(models.Model):
    """A place that sells, with its own clock and its own end of the day."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    day_starts_at = models.TimeField(
        _("business day starts at"),
        default=FOUR_IN_THE_MORNING,
        help_text=_("Sales before this hour belong to the day before."),
    )
    recount_above = models.PositiveIntegerField(
        _("count again above a difference of"),
        null=True,
        blank=True,
        default=20_00,
        help_text=_(
            "A drawer that is further off is counted twice, and says why. "
            "Empty: one count is enough."
        ),
    )
    is_active = models.BooleanField(_("open for business"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN), name="stores_store_code_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        validate_time_zone(self.time_zone)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Till(models.Model):
    """A drawer of money in a store; a shift is opened on it."""

    store = models.ForeignKey(
        Store, models.PROTECT, related_name="tills", verbose_name=_("store")
    )
    code = models.CharField(_("code"), max_length=16)
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("till")
        verbose_name_plural = _("tills")
        default_permissions = ("view", "add", "change")
        constraints = [
            UniqueConstraint(
                fields=["store", "code"], name="stores_till_code_unique_in_store"
            ),
            # What a shift points at: its till and that till's store, together.
            UniqueConstraint(fields=["id", "store"], name="stores_till_is_of_store"),
            CheckConstraint(
                condition=Q(code__regex=CODE_PATTERN), name="stores_till_code_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store.code} / {self.code}"
