"""Who the regulars are, what they agreed to, and what became of whom."""

from .consents import Channel, Consent, ConsentNow, ConsentText, Purpose, Source
from .ends import ClosureRequest, Forfeiture, Merge
from .marks import CustomField, MemberTag, Tag
from .people import PHONE_SETTLES, Member
from .staff import OwnCard, StaffCardAct, StaffCardPolicy, StaffMembership

__all__ = [
    "PHONE_SETTLES",
    "Channel",
    "ClosureRequest",
    "Consent",
    "ConsentNow",
    "ConsentText",
    "CustomField",
    "Forfeiture",
    "Member",
    "MemberTag",
    "Merge",
    "OwnCard",
    "Purpose",
    "Source",
    "StaffCardAct",
    "StaffCardPolicy",
    "StaffMembership",
    "Tag",
]
