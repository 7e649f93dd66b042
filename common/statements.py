"""What Django remembers of the statements that were sent."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def statements_not_kept() -> Iterator[None]:
    """Send statements of very many values without writing each out a second time.

    In development Django keeps the last nine thousand as text, with their values: of
    ten thousand rows at a time that takes longer than the work, and all of the memory.
    Whoever counts statements (`CaptureQueriesContext`) still gets them.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.force_debug_cursor:
        yield
        return
    kept = vars(wrapper)
    before = kept.get("make_debug_cursor")
    kept["make_debug_cursor"] = wrapper.make_cursor
    try:
        yield
    finally:
        if before is None:
            del kept["make_debug_cursor"]
        else:
            kept["make_debug_cursor"] = before
