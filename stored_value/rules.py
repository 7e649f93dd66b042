"""The arithmetic of stored value: no database, no clock, integers only."""

from dataclasses import dataclass, replace
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

PER_MILLE: Final = 1000


class SpendingOrder(TextChoices):
    """Which of the two is spent first."""

    PRO_RATA = "pro_rata", _("in proportion")
    PRINCIPAL_FIRST = "principal_first", _("principal first")
    BONUS_FIRST = "bonus_first", _("bonus first")


class RefundRule(TextChoices):
    """What a refund of a top-up pays out of the principal that is left."""

    UNUSED = "unused", _("the principal that is left")
    RATIO = "ratio", _("the paid share of what is left")


@dataclass(frozen=True, slots=True)
class Split:
    """How an amount is taken from a wallet, in minor units."""

    principal: int
    bonus: int


def split(*, amount: int, principal: int, bonus: int, order: str) -> Split:
    """Take an amount out of what is held; the rounding unit goes to the principal.

    Raises ValueError for more than there is: callers ask before.
    """
    if not 0 <= amount <= principal + bonus or principal < 0 or bonus < 0:
        raise ValueError(amount)
    if order == SpendingOrder.PRINCIPAL_FIRST:
        taken = min(amount, principal)
    elif order == SpendingOrder.BONUS_FIRST:
        taken = amount - min(amount, bonus)
    else:
        held = principal + bonus
        taken = -(-amount * principal // held) if held else 0  # rounded up
    return Split(principal=taken, bonus=amount - taken)


def give_back(*, taken: Split, before: int, amount: int) -> Split:
    """How a further refund of a sale is shared, after `before` was given back.

    In the proportion in which the sale took it, cumulatively: whatever the number of
    refunds, the last unit brings both accounts back to where they stood.
    """
    total = taken.principal + taken.bonus
    if before < 0 or amount <= 0 or before + amount > total:
        raise ValueError(amount)
    until = _share(taken, before + amount)
    since = _share(taken, before)
    return Split(
        principal=until.principal - since.principal, bonus=until.bonus - since.bonus
    )


def _share(taken: Split, amount: int) -> Split:
    return split(
        amount=amount,
        principal=taken.principal,
        bonus=taken.bonus,
        order=SpendingOrder.PRO_RATA,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LotState:
    """A top-up's lot of principal and its lot of bonus, as they stand."""

    paid: int
    bonus: int
    principal_left: int
    bonus_left: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it was spent."""
        return self.principal_left == self.paid and self.bonus_left == self.bonus


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTerms:
    """The rules under which the top-up was made, and how late it is."""

    rule: str
    fee_per_mille: int
    is_cooling_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFormula:
    """What a refund of a top-up pays, and how it comes about, in minor units.

    `principal_left` = `paid_out` + `fee` + `bonus_spent_charged` + `points_charged`.
    """

    paid: int
    bonus: int
    principal_left: int
    bonus_left: int
    fee: int
    bonus_spent_charged: int
    paid_out: int
    is_cooling_off: bool
    points_charged: int = 0

    @property
    def payable(self) -> int:
        """What could be paid out, were no points charged."""
        return self.paid_out + self.points_charged

    def charging(self, money: int) -> "RefundFormula":
        """The same, less money for points that cannot be taken back."""
        return replace(self, points_charged=money, paid_out=self.payable - money)


def refund(lot: LotState, terms: RefundTerms) -> RefundFormula:
    """What a refund pays: only ever out of principal; the rest of the bonus is void.

    Under `ratio` it is the paid share of all that is left, where that is less: who
    spent the bonus first pays for it out of the principal. The fee rounds down.
    """
    whole_back = terms.is_cooling_off and lot.is_whole
    due = lot.principal_left
    if terms.rule == RefundRule.RATIO and not whole_back and lot.bonus:
        left = lot.principal_left + lot.bonus_left
        due = min(due, left * lot.paid // (lot.paid + lot.bonus))
    fee = 0 if whole_back else due * terms.fee_per_mille // PER_MILLE
    return RefundFormula(
        paid=lot.paid,
        bonus=lot.bonus,
        principal_left=lot.principal_left,
        bonus_left=lot.bonus_left,
        fee=fee,
        bonus_spent_charged=lot.principal_left - due,
        paid_out=due - fee,
        is_cooling_off=whole_back,
    )
