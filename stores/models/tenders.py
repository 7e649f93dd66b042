"""The ways of paying that the shop takes: cash, cards, and what it sets up itself."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import in_readers_language

from .places import Store

CASH: Final = "cash"
TENDER_CODE: Final = r"^[a-z][a-z0-9_]{0,19}$"
# What a screen calls something else; see `counter.bill_forms.STORED`.
TAKEN: Final = ("stored",)


class TenderKind(models.Model):
    """A way of paying; the books keep an account for each, by its code, at each store.

    Its code and whether it earns stay as they were: bills of then are given back by
    them. Switched off, it takes nothing any more, and still pays back what it took.
    """

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(
                TENDER_CODE,
                _("Small letters, digits and _ , a letter first; at most 20."),
            )
        ],
        help_text=_("As tills send it, and as the books keep it. It stays."),
    )
    name_en = models.CharField(_("name in English"), max_length=40, blank=True)
    name_zh_hans = models.CharField(_("name in 简体中文"), max_length=40, blank=True)
    name_zh_hant = models.CharField(_("name in 繁體中文"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(
        _("place"), default=100, help_text=_("The smallest comes first.")
    )
    opens_drawer = models.BooleanField(_("opens the drawer"), default=False)
    is_counted = models.BooleanField(
        _("counted at the close of a shift"),
        default=True,
        help_text=_("Otherwise what the books say of it is taken as counted."),
    )
    is_refundable = models.BooleanField(
        _("money goes back to it"),
        default=True,
        help_text=_("Otherwise what it paid is given back in cash, or by a void."),
    )
    earns = models.BooleanField(
        _("earns points"),
        default=True,
        help_text=_("What it pays of a bill earns points and growth value. It stays."),
    )
    account_code = models.CharField(
        _("account"),
        max_length=32,
        blank=True,
        help_text=_("Its number in the shop’s own bookkeeping."),
    )
    store_codes = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("stores"),
        default=list,
        blank=True,
        help_text=_("Codes with commas between them. Empty: every store."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("way of paying")
        verbose_name_plural = _("ways of paying")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(code__regex=TENDER_CODE) & ~Q(code__in=TAKEN),
                name="stores_tenderkind_code_is_plain",
                violation_error_message=_("This code cannot be used."),
            ),
            CheckConstraint(
                condition=~Q(name_en="") | ~Q(name_zh_hans="") | ~Q(name_zh_hant=""),
                name="stores_tenderkind_has_a_name",
                violation_error_message=_("Give it a name in one language at least."),
            ),
            CheckConstraint(
                condition=~Q(code=CASH)
                | Q(
                    is_active=True, is_counted=True, is_refundable=True, store_codes=[]
                ),
                name="stores_tenderkind_cash_is_taken_everywhere",
                violation_error_message=_(
                    "Cash stays in use at every store, is counted and goes back."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        named = set(self.store_codes)
        known = Store.objects.filter(code__in=named).values_list("code", flat=True)
        if unknown := named - set(known):
            raise ValidationError(
                {
                    "store_codes": _("There is no store %(code)s.")
                    % {"code": min(unknown)}
                }
            )

    @property
    def name(self) -> str:
        """In the language of whoever reads, else in one that it has."""
        return in_readers_language(
            en=self.name_en, hans=self.name_zh_hans, hant=self.name_zh_hant
        )

    def is_taken_at(self, store_code: str | None) -> bool:
        """Whether it pays at a store now; None: at some store."""
        if not self.is_active:
            return False
        return store_code is None or self.is_of(store_code)

    def is_of(self, store_code: str) -> bool:
        """Whether it is a store’s way of paying, in use or not."""
        return not self.store_codes or store_code in self.store_codes
