"""The rules of stored value, within what the country allows."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from policies import selectors as policies_selectors
from policies.models import PolicyVersion
from policies.profiles import Profile
from stored_value.rules import RefundRule, SpendingOrder

from .spans import LONGEST_HOLD_HOURS, MOST_DAYS, MOST_MONTHS, span, within

LARGEST = 10**15  # minor units, as in the books


class WalletPolicy(PolicyVersion):
    """How stored value is taken in, spent and given back; amounts in minor units."""

    spending_order = models.CharField(
        _("spending order"),
        max_length=16,
        choices=SpendingOrder,
        default=SpendingOrder.PRO_RATA,
    )
    least_top_up = models.BigIntegerField(_("smallest top-up"), default=10_00)
    most_top_up = models.BigIntegerField(_("largest top-up"), default=5_000_00)
    most_held = models.BigIntegerField(
        _("most that a member holds"),
        null=True,
        blank=True,
        default=5_000_00,
        help_text=_("Principal; empty: without limit."),
    )
    most_on_bearer_card = models.BigIntegerField(
        _("most on a bearer card"),
        null=True,
        blank=True,
        default=1_000_00,
        help_text=_("Principal; empty: without limit."),
    )
    bonus_valid_days = models.PositiveIntegerField(
        _("bonus is valid for (days)"),
        null=True,
        blank=True,
        default=365,
        help_text=_("Empty: for ever. A plan may name its own."),
        validators=span(MOST_DAYS),
    )
    principal_valid_months = models.PositiveIntegerField(
        _("principal is valid for (months)"),
        null=True,
        blank=True,
        help_text=_("Empty: for ever, as some laws demand."),
        validators=span(MOST_MONTHS),
    )
    bearer_valid_months = models.PositiveIntegerField(
        _("principal on a bearer card is valid for (months)"),
        null=True,
        blank=True,
        default=36,
        help_text=_("Empty: for ever, as some laws demand."),
        validators=span(MOST_MONTHS),
    )
    cooling_off_days = models.PositiveIntegerField(
        _("cooling-off (days)"),
        default=7,
        help_text=_("All principal back, without a fee, if nothing was spent."),
        validators=span(MOST_DAYS, least=0),
    )
    refund_rule = models.CharField(
        _("refund of a top-up"),
        max_length=16,
        choices=RefundRule,
        default=RefundRule.UNUSED,
    )
    refund_fee_per_mille = models.PositiveIntegerField(_("refund fee (%)"), default=0)
    most_cash_out = models.BigIntegerField(
        _("most paid out in cash"), null=True, blank=True, default=100_00
    )
    code_from = models.BigIntegerField(
        _("payment code asked above"),
        default=200_00,
        help_text=_("Of an anonymous device it is always asked."),
    )
    approver_may_vouch = models.BooleanField(
        _("an approver may vouch for the guest"),
        default=False,
        help_text=_(
            "At the counter, instead of a code: for guests who are known by sight."
        ),
    )
    may_transfer = models.BooleanField(
        _("members may transfer principal"), default=True
    )
    hold_hours = models.PositiveIntegerField(
        _("holds end after (hours)"), default=72, validators=span(LONGEST_HOLD_HOURS)
    )
    given_back_days = models.PositiveIntegerField(
        _("bonus given back lives on (days)"),
        default=7,
        help_text=_("At least so long, when a refund or a hold gives it back."),
        validators=span(MOST_DAYS, least=0),
    )

    class Meta:
        verbose_name = _("stored value policy")
        verbose_name_plural = _("stored value policies")
        default_permissions = ("view", "add")
        constraints = [
            CheckConstraint(
                condition=Q(spending_order__in=SpendingOrder.values)
                & Q(refund_rule__in=RefundRule.values),
                name="stored_value_walletpolicy_words_are_known",
            ),
            CheckConstraint(
                condition=Q(least_top_up__gt=0)
                & Q(least_top_up__lte=F("most_top_up"))
                & Q(most_top_up__lte=LARGEST),
                name="stored_value_walletpolicy_top_ups_have_bounds",
            ),
            CheckConstraint(
                condition=Q(code_from__gte=0)
                & Q(refund_fee_per_mille__lte=1000)
                & Q(hold_hours__gt=0),
                name="stored_value_walletpolicy_figures_make_sense",
            ),
            CheckConstraint(
                condition=within("bonus_valid_days", MOST_DAYS)
                & within("principal_valid_months", MOST_MONTHS)
                & within("bearer_valid_months", MOST_MONTHS)
                & Q(cooling_off_days__lte=MOST_DAYS)
                & Q(hold_hours__lte=LONGEST_HOLD_HOURS)
                & Q(given_back_days__lte=MOST_DAYS),
                name="stored_value_walletpolicy_spans_have_bounds",
            ),
        ]

    def clean(self) -> None:
        """Refuse what lies beyond the country's law at the moment it begins."""
        if self.in_force_from is None:
            return
        wrong = beyond(self, policies_selectors.profile(at=self.in_force_from))
        if wrong:
            raise ValidationError(wrong)


def beyond(policy: WalletPolicy, law: Profile) -> dict[str, str]:
    """Each rule that lies beyond the law, with the sentence that says so."""
    sentences = {
        "most_held": _beyond_cap(policy.most_held, law.most_on_named_card),
        "most_on_bearer_card": _beyond_cap(
            policy.most_on_bearer_card, law.most_on_bearer_card
        ),
        "code_from": _beyond_cap(policy.code_from, law.most_without_code),
        "most_cash_out": _beyond_cap(policy.most_cash_out, law.most_cash_out),
        "refund_fee_per_mille": _beyond_cap(
            policy.refund_fee_per_mille, law.most_refund_fee_per_mille
        ),
        "principal_valid_months": _too_short(
            policy.principal_valid_months,
            may_expire=law.named_may_expire,
            least=law.named_validity_months,
        ),
        "bearer_valid_months": _too_short(
            policy.bearer_valid_months,
            may_expire=law.bearer_may_expire,
            least=law.bearer_validity_months,
        ),
        "cooling_off_days": _(
            "The country’s rules ask for a longer cooling-off: %(days)s days."
        )
        % {"days": law.cooling_off_days}
        if policy.cooling_off_days < law.cooling_off_days
        else "",
    }
    return {rule: str(words) for rule, words in sentences.items() if words}


def _beyond_cap(value: int | None, most: int | None) -> str:
    if most is None or (value is not None and value <= most):
        return ""
    return str(_("The country’s rules do not allow so much."))


def _too_short(months: int | None, *, may_expire: bool, least: int | None) -> str:
    if months is None:
        return ""
    if not may_expire:
        return str(_("The country’s rules forbid that principal expires."))
    if least is not None and months < least:
        words = _("The country’s rules ask for at least %(months)s months.")
        return str(words % {"months": least})
    return ""
