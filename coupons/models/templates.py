"""Templates, the versions that issued coupons stand on, and how many were given."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.sight import SENTENCE, days_in_sight, moments_in_sight

from .terms import LARGEST, Terms

CODE = r"^[a-z0-9][a-z0-9-]{0,39}$"
CLAIM_WORD = r"^[0-9A-Z一-鿿]{4,24}$"


class CouponTemplate(Terms):
    """A coupon as the office draws it; what is issued stands on one of its versions."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(CODE)],
        help_text=_("Small letters, digits and hyphens, such as welcome-10."),
    )
    is_open = models.BooleanField(
        _("being issued"),
        default=True,
        help_text=_("Switched off, no more are issued; those issued stay as they are."),
    )
    issued_from = models.DateTimeField(_("issued from"), null=True, blank=True)
    issued_until = models.DateTimeField(_("issued until"), null=True, blank=True)
    quota_total = models.PositiveIntegerField(
        _("quota"), null=True, blank=True, help_text=_("Empty: as many as are wanted.")
    )
    quota_daily = models.PositiveIntegerField(
        _("quota a day"),
        null=True,
        blank=True,
        help_text=_("Empty: as many as are wanted."),
    )
    per_member = models.PositiveIntegerField(
        _("for each member"),
        null=True,
        blank=True,
        help_text=_("However they came. Empty: as many as are wanted."),
    )
    is_claimable = models.BooleanField(_("members may claim it"), default=False)
    claim_word = models.CharField(
        _("word to claim it with"),
        max_length=24,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(CLAIM_WORD)],
        help_text=_("Capital letters, digits or Chinese; such as WELCOME."),
    )
    price = models.BigIntegerField(
        _("price"), null=True, blank=True, help_text=_("Empty: not for sale.")
    )
    points_price = models.PositiveIntegerField(
        _("price in points"),
        null=True,
        blank=True,
        help_text=_("Empty: not to be had for points."),
    )

    history = HistoricalRecords()

    class Meta(Terms.Meta):
        verbose_name = _("coupon template")
        verbose_name_plural = _("coupon templates")
        default_permissions = ("view", "add", "change")
        constraints = [
            *Terms.Meta.constraints,
            CheckConstraint(
                condition=Q(code__regex=CODE),
                name="coupons_coupontemplate_code_is_plain",
            ),
            CheckConstraint(
                condition=Q(claim_word=None) | Q(claim_word__regex=CLAIM_WORD),
                name="coupons_coupontemplate_claim_word_is_plain",
            ),
            CheckConstraint(
                condition=Q(price=None) | Q(price__gt=0, price__lte=LARGEST),
                name="coupons_coupontemplate_price_within_bounds",
            ),
            CheckConstraint(
                condition=(Q(quota_total=None) | Q(quota_total__gte=1))
                & (Q(quota_daily=None) | Q(quota_daily__gte=1))
                & (Q(per_member=None) | Q(per_member__gte=1)),
                name="coupons_coupontemplate_quotas_are_positive",
            ),
            CheckConstraint(
                condition=moments_in_sight("issued_from", "issued_until"),
                name="coupons_coupontemplate_issued_days_in_sight",
                violation_error_message=SENTENCE,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class TemplateHours(models.Model):
    """A time of the day at which the coupon may be used; none: at any time."""

    template = models.ForeignKey(
        CouponTemplate, models.PROTECT, related_name="hours", verbose_name=_("template")
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        null=True,
        blank=True,
        choices=[
            (0, _("Monday")),
            (1, _("Tuesday")),
            (2, _("Wednesday")),
            (3, _("Thursday")),
            (4, _("Friday")),
            (5, _("Saturday")),
            (6, _("Sunday")),
        ],
        help_text=_("Empty: every day."),
    )
    begins = models.TimeField(_("from"))
    ends = models.TimeField(
        _("to"), help_text=_("Not later than the beginning: past midnight.")
    )

    class Meta:
        verbose_name = _("hours of use")
        verbose_name_plural = _("hours of use")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(weekday=None) | Q(weekday__lte=6),
                name="coupons_templatehours_weekday_is_a_day",
            ),
            UniqueConstraint(
                fields=["template", "weekday", "begins"],
                nulls_distinct=False,
                name="coupons_templatehours_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"


class TemplateBlackout(models.Model):
    """Days on which the coupon may not be used, both ends included."""

    template = models.ForeignKey(
        CouponTemplate,
        models.PROTECT,
        related_name="blackouts",
        verbose_name=_("template"),
    )
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))

    class Meta:
        verbose_name = _("blackout")
        verbose_name_plural = _("blackout days")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="coupons_templateblackout_days_in_order",
                violation_error_message=_("The last day lies before the first."),
            ),
            CheckConstraint(
                condition=days_in_sight("first_on", "last_on"),
                name="coupons_templateblackout_days_in_sight",
                violation_error_message=SENTENCE,
            ),
            UniqueConstraint(
                fields=["template", "first_on", "last_on"],
                name="coupons_templateblackout_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"


class TemplateVersion(Terms):
    """What a coupon issued under it promises; written once, never changed."""

    template = models.ForeignKey(
        CouponTemplate,
        models.PROTECT,
        related_name="versions",
        verbose_name=_("template"),
    )
    number = models.PositiveIntegerField(_("version"))
    # [[weekday or null, "11:00", "14:00"], …] and [["2026-10-01", "2026-10-07"], …]:
    # one row says all that was promised, and a quote reads it in one query.
    hours = models.JSONField(_("hours of use"), default=list)
    blackouts = models.JSONField(_("blackout days"), default=list)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=120)

    class Meta(Terms.Meta):
        verbose_name = _("version of a template")
        verbose_name_plural = _("versions of templates")
        default_permissions = ("view",)
        constraints = [
            *Terms.Meta.constraints,
            UniqueConstraint(
                fields=["template", "number"], name="coupons_templateversion_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.number}"


class TemplateCount(models.Model):
    """How many of a template with a quota were issued; the row that claims queue at."""

    template = models.OneToOneField(
        CouponTemplate, models.PROTECT, related_name="count", verbose_name=_("template")
    )
    issued = models.BigIntegerField(_("issued"), default=0)
    quota = models.BigIntegerField(_("quota"))

    class Meta:
        verbose_name = _("count of a quota")
        verbose_name_plural = _("counts of quotas")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                condition=Q(issued__gte=0, issued__lte=F("quota")),
                name="coupons_templatecount_within_quota",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.issued} / {self.quota}"


class TemplateDay(models.Model):
    """How many of a template with a daily quota were issued on a day."""

    template = models.ForeignKey(
        CouponTemplate, models.PROTECT, related_name="days", verbose_name=_("template")
    )
    day = models.DateField(_("day"))
    issued = models.BigIntegerField(_("issued"), default=0)
    quota = models.BigIntegerField(_("quota"))

    class Meta:
        verbose_name = _("count of a day")
        verbose_name_plural = _("counts of days")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(
                fields=["template", "day"], name="coupons_templateday_once"
            ),
            CheckConstraint(
                condition=Q(issued__gte=0, issued__lte=F("quota")),
                name="coupons_templateday_within_quota",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.day}: {self.issued} / {self.quota}"


class TemplateMember(models.Model):
    """How many of a limited template one member was given, however they came."""

    template = models.ForeignKey(
        CouponTemplate,
        models.PROTECT,
        related_name="+",
        verbose_name=_("template"),
        db_index=False,
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("member")
    )
    issued = models.BigIntegerField(_("issued"), default=0)
    allowed = models.BigIntegerField(_("allowed"))

    class Meta:
        verbose_name = _("count of a member")
        verbose_name_plural = _("counts of members")
        default_permissions = ()
        constraints = [
            UniqueConstraint(
                fields=["template", "member"], name="coupons_templatemember_once"
            ),
            CheckConstraint(
                condition=Q(issued__gte=0, issued__lte=F("allowed")),
                name="coupons_templatemember_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.member_id}: {self.issued} / {self.allowed}"
