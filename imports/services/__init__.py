"""Moving in: look a file through, bring it in as a whole, and the jobs that do so."""

from .jobs import (
    ask_to_apply,
    ask_to_check,
    change_options,
    delete_old_files,
    file_of,
    folder_of,
    guess_of,
    question,
    report_of,
    upload,
)
from .run import Outcome, bring_in, look_through
from .work import find_stopped, waiting, work

__all__ = [
    "Outcome",
    "ask_to_apply",
    "ask_to_check",
    "bring_in",
    "change_options",
    "delete_old_files",
    "file_of",
    "find_stopped",
    "folder_of",
    "guess_of",
    "look_through",
    "question",
    "report_of",
    "upload",
    "waiting",
    "work",
]
