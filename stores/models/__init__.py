"""Where the house sells, who works there, and what was done in whose name."""

from .control import ApiKey, Approval, AuditEvent
from .people import Assignment, ProofTries, Role, RoleLimit, User
from .places import Store, Till
from .shifts import HandOver, Shift, ShiftCount, ShiftUse
from .tenders import TenderKind

__all__ = [
    "ApiKey",
    "Approval",
    "Assignment",
    "AuditEvent",
    "HandOver",
    "ProofTries",
    "Role",
    "RoleLimit",
    "Shift",
    "ShiftCount",
    "ShiftUse",
    "Store",
    "TenderKind",
    "Till",
    "User",
]
