"""Which entries belong to something above that is undone as a whole.

A sale has one entry for all that paid it: giving back the wallet's part alone would
keep what the sale earned, and its coupons. An app registers in its `apps.py` how it
knows the keys of its entries; who undoes one instrument's part asks first.
"""

from collections.abc import Callable
from uuid import UUID

from .errors import UndoneElsewhere
from .models import Entry

_owners: dict[str, Callable[[str], bool]] = {}


def register(word: str, owns: Callable[[str], bool]) -> None:
    """Called by an app's `ready`; the same word again takes its place."""
    _owners[word] = owns


def refuse_part(entry_id: UUID | None) -> None:
    """Refuse to undo a part of what is undone as a whole. Raises UndoneElsewhere."""
    if entry_id is None:
        return
    key = Entry.objects.filter(pk=entry_id).values_list("key", flat=True).first()
    if key is not None and any(owns(key) for owns in _owners.values()):
        raise UndoneElsewhere
