"""The rules that a shop sets for itself, kept version by version."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from stores.models import Store

from .profiles import PROFILES, Profile, ProfileCode

# As long as idempotency keys are kept: an older bill could be sent twice unnoticed.
MOST_HOURS_BACK: Final = 168
MOST_MINUTES_AHEAD: Final = 60
USUAL_MARGIN: Final = 600  # per mille: what restaurants reckon with


class PolicyVersion(models.Model):
    """One version of a set of rules: written once, in force until the next begins.

    What is promised under a version names it, so that a later one takes nothing back.
    Each app derives its own, whose name ends in `Policy`, and whose `clean` refuses
    what the country's profile forbids.
    """

    number = models.PositiveIntegerField(_("version"), unique=True, editable=False)
    in_force_from = models.DateTimeField(_("in force from"), unique=True)
    reason = models.CharField(_("reason"), max_length=300)
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


class ShopPolicy(PolicyVersion):
    """Which country's rules the house keeps, and how it is called."""

    brand = models.CharField(_("brand"), max_length=80, default="熟客")
    profile = models.CharField(
        _("country’s rules"),
        max_length=4,
        choices=ProfileCode,
        default=ProfileCode.CN,
        help_text=_("Which law of prepaid value the house keeps."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="CN",
        validators=[RegexValidator(r"^[A-Z]{2}$")],
        help_text=_("Two letters, such as CN: how phones without a prefix are read."),
    )
    gross_margin = models.PositiveSmallIntegerField(
        _("gross margin"),
        null=True,
        blank=True,
        default=USUAL_MARGIN,
        validators=[MaxValueValidator(1000)],
        help_text=_(
            "What of a bill is left after its goods, in percent: results of campaigns "
            "reckon with it. Empty: they tell no margin."
        ),
    )

    class Meta:
        verbose_name = _("shop policy")
        verbose_name_plural = _("shop policies")
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(profile__in=ProfileCode.values),
                name="policies_shoppolicy_profile_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(gross_margin=None)
                | models.Q(gross_margin__lte=1000),
                name="policies_shoppolicy_margin_is_a_share",
            ),
        ]

    def clean(self) -> None:
        if self.profile not in PROFILES:
            raise ValidationError({"profile": _("Choose one of the profiles.")})

    @property
    def rules(self) -> Profile:
        """The bounds of the chosen country."""
        return PROFILES[self.profile]


class OfflinePolicy(PolicyVersion):
    """How long a till may queue what happened while it was off-line."""

    hours_back = models.PositiveSmallIntegerField(
        _("hours back"),
        default=72,
        validators=[MaxValueValidator(MOST_HOURS_BACK)],
        help_text=_("What happened longer ago is refused; 0 takes nothing queued."),
    )
    minutes_ahead = models.PositiveSmallIntegerField(
        _("minutes ahead"),
        default=5,
        validators=[MaxValueValidator(MOST_MINUTES_AHEAD)],
        help_text=_("By how much a till’s clock may run fast."),
    )
    store_hours = ArrayField(
        models.CharField(
            max_length=24,
            validators=[
                RegexValidator(
                    r"^[A-Z0-9][A-Z0-9-]{0,15}=[0-9]{1,3}$",
                    _("Write a store’s code and its hours, such as S1=24."),
                )
            ],
        ),
        verbose_name=_("stores with hours of their own"),
        default=list,
        blank=True,
        help_text=_("Code and hours with commas between them, such as S1=24, S2=0."),
    )

    class Meta:
        verbose_name = _("off-line policy")
        verbose_name_plural = _("off-line policies")
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hours_back__lte=MOST_HOURS_BACK)
                & models.Q(minutes_ahead__lte=MOST_MINUTES_AHEAD),
                name="policies_offlinepolicy_bounds_are_short",
            ),
        ]

    def clean(self) -> None:
        codes = [pair.partition("=")[0] for pair in self.store_hours]
        if len(set(codes)) < len(codes):
            raise ValidationError({"store_hours": _("Name each store once.")})
        known = Store.objects.filter(code__in=codes).values_list("code", flat=True)
        if unknown := set(codes) - set(known):
            raise ValidationError(
                {
                    "store_hours": _("There is no store %(code)s.")
                    % {"code": min(unknown)}
                }
            )
        if any(hours > MOST_HOURS_BACK for hours in self._own_hours.values()):
            raise ValidationError(
                {
                    "store_hours": _("At most %(hours)s hours.")
                    % {"hours": MOST_HOURS_BACK}
                }
            )

    @property
    def _own_hours(self) -> dict[str, int]:
        pairs = (pair.partition("=") for pair in self.store_hours)
        return {code: int(hours) for code, _equals, hours in pairs if hours.isdecimal()}

    def hours_at(self, store_code: str | None) -> int:
        """For how many hours a store may queue; None stands for the head office."""
        return self._own_hours.get(store_code or "", self.hours_back)

    @property
    def ahead(self) -> timedelta:
        """By how much a till’s clock may run fast."""
        return timedelta(minutes=self.minutes_ahead)
