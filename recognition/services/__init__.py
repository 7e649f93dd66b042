"""Everything that changes what is known about a regular."""

from .feedback import (
    assign_complaint,
    cure_complaint,
    raise_complaint,
    record_feedback,
)
from .person import (
    add_occasion,
    add_preference,
    remove_occasion,
    remove_preference,
    withdraw_note,
    write_note,
)
from .replies import answer_survey, claim_visit, reply, say
from .visits import (
    Loaded,
    SoldLine,
    VisitRow,
    load_visits,
    note_visit,
    refresh_summaries,
    void_visit,
)

__all__ = [
    "Loaded",
    "SoldLine",
    "VisitRow",
    "add_occasion",
    "add_preference",
    "answer_survey",
    "assign_complaint",
    "claim_visit",
    "cure_complaint",
    "load_visits",
    "note_visit",
    "raise_complaint",
    "record_feedback",
    "refresh_summaries",
    "remove_occasion",
    "remove_preference",
    "reply",
    "say",
    "void_visit",
    "withdraw_note",
    "write_note",
]
