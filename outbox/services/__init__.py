"""Everything that writes into the outbox, and takes out of it."""

from .record import record

__all__ = ["record"]
