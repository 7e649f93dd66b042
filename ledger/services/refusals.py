"""Turns what the database refused into the refusal that a person can read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseFailure
from psycopg import Error as PsycopgError

from ledger import errors


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
    state, diag = cause.sqlstate or "", cause.diag
    facts = {}
    if state.startswith("RG") and diag.message_detail:
        facts = json.loads(diag.message_detail)
    match state:
        case "RG001":
            return errors.InsufficientFunds(**facts)
        case "RG002":
            return errors.IdempotencyConflict()
        case "RG003":
            return errors.AccountClosed(**facts)
        case "RG004":
            return errors.AccountFrozen(**facts)
        case "RG005":
            return errors.OverReversal(**facts)
        case "RG006":
            return errors.UnknownAccount(**facts)
        case "RG007":
            return errors.NotReversible(**facts)
        case "RG008":
            return errors.AccountNotEmpty(**facts)
        case _:
            return _rule_broken(state, diag.constraint_name or "")


def _rule_broken(state: str, constraint: str) -> errors.LedgerError | None:
    if state == "23503" and constraint.startswith("ledger_posting_"):
        return errors.UnitMismatch()
    if state == "23514" and constraint.startswith("ledger_"):
        return errors.InvalidEntry(rule=constraint)
    if state == "22003":
        return errors.InvalidAmount()
    return None
