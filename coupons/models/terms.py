"""What a coupon promises: the columns that a template and its versions share."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.sight import SENTENCE, moments_in_sight
from coupons.kinds import CouponKind, Validity

LARGEST = 10**12  # minor units: far from the books' own bound
LARGEST_BP = 10_000
MOST_USES = 1_000
LONGEST_DAYS = 3_650


def _words(verbose: object, help_text: object) -> "ArrayField[list[str], list[str]]":
    return ArrayField(
        models.CharField(max_length=64),
        verbose_name=verbose,  # type: ignore[arg-type]  # a lazy sentence is one too
        default=list,
        blank=True,
        help_text=help_text,  # type: ignore[arg-type]  # a lazy sentence is one too
    )


def _ids(verbose: object, help_text: object) -> "ArrayField[list[int], list[int]]":
    return ArrayField(
        models.BigIntegerField(),
        verbose_name=verbose,  # type: ignore[arg-type]  # a lazy sentence is one too
        default=list,
        blank=True,
        help_text=help_text,  # type: ignore[arg-type]  # a lazy sentence is one too
    )


class Terms(models.Model):
    """What the holder may rely on; amounts in minor units, rates in basis points."""

    kind = models.CharField(_("kind"), max_length=12, choices=CouponKind)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    name_zh_hans = models.CharField(
        _("name in simplified Chinese"), max_length=80, blank=True
    )
    name_zh_hant = models.CharField(
        _("name in traditional Chinese"), max_length=80, blank=True
    )
    conditions = models.CharField(
        _("small print"),
        max_length=300,
        blank=True,
        help_text=_("What the guest should know besides; shown under the name."),
    )
    amount = models.BigIntegerField(
        _("amount"),
        default=0,
        help_text=_(
            "What is taken off; for an item the price it is had at; for a top-up the "
            "bonus."
        ),
    )
    off_bp = models.PositiveIntegerField(
        _("percent"),
        default=0,
        help_text=_("What is taken off, or the bonus on a top-up, in percent."),
    )
    cap = models.BigIntegerField(
        _("at most"),
        null=True,
        blank=True,
        help_text=_("The most that one use may save. Empty: no cap."),
    )
    min_spend = models.BigIntegerField(
        _("minimum spend"),
        default=0,
        help_text=_(
            "Counted on what the coupon is for; for an item or a pass on the whole "
            "bill."
        ),
    )
    uses = models.PositiveSmallIntegerField(
        _("uses"), default=1, help_text=_("How often a visit pass serves.")
    )
    use_price = models.BigIntegerField(
        _("price per use"),
        default=0,
        help_text=_(
            "What each use of a pass counts for when the rest is refunded. "
            "0: an even share of what was paid."
        ),
    )
    items = _words(_("items"), _("Codes of the items it is for. Empty: all."))
    categories = _words(
        _("categories"), _("Codes of the categories it is for. Empty: all.")
    )
    channels = _words(_("channels"), _("Where it may be used. Empty: everywhere."))
    store_ids = _ids(_("stores"), _("Empty: every store."))
    tier_ids = _ids(_("tiers"), _("Empty: every tier, and guests without one."))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
        help_text=_("Empty: every day."),
    )
    validity = models.CharField(
        _("valid"), max_length=10, choices=Validity, default=Validity.DAYS
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("From this moment on it can no longer be used."),
    )
    starts_after_days = models.PositiveSmallIntegerField(
        _("begins after days"),
        default=0,
        help_text=_("0: at once. 1: from the next day on."),
    )
    lasts_days = models.PositiveSmallIntegerField(
        _("lasts days"),
        null=True,
        blank=True,
        default=30,
        help_text=_("Whole days, the first one counted."),
    )
    is_exclusive = models.BooleanField(
        _("alone on the bill"),
        default=False,
        help_text=_(
            "No other coupon may be used with it; with a top-up coupon, no plan."
        ),
    )
    group = models.CharField(
        _("group"),
        max_length=32,
        blank=True,
        help_text=_("Of coupons with the same group one may be used on a bill."),
    )
    per_bill = models.PositiveSmallIntegerField(
        _("of this kind on one bill"),
        default=1,
        help_text=_("For a visit pass: how many visits."),
    )
    with_tier_discount = models.BooleanField(
        _("together with a tier’s discount"), default=True
    )
    is_transferable = models.BooleanField(_("may be given to a friend"), default=False)
    is_returnable = models.BooleanField(
        _("given back when the sale is refunded"), default=True
    )

    class Meta:
        abstract = True
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=CouponKind.values),
                name="%(app_label)s_%(class)s_kind_is_known",
            ),
            CheckConstraint(
                condition=~Q(name_en="") | ~Q(name_zh_hans="") | ~Q(name_zh_hant=""),
                name="%(app_label)s_%(class)s_has_a_name",
                violation_error_message=_("Give it a name in one language at least."),
            ),
            CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=LARGEST)
                & Q(off_bp__lte=LARGEST_BP)
                & (Q(cap=None) | Q(cap__gt=0, cap__lte=LARGEST))
                & Q(min_spend__gte=0, min_spend__lte=LARGEST)
                & Q(use_price__gte=0, use_price__lte=LARGEST),
                name="%(app_label)s_%(class)s_amounts_within_bounds",
                violation_error_message=_("An amount is negative or too large."),
            ),
            CheckConstraint(
                condition=Q(kind="amount_off", amount__gt=0, off_bp=0)
                | Q(kind="percent_off", off_bp__gt=0, amount=0)
                | Q(kind="item", off_bp=0)
                | Q(kind="pass", amount=0, off_bp=0)
                | Q(kind="top_up", amount__gt=0, off_bp=0)
                | Q(kind="top_up", amount=0, off_bp__gt=0),
                name="%(app_label)s_%(class)s_gives_what_its_kind_gives",
                violation_error_message=_(
                    "Give an amount or a percentage, as this kind of coupon needs it."
                ),
            ),
            CheckConstraint(
                condition=~Q(kind__in=["item", "pass"])
                | ~Q(items=[])
                | ~Q(categories=[]),
                name="%(app_label)s_%(class)s_names_its_items",
                violation_error_message=_("Name the items or categories it is for."),
            ),
            CheckConstraint(
                condition=Q(uses=1) | Q(kind="pass", uses__gte=1, uses__lte=MOST_USES),
                name="%(app_label)s_%(class)s_only_a_pass_has_many_uses",
                violation_error_message=_("Only a visit pass has several uses."),
            ),
            CheckConstraint(
                condition=Q(
                    validity="fixed",
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                    valid_until__gt=models.F("valid_from"),
                )
                | Q(
                    validity="days",
                    lasts_days__isnull=False,  # a comparison with nothing passes
                    lasts_days__gte=1,
                    lasts_days__lte=LONGEST_DAYS,
                )
                | Q(validity="month_end"),
                name="%(app_label)s_%(class)s_says_how_long_it_holds",
                violation_error_message=_(
                    "Say how long it holds: two dates in order, or a number of days."
                ),
            ),
            CheckConstraint(
                condition=Q(starts_after_days__lte=LONGEST_DAYS),
                name="%(app_label)s_%(class)s_begins_in_sight",
            ),
            CheckConstraint(
                condition=moments_in_sight("valid_from", "valid_until"),
                name="%(app_label)s_%(class)s_days_in_sight",
                violation_error_message=SENTENCE,
            ),
            CheckConstraint(
                condition=Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                name="%(app_label)s_%(class)s_weekdays_are_days",
            ),
            CheckConstraint(
                condition=Q(per_bill__gte=1, per_bill__lte=100)
                & (Q(per_bill=1) | Q(group="", is_exclusive=False)),
                name="%(app_label)s_%(class)s_several_only_outside_groups",
                violation_error_message=_(
                    "A coupon that stands alone or in a group is used once on a bill."
                ),
            ),
        ]

    @property
    def name(self) -> str:
        """The name in the reader's language, else in one it has."""
        wanted = (get_language() or "").lower()
        names = {
            "zh-hans": self.name_zh_hans,
            "zh-hant": self.name_zh_hant,
            "en": self.name_en,
        }
        first = names.get(wanted, "")
        return first or self.name_zh_hans or self.name_zh_hant or self.name_en
