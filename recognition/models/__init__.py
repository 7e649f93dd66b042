"""What a regular likes, when they come, what they said and what became of it."""

from .feedback import Feedback, FeedbackReply, FeedbackStep
from .person import Note, Occasion, Preference
from .policy import RecognitionPolicy
from .visits import Visit, VisitLine, VisitSummary

__all__ = [
    "Feedback",
    "FeedbackReply",
    "FeedbackStep",
    "Note",
    "Occasion",
    "Preference",
    "RecognitionPolicy",
    "Visit",
    "VisitLine",
    "VisitSummary",
]
