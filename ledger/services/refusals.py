"""Turns what the database refused into the refusal that a person can read."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import Error as DatabaseFailure
from psycopg import Error as PsycopgError

from ledger import errors

# The SQLSTATEs that `ledger/sql/post_entry.sql` raises; their facts are the arguments.
REFUSALS: Final[dict[str, Callable[..., errors.LedgerError]]] = {
    "RG001": errors.InsufficientFunds,
    "RG002": errors.IdempotencyConflict,
    "RG003": errors.AccountClosed,
    "RG004": errors.AccountFrozen,
    "RG005": errors.OverReversal,
    "RG006": errors.UnknownAccount,
    "RG007": errors.NotReversible,
    "RG008": errors.AccountNotEmpty,
    "RG010": errors.ShiftNotOpen,
}
FOREIGN_KEY, CHECK, OUT_OF_RANGE = "23503", "23514", "22003"


@contextmanager
def typed_refusals() -> Iterator[None]:
    """Raise the books' own errors in place of SQLSTATEs; let real failures through."""
    try:
        yield
    except DatabaseFailure as failure:
        refusal = _refusal(failure.__cause__)
        if refusal is None:
            raise
        raise refusal from failure


def _refusal(cause: BaseException | None) -> errors.LedgerError | None:
    if not isinstance(cause, PsycopgError):
        return None
    state, constraint = cause.sqlstate or "", cause.diag.constraint_name or ""
    if state in REFUSALS:
        return REFUSALS[state](**json.loads(cause.diag.message_detail or "{}"))
    if state == FOREIGN_KEY and constraint.startswith("ledger_posting_"):
        return errors.UnitMismatch()
    if state == CHECK and constraint.startswith("ledger_"):
        return errors.InvalidEntry(rule=constraint)
    return errors.InvalidAmount() if state == OUT_OF_RANGE else None
