"""Everything that quotes a bill, settles it, and gives it back."""

from .asking import subject_of
from .capture import Captured, capture, subject_of_bill
from .exchange import (
    ExchangeBill,
    ExchangeQuote,
    exchange_sale,
    quote_exchange,
)
from .following import follow_up, follow_up_due
from .line_shares import LineRefund
from .offers import save_bill_offer, save_next_visit_gift
from .picture import look_for
from .quote import Told, quote
from .refund import refund_sale, void_sale
from .returned_value import RETURNED
from .undo_exchange import undo_exchange

__all__ = [
    "RETURNED",
    "Captured",
    "ExchangeBill",
    "ExchangeQuote",
    "LineRefund",
    "Told",
    "capture",
    "exchange_sale",
    "follow_up",
    "follow_up_due",
    "look_for",
    "quote",
    "quote_exchange",
    "refund_sale",
    "save_bill_offer",
    "save_next_visit_gift",
    "subject_of",
    "subject_of_bill",
    "undo_exchange",
    "void_sale",
]
