"""What is known about guests, for whoever looks after them."""

from .feedback import FeedbackAdmin
from .person import NoteAdmin, OccasionAdmin, PreferenceAdmin
from .policy import RecognitionPolicyAdmin
from .visits import VisitAdmin

__all__ = [
    "FeedbackAdmin",
    "NoteAdmin",
    "OccasionAdmin",
    "PreferenceAdmin",
    "RecognitionPolicyAdmin",
    "VisitAdmin",
]
