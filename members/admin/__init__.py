"""The members in the office: found at once, changed by commands, never edited."""

from .agreed import ConsentAdmin, ConsentTextAdmin
from .ends import ForfeitureAdmin, MergeAdmin
from .marks import CustomFieldAdmin, TagAdmin
from .people import MemberAdmin

__all__ = [
    "ConsentAdmin",
    "ConsentTextAdmin",
    "CustomFieldAdmin",
    "ForfeitureAdmin",
    "MemberAdmin",
    "MergeAdmin",
    "TagAdmin",
]
