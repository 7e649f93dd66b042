"""The ways of paying: which there are, where they are taken, how they are called."""

import re
import time
from typing import Final

from stores.errors import TenderNotRefundable, TenderUnknown
from stores.models import Store, TenderKind
from stores.models.tenders import TENDER_CODE

# Names and buttons may be so old; whether something is taken is asked each time.
FRESH: Final = 10.0  # seconds
_known: dict[str, TenderKind] = {}
_read_at = -FRESH


def tender_kinds() -> list[TenderKind]:
    """All of them, in order, those that are switched off too."""
    return list(TenderKind.objects.order_by("position", "pk"))


def forget_tenders() -> None:
    """Read names anew: after a change, and for tests, whose databases begin anew."""
    global _read_at
    _read_at = -FRESH


def _names(*, missing: str = "") -> dict[str, TenderKind]:
    """What this process knows; read again when it is old, or does not know a code."""
    global _read_at
    now = time.monotonic()
    if now - _read_at >= FRESH or (missing and missing not in _known):
        _known.clear()
        _known.update((kind.code, kind) for kind in tender_kinds())
        _read_at = now
    return _known


def tender_name(code: str) -> str:
    """A way of paying in a person’s words; one that has none as the books have it."""
    if not code:
        return ""
    kind = _names(missing=code).get(code)
    return code if kind is None else kind.name


def earns(code: str) -> bool:
    """Whether what it pays of a bill earns points; that never changes."""
    kind = _names(missing=code).get(code)
    return kind is None or kind.earns


def tenders(store: Store | None = None) -> dict[str, str]:
    """What is taken now (at a store), in order: codes with their names, for buttons and
    lists. The service that takes money asks again.
    """
    at = None if store is None else store.code
    return {code: kind.name for code, kind in _names().items() if kind.is_taken_at(at)}


def tender_choices() -> list[tuple[str, str]]:
    """The same for a list of choices in a form."""
    return list(tenders().items())


def counted_tenders(store: Store) -> dict[str, str]:
    """What is counted when a shift of this store is closed."""
    return {
        code: kind.name
        for code, kind in _names().items()
        if kind.is_counted and kind.is_taken_at(store.code)
    }


def require_taken(code: str, *, store_id: int | None) -> TenderKind:
    """A way of paying that takes money at a store; None: at some store.

    Raises TenderUnknown.
    """
    kind = _kind(code)
    store = Store.objects.filter(pk=store_id or 0).first()
    is_nowhere = store_id is not None and store is None
    if (
        kind is None
        or is_nowhere
        or not kind.is_taken_at(store.code if store else None)
    ):
        raise TenderUnknown(tender=code)
    return kind


def require_refundable(code: str) -> TenderKind:
    """A way of paying that pays out, switched off or not. Raises TenderUnknown,
    TenderNotRefundable.
    """
    kind = _kind(code)
    if kind is None:
        raise TenderUnknown(tender=code)
    if not kind.is_refundable:
        raise TenderNotRefundable(name=kind.name)
    return kind


def _kind(code: str) -> TenderKind | None:
    if re.fullmatch(TENDER_CODE, code) is None:
        return None
    return TenderKind.objects.filter(code=code).first()
