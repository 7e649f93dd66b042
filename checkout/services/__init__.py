"""Everything that quotes a bill, settles it, and gives it back."""

from .asking import subject_of
from .capture import Captured, capture
from .quote import Told, quote
from .refund import refund_sale, void_sale

__all__ = [
    "Captured",
    "Told",
    "capture",
    "quote",
    "refund_sale",
    "subject_of",
    "void_sale",
]
