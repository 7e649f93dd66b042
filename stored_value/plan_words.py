"""Plans and the refund of a top-up, in the words of whoever would top up."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.money import format_money

from . import offers
from .offers import EACH, Step, Terms
from .rules import RefundRule
from .selectors import terms_at
from .selectors.plans import current_versions


@dataclass(frozen=True, slots=True)
class PlanInWords:
    """A plan on offer: what each of its steps brings."""

    name: str
    steps: tuple[str, ...]
    ends_at: datetime | None
    is_first_only: bool


def plans_in_words(*, at: datetime) -> list[PlanInWords]:
    """The plans that are on offer now; where and for whom, the till knows."""
    found = []
    for version in current_versions():
        terms = offers.from_json(version.terms)
        is_early = terms.starts_at is not None and at < terms.starts_at
        is_late = terms.ends_at is not None and at >= terms.ends_at
        if not (is_early or is_late):
            steps = tuple(_step(terms, step) for step in terms.steps)
            found.append(
                PlanInWords(terms.name, steps, terms.ends_at, terms.first_top_up_only)
            )
    return found


def refund_in_words(*, at: datetime) -> list[str]:
    """What would be paid back of a top-up made now, a sentence for each rule."""
    terms = terms_at(at)
    days = max(terms.policy.cooling_off_days, terms.law.cooling_off_days)
    later = terms.refund_terms(made_at=at, at=datetime.max.replace(tzinfo=at.tzinfo))
    told = []
    if days:
        told.append(
            ngettext(
                "Within %(days)s day, if nothing of it was spent: all that you paid.",
                "Within %(days)s days, if nothing of it was spent: all that you paid.",
                days,
            )
            % {"days": days}
        )
    if later.rule == RefundRule.UNUSED:
        told.append(_("After that: the principal that is left."))
    else:
        told.append(
            _(
                "After that: of all that is left, principal and bonus together, the"
                " share that you paid for, and never more than the principal left."
            )
        )
    if later.fee_per_mille:
        percent = f"{later.fee_per_mille / 10:g}"
        told.append(_("Less a fee of %(percent)s %%.") % {"percent": percent})
    told.append(
        _("The bonus that is left ends; points and coupons given are taken back.")
    )
    return told


def _step(terms: Terms, step: Step) -> str:
    gift = step.gift(step.amount, 1)
    parts = []
    if gift.bonus:
        parts.append(_("%(amount)s bonus") % {"amount": format_money(gift.bonus)})
    if gift.points:
        parts.append(_("%(count)s points") % {"count": gift.points})
    if gift.growth:
        parts.append(_("%(count)s growth value") % {"count": gift.growth})
    if gift.coupons:
        told = ngettext("%(count)s coupon", "%(count)s coupons", gift.coupons)
        parts.append(told % {"count": gift.coupons})
    words = (
        _("For every %(amount)s: %(gifts)s")
        if terms.mode == EACH
        else _("From %(amount)s: %(gifts)s")
    )
    return words % {"amount": format_money(step.amount), "gifts": ", ".join(parts)}
