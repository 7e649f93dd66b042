"""Questions about the shop floor: who may do what, which day it is, what is open."""

from .access import (
    Grant,
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
from .clocks import zones_of
from .days import business_date, business_day_bounds
from .limits import Limit, limit_of
from .shifts import TENDERS, open_shift_on, shift_summary, tender_name

__all__ = [
    "TENDERS",
    "Grant",
    "Limit",
    "all_permissions",
    "business_date",
    "business_day_bounds",
    "checkers_for",
    "grants_of",
    "limit_of",
    "may_manage",
    "open_shift_on",
    "people_for",
    "permission_words",
    "shift_summary",
    "stores_for",
    "takers_for",
    "tender_name",
    "user_may",
    "user_may_everywhere",
    "zones_of",
]
