"""The members in the office: found at once, changed by commands, never edited."""

from .agreed import ConsentAdmin, ConsentTextAdmin
from .ends import ClosureRequestAdmin, ForfeitureAdmin, MergeAdmin
from .marks import CustomFieldAdmin, TagAdmin
from .people import MemberAdmin
from .staff import StaffCardActAdmin, StaffCardPolicyAdmin, StaffMembershipAdmin

__all__ = [
    "ClosureRequestAdmin",
    "ConsentAdmin",
    "ConsentTextAdmin",
    "CustomFieldAdmin",
    "ForfeitureAdmin",
    "MemberAdmin",
    "MergeAdmin",
    "StaffCardActAdmin",
    "StaffCardPolicyAdmin",
    "StaffMembershipAdmin",
    "TagAdmin",
]
