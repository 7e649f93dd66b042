"""The steps of the ladder, what each gives, and the rules of climbing."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.names import in_readers_language
from policies.models import PolicyVersion

LARGEST = 10**15  # points or minor units, as in the books
PER_MILLE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefits:
    """What a tier gives; without a tier, nothing.

    `discount_per_mille`: 50 is 5 % off. `points_per_mille`: 1500 is points times 1.5.
    Gifts are references that the apps above understand.
    """

    discount_per_mille: int = 0
    points_per_mille: int = PER_MILLE
    has_member_price: bool = False
    member_price_weekdays: tuple[int, ...] = ()
    birthday_gift: str = ""
    upgrade_gift: str = ""
    exclusive_coupons: str = ""

    def member_price_on(self, day: date) -> bool:
        """Whether the member price holds on this day; no weekdays named: every day."""
        weekdays = self.member_price_weekdays
        return self.has_member_price and (not weekdays or day.isoweekday() in weekdays)


class Tier(models.Model):
    """One step of the ladder: reached by growth value, bought, or given by hand."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_en = models.CharField(_("name in English"), max_length=40)
    name_zh_hans = models.CharField(_("name in 简体中文"), max_length=40, blank=True)
    name_zh_hant = models.CharField(_("name in 繁體中文"), max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"), help_text=_("The higher, the better; no two tiers share one.")
    )
    threshold = models.BigIntegerField(
        _("growth value needed"),
        null=True,
        blank=True,
        help_text=_("0: for every member. Empty: bought or given only."),
    )
    price = models.BigIntegerField(
        _("price"),
        null=True,
        blank=True,
        help_text=_("Empty: not sold."),
    )
    validity_months = models.PositiveSmallIntegerField(
        _("valid for, in months"),
        null=True,
        blank=True,
        help_text=_("How long it lasts when bought."),
    )
    discount_per_mille = models.PositiveSmallIntegerField(
        _("discount (%)"), default=0, help_text=_("5 is 5 % off the price.")
    )
    points_per_mille = models.PositiveIntegerField(
        _("points factor"),
        default=PER_MILLE,
        help_text=_("1.5 is one and a half times the points."),
    )
    has_member_price = models.BooleanField(_("pays the member price"), default=False)
    member_price_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days of the member price"),
        default=list,
        blank=True,
        help_text=_("1 is Monday, 7 is Sunday. Empty: every day."),
    )
    birthday_gift = models.CharField(_("birthday gift"), max_length=120, blank=True)
    upgrade_gift = models.CharField(_("upgrade gift"), max_length=120, blank=True)
    exclusive_coupons = models.CharField(
        _("exclusive coupons"), max_length=120, blank=True
    )
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#0a4d42",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")],
        help_text=_("Such as #0a4d42."),
    )
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("Nobody new reaches one out of use.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("sell_tier", _("Can sell a tier")),
            ("refund_tier", _("Can refund a tier that was sold")),
            ("give_tier", _("Can give a tier by hand")),
            ("review_tiers", _("Can review all tiers now")),
        ]
        constraints = [
            UniqueConstraint(
                fields=["rank"],
                name="tiers_tier_one_per_rank",
                violation_error_message=_("Another tier has this rank."),
            ),
            CheckConstraint(
                condition=Q(threshold=None)
                | Q(threshold__gte=0, threshold__lte=LARGEST),
                name="tiers_tier_threshold_not_negative",
            ),
            CheckConstraint(
                condition=Q(price=None, validity_months=None)
                | Q(
                    price__isnull=False,
                    price__gt=0,
                    price__lte=LARGEST,
                    validity_months__isnull=False,
                    validity_months__gt=0,
                    validity_months__lte=120,
                ),
                name="tiers_tier_sold_with_price_and_validity",
                violation_error_message=_(
                    "A tier that is sold has a price and lasts 1 to 120 months."
                ),
            ),
            CheckConstraint(
                condition=Q(discount_per_mille__lte=PER_MILLE),
                name="tiers_tier_discount_within_the_price",
            ),
            CheckConstraint(
                condition=Q(points_per_mille__lte=100 * PER_MILLE),
                name="tiers_tier_points_factor_is_bounded",
            ),
            CheckConstraint(
                condition=Q(member_price_weekdays__contained_by=list(range(1, 8))),
                name="tiers_tier_weekdays_are_days",
                violation_error_message=_("A weekday is 1 (Monday) to 7 (Sunday)."),
            ),
            CheckConstraint(
                condition=Q(colour__regex=r"^#[0-9a-fA-F]{6}$"),
                name="tiers_tier_colour_is_one",
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
    def benefits(self) -> Benefits:
        """What it gives."""
        return Benefits(
            discount_per_mille=self.discount_per_mille,
            points_per_mille=self.points_per_mille,
            has_member_price=self.has_member_price,
            member_price_weekdays=tuple(self.member_price_weekdays),
            birthday_gift=self.birthday_gift,
            upgrade_gift=self.upgrade_gift,
            exclusive_coupons=self.exclusive_coupons,
        )


class Window(models.TextChoices):
    ROLLING = "rolling", _("the last months, day by day")
    CALENDAR_YEAR = "calendar_year", _("the calendar year")
    ANNIVERSARY = "anniversary", _("the year since joining")


class TierPolicy(PolicyVersion):
    """Over which time growth value counts, and how a tier is lost."""

    window = models.CharField(
        _("growth value counts over"),
        max_length=13,
        choices=Window,
        default=Window.ROLLING,
    )
    rolling_months = models.PositiveSmallIntegerField(
        _("months that count"),
        default=12,
        help_text=_("Where growth value counts over the last months."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=30,
        help_text=_("Between the end of the period and the step down."),
    )
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice"),
        default=30,
        help_text=_("How long before the end of the period a member is told."),
    )

    class Meta:
        verbose_name = _("tier policy")
        verbose_name_plural = _("tier policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(window__in=Window.values),
                name="tiers_tierpolicy_window_is_known",
            ),
            CheckConstraint(
                condition=Q(rolling_months__gte=1, rolling_months__lte=60),
                name="tiers_tierpolicy_months_are_few",
                violation_error_message=_("Growth value counts over 1 to 60 months."),
            ),
            CheckConstraint(
                condition=Q(grace_days__lte=366, notice_days__lte=366),
                name="tiers_tierpolicy_waits_at_most_a_year",
                violation_error_message=_("Grace and notice are at most a year."),
            ),
        ]

    def clean(self) -> None:
        if self.window not in Window.values:
            raise ValidationError({"window": _("Choose one of the windows.")})
