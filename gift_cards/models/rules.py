"""The rules of gift cards, version by version."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies import selectors as policies_selectors
from policies.models import PolicyVersion

LARGEST_FACE = 10**12  # minor units: beyond any card, within the books
LONGEST = 1200  # months


class GiftCardPolicy(PolicyVersion):
    """How gift cards are sold, how long they last, and how they are kept from guessing.

    Amounts are minor units. A card keeps to the version under which it was sold.
    """

    smallest = models.BigIntegerField(_("smallest amount"), default=10_00)
    largest = models.BigIntegerField(_("largest amount"), default=1_000_00)
    validity_months = models.PositiveSmallIntegerField(
        _("valid for months"),
        null=True,
        blank=True,
        default=36,
        help_text=_("Empty: cards never expire."),
    )
    pin_asked = models.BooleanField(
        _("ask for the PIN where a code is typed"),
        default=True,
        help_text=_(
            "A card whose printed field is scanned proves itself and needs none."
        ),
    )
    wrong_per_minute = models.PositiveSmallIntegerField(
        _("wrong tries a minute"),
        default=10,
        help_text=_("From one key, address or session; then it waits a minute."),
    )
    wrong_per_code = models.PositiveSmallIntegerField(
        _("wrong tries at one code"), default=5
    )
    wait_minutes = models.PositiveSmallIntegerField(
        _("minutes that a code then waits"), default=15
    )
    extend_months = models.PositiveSmallIntegerField(
        _("months that an extension may reach"),
        default=12,
        help_text=_("From the day on which it is given."),
    )
    extend_times = models.PositiveSmallIntegerField(
        _("extensions of one card"), default=3
    )
    revive_months = models.PositiveSmallIntegerField(
        _("months that lapsed value is given back for"),
        default=12,
        help_text=_("Where the law keeps it owed; never shorter than an extension."),
    )
    refund_days = models.PositiveSmallIntegerField(
        _("days that refunded value lives at least"), default=7
    )
    sold_for_stored_value = models.BooleanField(
        _("members may buy with stored value"),
        default=True,
        db_default=True,
        help_text=_("In the portal, from their principal; never from a bonus."),
    )
    may_move_to_wallet = models.BooleanField(
        _("what is left may be moved into stored value"), default=True, db_default=True
    )

    class Meta:
        verbose_name = _("gift card policy")
        verbose_name_plural = _("gift card policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(smallest__gt=0)
                & Q(smallest__lte=F("largest"))
                & Q(largest__lte=LARGEST_FACE),
                name="gift_cards_giftcardpolicy_amounts_in_order",
                violation_error_message=_(
                    "The smallest amount is above zero and not above the largest."
                ),
            ),
            CheckConstraint(
                condition=Q(validity_months__isnull=True)
                | Q(validity_months__gte=1, validity_months__lte=LONGEST),
                name="gift_cards_giftcardpolicy_validity_in_bounds",
                violation_error_message=_("Cards are valid for 1 to 1,200 months."),
            ),
            CheckConstraint(
                condition=Q(wrong_per_minute__gte=1, wrong_per_minute__lte=60)
                & Q(wrong_per_code__gte=1, wrong_per_code__lte=20)
                & Q(wait_minutes__gte=1, wait_minutes__lte=24 * 60),
                name="gift_cards_giftcardpolicy_tries_are_few",
                violation_error_message=_(
                    "Allow 1 to 60 wrong tries a minute, 1 to 20 at one code, and a "
                    "wait of 1 minute to a day."
                ),
            ),
            CheckConstraint(
                condition=Q(extend_months__gte=1, extend_months__lte=LONGEST)
                & Q(revive_months__gte=1, revive_months__lte=LONGEST)
                & Q(extend_times__lte=100)
                & Q(refund_days__lte=366),
                name="gift_cards_giftcardpolicy_extensions_in_bounds",
                violation_error_message=_(
                    "Extensions reach 1 to 1,200 months, at most 100 times; refunds "
                    "live at most 366 days longer."
                ),
            ),
        ]

    def clean(self) -> None:
        """Refuse what the country's rules forbid for cards that carry no name."""
        if self.in_force_from is None:
            return
        bounds = policies_selectors.profile(at=self.in_force_from)
        wrong: dict[str, Promise] = {}
        most = bounds.most_on_bearer_card
        if most is not None and self.largest > most:
            wrong["largest"] = _(
                "The country’s rules allow less than this on a card without a name."
            )
        months, floor = self.validity_months, bounds.bearer_validity_months
        if months is not None and not bounds.bearer_may_expire:
            wrong["validity_months"] = _("Under the country’s rules no card expires.")
        elif months is not None and floor is not None and months < floor:
            wrong["validity_months"] = _(
                "The country’s rules ask for a longer validity."
            )
        if wrong:
            raise ValidationError({name: str(why) for name, why in wrong.items()})
