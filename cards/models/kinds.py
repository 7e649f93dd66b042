"""The kinds of cards that a shop gives out, and what a card alone may do."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import in_readers_language
from policies.models import PolicyVersion

LARGEST = 10**15  # minor units, as in the books
FREE = _("0: free.")


class CardKind(models.Model):
    """One kind of card: how it looks, what it costs, how long it is good for."""

    class Form(models.TextChoices):
        VIRTUAL = "virtual", _("on the phone")
        PRINTED = "printed", _("printed, with a name")
        BEARER = "bearer", _("printed, for whoever holds it")

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_en = models.CharField(_("name in English"), max_length=40)
    name_zh_hans = models.CharField(_("name in 简体中文"), max_length=40, blank=True)
    name_zh_hant = models.CharField(_("name in 繁體中文"), max_length=40, blank=True)
    form = models.CharField(_("form"), max_length=7, choices=Form)
    price = models.BigIntegerField(_("price"), default=0, help_text=FREE)
    replacement_price = models.BigIntegerField(
        _("price of a replacement"), default=0, help_text=FREE
    )
    renewal_price = models.BigIntegerField(
        _("price of a renewal"), default=0, help_text=FREE
    )
    validity_months = models.PositiveSmallIntegerField(
        _("valid for, in months"),
        null=True,
        blank=True,
        help_text=_("Empty: without end."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kind of card")
        verbose_name_plural = _("kinds of card")
        default_permissions = ("view", "add", "change")
        constraints = [
            CheckConstraint(
                condition=Q(form__in=["virtual", "printed", "bearer"]),
                name="cards_cardkind_form_is_known",
            ),
            CheckConstraint(
                condition=Q(price__gte=0, price__lte=LARGEST)
                & Q(replacement_price__gte=0, replacement_price__lte=LARGEST)
                & Q(renewal_price__gte=0, renewal_price__lte=LARGEST),
                name="cards_cardkind_prices_not_negative",
            ),
            CheckConstraint(
                condition=Q(validity_months=None)
                | Q(validity_months__gte=1, validity_months__lte=1200),
                name="cards_cardkind_validity_is_possible",
                violation_error_message=_("A card lasts 1 to 1,200 months."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of whoever reads."""
        return in_readers_language(
            en=self.name_en, hans=self.name_zh_hans, hant=self.name_zh_hant
        )

    @property
    def is_bearer(self) -> bool:
        """Whoever holds it may spend what is on it."""
        return self.form == self.Form.BEARER


class CardsPolicy(PolicyVersion):
    """What a card's number alone is good for. Amounts in minor units."""

    code_above = models.BigIntegerField(
        _("code asked above"),
        default=200_00,
        help_text=_("0: always asked."),
    )
    bearer_up_to = models.BigIntegerField(
        _("anonymous cards pay up to"),
        default=200_00,
        help_text=_("At once, without a payment code. 0: never without one."),
    )
    wrong_codes = models.PositiveSmallIntegerField(_("wrong codes in a row"), default=5)
    wrong_codes_minutes = models.PositiveSmallIntegerField(
        _("then no code for, in minutes"), default=15
    )

    class Meta:
        verbose_name = _("card policy")
        verbose_name_plural = _("card policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(code_above__gte=0, code_above__lte=LARGEST)
                & Q(bearer_up_to__gte=0, bearer_up_to__lte=LARGEST),
                name="cards_cardspolicy_amounts_not_negative",
                violation_error_message=_("An amount is zero or more."),
            ),
            CheckConstraint(
                condition=Q(wrong_codes__gte=1, wrong_codes__lte=20)
                & Q(wrong_codes_minutes__gte=1, wrong_codes_minutes__lte=1440),
                name="cards_cardspolicy_guesses_are_few",
                violation_error_message=_(
                    "Between 1 and 20 wrong codes, and a pause of up to a day."
                ),
            ),
        ]

    def clean(self) -> None:
        if self.bearer_up_to > self.code_above:
            raise ValidationError(
                _("An anonymous card may not pay more without a code than a member.")
            )
