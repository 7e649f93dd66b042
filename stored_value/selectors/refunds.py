"""What refunding a top-up would give back, and the formula in words."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cards.models import Card
from ledger import lineage as ledger_lineage
from ledger.kinds import AccountKind
from ledger.lineage import Heir
from points import services as points_services
from policies.profiles import PROFILES
from stored_value import rules
from stored_value.holders import LAPSED, Holder
from stored_value.models import TopUp
from stored_value.rules import LotState, RefundFormula
from stored_value.terms import WalletTerms


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One line of the formula, for the screen and the slip; minor units."""

    words: str | Promise
    amount: int
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What is left of a top-up, lot by lot, and what a refund would make of it."""

    formula: RefundFormula
    principal: tuple[Heir, ...]
    bonus: tuple[Heir, ...]


def current_holder(top_up: TopUp) -> Holder:
    """Whose a top-up is now: a bearer card may have been replaced, then bound."""
    if top_up.member_id is not None:
        return Holder.member(top_up.member_id)
    card = Card.objects.get(pk=top_up.card_id or 0)
    while card.replaced_by_id is not None:
        card = Card.objects.get(pk=card.replaced_by_id)
    return Holder.member(card.member_id) if card.member_id else Holder.card(card.pk)


def refund_preview(*, top_up: TopUp, at: datetime) -> RefundPreview:
    """Reckon a refund by the rules under which the top-up was made.

    Only what its holder still has counts: what was given to somebody else is theirs.
    Points that can no longer be taken back cost what the points' own rules say; what
    the payout does not cover is owed.
    """
    owner = current_holder(top_up)
    holder = (owner.kind, owner.id)
    mine = [
        heir
        for heir in ledger_lineage.heirs_of(entry_id=top_up.entry_id)
        if (heir.holder_kind, heir.holder_id) == holder and heir.usable(at)
    ]
    principal = tuple(
        heir
        for heir in mine
        if heir.kind == AccountKind.PRINCIPAL
        or (heir.kind == AccountKind.HELD and heir.slot == LAPSED)
    )
    bonus = tuple(heir for heir in mine if heir.kind == AccountKind.BONUS)
    terms = WalletTerms(top_up.policy, PROFILES[top_up.profile])
    formula = rules.refund(
        LotState(
            paid=top_up.paid,
            bonus=top_up.bonus,
            principal_left=sum(heir.usable(at) for heir in principal),
            bonus_left=sum(heir.usable(at) for heir in bonus),
        ),
        terms.refund_terms(made_at=top_up.at, at=at),
    )
    charged = 0
    if formula.principal_left and top_up.member_id is not None:
        charged = points_services.charge_of_claw_back(
            gift_key=gift_key(top_up, "points"),
            share=refunded_share(top_up, formula.principal_left),
            at=at,
            charge_at_most=formula.payable,
        )
    return RefundPreview(formula.charging(charged), principal, bonus)


def gift_key(top_up: TopUp, word: str) -> str:
    """Under which key a top-up gave its points, or its coupons."""
    return f"top_up:{top_up.pk}:{word}"


def refunded_share(top_up: TopUp, principal: int) -> Fraction:
    """How much of a top-up is refunded once so much more principal is."""
    before = top_up.refunds.aggregate(sum=Sum("principal_left", default=0))["sum"]
    return Fraction(before + principal, top_up.paid)


def is_whole(top_up: TopUp, formula: RefundFormula) -> bool:
    """Whether nothing is left of a top-up after this refund, and nothing was used: all
    principal is given back, and all bonus ended with it.
    """
    before = top_up.refunds.aggregate(
        principal=Sum("principal_left", default=0), bonus=Sum("bonus_voided", default=0)
    )
    principal: int = before["principal"] + formula.principal_left
    bonus: int = before["bonus"] + formula.bonus_left
    return principal == top_up.paid and bonus == top_up.bonus


def formula_lines(formula: RefundFormula) -> list[RefundLine]:
    """The refund as the member reads it: what was paid, what is left, what returns."""
    lines = [
        RefundLine(_("Paid in"), formula.paid),
        RefundLine(_("Bonus given"), formula.bonus),
        RefundLine(
            _("Principal spent since"), -(formula.paid - formula.principal_left)
        ),
        RefundLine(_("Principal left"), formula.principal_left),
    ]
    if formula.bonus_left:
        lines.append(RefundLine(_("Bonus left, which ends"), -formula.bonus_left))
    if formula.bonus_spent_charged:
        lines.append(
            RefundLine(
                _("Charged for the bonus that was spent"), -formula.bonus_spent_charged
            )
        )
    if formula.points_charged:
        lines.append(
            RefundLine(_("Charged for points that were spent"), -formula.points_charged)
        )
    if formula.fee:
        lines.append(RefundLine(_("Fee"), -formula.fee))
    if formula.is_cooling_off:
        lines.append(RefundLine(_("Within the cooling-off: all of it"), formula.paid))
    lines.append(RefundLine(_("Paid out"), formula.paid_out, is_total=True))
    return lines
