"""Proving that one is who one says, at a screen where someone else is signed in."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from stores.errors import OutOfReach, PinTooSimple, ProofLocked, ProofRefused
from stores.models import User
from stores.selectors import may_manage

from .audit import act, record_act

PIN_TRIES = 5
PIN_LOCK = timedelta(minutes=15)
PIN_PATTERN = re.compile(r"[0-9]{4,6}")
RUNS = ("01234567890", "09876543210")


def set_pin(
    *, user: User, pin: str, by: User, at: datetime, request_id: str = ""
) -> None:
    """Give someone a PIN; a lock from wrong tries ends with it."""
    if by.pk != user.pk and not may_manage(by, user, "stores.set_pin"):
        raise OutOfReach
    too_simple = len(set(pin)) == 1 or any(pin in run for run in RUNS)
    if not PIN_PATTERN.fullmatch(pin) or too_simple:
        raise PinTooSimple
    hashed = make_password(pin)
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(
            pin_hash=hashed, pin_failures=0, pin_locked_until=None
        )
        doing = act(staff=by, at=at, request_id=request_id)
        record_act(name="stores.pin_set", by=doing, at=at, subject=user)


def prove(*, user: User, secret: str, at: datetime, request_id: str = "") -> None:
    """Raise unless `secret` is this person's PIN or password.

    A transaction of its own, to be called before the act's: the count of wrong tries
    must outlive the refusal.
    """
    locked_until, right = _try(user, secret, at, request_id)
    if locked_until is not None:
        raise ProofLocked(until=locked_until)
    if not right:
        raise ProofRefused


@transaction.atomic(durable=True)
def _try(
    user: User, secret: str, at: datetime, request_id: str
) -> tuple[datetime | None, bool]:
    """Under the row's lock, so that guesses sent at once are counted one by one."""
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    failures = row.pin_failures
    if row.pin_locked_until is not None:
        if at < row.pin_locked_until:
            return row.pin_locked_until, False
        failures = 0
    by_pin = bool(row.pin_hash) and check_password(secret, row.pin_hash)
    if row.is_active and (by_pin or check_password(secret, row.password)):
        if row.pin_failures or row.pin_locked_until:
            User.objects.filter(pk=row.pk).update(pin_failures=0, pin_locked_until=None)
        return None, True
    failures += 1
    until = at + PIN_LOCK if failures >= PIN_TRIES else None
    User.objects.filter(pk=row.pk).update(pin_failures=failures, pin_locked_until=until)
    record_act(
        name="stores.proof_locked" if until else "stores.proof_refused",
        by=act(staff=row, at=at, request_id=request_id),
        at=at,
        subject=row,
        facts={"failures": failures},
    )
    return until, False
