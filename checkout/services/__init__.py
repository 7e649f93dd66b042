"""Everything that settles a bill and gives it back."""

from .asking import subject_of
from .refund import refund_sale, void_sale

__all__ = ["refund_sale", "subject_of", "void_sale"]
