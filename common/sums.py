"""Sums that the database does with what a column holds."""

from django.db.models import BigIntegerField, F, Value
from django.db.models.expressions import CombinedExpression


def more(column: str, amount: int) -> CombinedExpression:
    """What the column holds and so much more; `amount` may be below zero.

    A plain number beside an `F` is sent as 32 bits, and what does not fit is cut off
    without a word: ten thousand million would count as 1,410,065,408.
    """
    return F(column) + Value(amount, output_field=BigIntegerField())
