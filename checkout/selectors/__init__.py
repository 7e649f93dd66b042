"""What a bill needs to know, and what is known of bills that were settled."""

from .look import LOOK, Look, LookFor, look, read
from .sales import find_sale, line_documents, of_member, with_reference

__all__ = [
    "LOOK",
    "Look",
    "LookFor",
    "find_sale",
    "line_documents",
    "look",
    "of_member",
    "read",
    "with_reference",
]
