"""The rules that a shop sets for itself, kept version by version."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .profiles import PROFILES, Profile, ProfileCode


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

    class Meta:
        verbose_name = _("shop policy")
        verbose_name_plural = _("shop policies")
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(profile__in=ProfileCode.values),
                name="policies_shoppolicy_profile_is_known",
            ),
        ]

    def clean(self) -> None:
        if self.profile not in PROFILES:
            raise ValidationError({"profile": _("Choose one of the profiles.")})

    @property
    def rules(self) -> Profile:
        """The bounds of the chosen country."""
        return PROFILES[self.profile]
