"""Questions about the shop floor: who may do what, which day it is, what is open."""

from .access import (
    PermissionGrant,
    all_permissions,
    checkers_for,
    grants_of,
    may_manage,
    people_for,
    permission_words,
    stores_for,
    takers_for,
    user_may,
    user_may_everywhere,
)
from .clocks import names_of, open_stores, zones_of
from .days import business_date, business_day_bounds
from .limits import Limit, limit_of
from .shifts import open_shift_on, shift_summary
from .tenders import (
    counted_tenders,
    earns,
    forget_tenders,
    require_refundable,
    require_taken,
    tender_choices,
    tender_kinds,
    tender_name,
    tenders,
)

__all__ = [
    "Limit",
    "PermissionGrant",
    "all_permissions",
    "business_date",
    "business_day_bounds",
    "checkers_for",
    "counted_tenders",
    "earns",
    "forget_tenders",
    "grants_of",
    "limit_of",
    "may_manage",
    "names_of",
    "open_shift_on",
    "open_stores",
    "people_for",
    "permission_words",
    "require_refundable",
    "require_taken",
    "shift_summary",
    "stores_for",
    "takers_for",
    "tender_choices",
    "tender_kinds",
    "tender_name",
    "tenders",
    "user_may",
    "user_may_everywhere",
    "zones_of",
]
