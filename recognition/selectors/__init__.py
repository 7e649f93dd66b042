"""What is known of a regular, and what waits to be answered."""

from .feedback import (
    complaints_due,
    guest_wrote_last,
    said_by,
    surveyed,
    unasked_visit,
    who_can_cure,
)
from .glance import (
    FAVOURITES,
    KNOWN,
    LOOKED_BACK,
    Coming,
    Favourite,
    Glance,
    Remark,
    Said,
    coming,
    favourites,
    recognise,
)
from .person import RememberedDay, occasions_of, preferences_of

__all__ = [
    "FAVOURITES",
    "KNOWN",
    "LOOKED_BACK",
    "Coming",
    "Favourite",
    "Glance",
    "Remark",
    "RememberedDay",
    "Said",
    "coming",
    "complaints_due",
    "favourites",
    "guest_wrote_last",
    "occasions_of",
    "preferences_of",
    "recognise",
    "said_by",
    "surveyed",
    "unasked_visit",
    "who_can_cure",
]
