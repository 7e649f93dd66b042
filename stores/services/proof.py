"""Proving that one is who one says, at a screen where someone else is signed in."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q

from common.digits import is_guessed_first
from stores.errors import (
    OutOfReach,
    PinPaused,
    PinTooSimple,
    ProofLocked,
    ProofRefused,
)
from stores.models import ProofTries, User
from stores.selectors import may_manage

from .audit import act, record_act

# Wrong tries of one account by one person; of any accounts by one person; and of one
# account by all together, after which for a while only its password proves it: no
# colleague locks another out of every till, and no few of them guess a PIN.
PIN_TRIES: Final = 5
MAKER_TRIES: Final = 15
ACCOUNT_TRIES: Final = 20
PIN_LOCK: Final = timedelta(minutes=15)
PIN_PATTERN = re.compile(r"[0-9]{4,6}")


@dataclass(frozen=True, slots=True)
class _Counts:
    """The three counts that a try belongs to, locked."""

    pair: ProofTries
    account: ProofTries
    maker: ProofTries


def set_pin(
    *, user: User, pin: str, by: User, at: datetime, request_id: str = ""
) -> None:
    """Give someone a PIN; a lock from wrong tries ends with it."""
    if by.pk != user.pk and not may_manage(by, user, "stores.set_pin"):
        raise OutOfReach
    if not PIN_PATTERN.fullmatch(pin) or is_guessed_first(pin):
        raise PinTooSimple
    hashed = make_password(pin)
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(pin_hash=hashed)
        ProofTries.objects.filter(account=user).update(failures=0, locked_until=None)
        doing = act(staff=by, at=at, request_id=request_id)
        record_act(name="stores.pin_set", by=doing, at=at, subject=user)


def prove(
    *, user: User, secret: str, by: User, at: datetime, request_id: str = ""
) -> None:
    """Raise unless `secret` is this person's PIN or password: ProofRefused, PinPaused,
    ProofLocked. Wrong tries count against `by`, who is signed in at the screen.

    A transaction of its own, to be called before the act's: the count of wrong tries
    must outlive the refusal.
    """
    refusal = _try(user, secret, by, at, request_id)
    if refusal is not None:
        raise refusal


@transaction.atomic(durable=True)
def _try(
    user: User, secret: str, by: User, at: datetime, request_id: str
) -> ProofLocked | PinPaused | ProofRefused | None:
    """Under the counts' locks, so that guesses sent at once are counted one by one."""
    counts = _lock_counts(user, by, at)
    waits = [
        tries.locked_until
        for tries in (counts.pair, counts.maker)
        if tries.locked_until is not None and at < tries.locked_until
    ]
    if waits:
        return ProofLocked(until=max(waits))
    paused_until = counts.account.locked_until
    is_paused = paused_until is not None and at < paused_until
    row = User.objects.get(pk=user.pk)
    by_pin = bool(row.pin_hash) and check_password(secret, row.pin_hash)
    by_password = check_password(secret, row.password)
    if row.is_active and (by_password or (by_pin and not is_paused)):
        # Only their own: neither a colleague's guesses nor those at others.
        if counts.pair.failures:
            _save(counts.pair, 0, at, None)
        return None
    return _count_wrong(counts, row, by, at, request_id, is_paused=is_paused)


def _lock_counts(user: User, by: User, at: datetime) -> _Counts:
    """The rows, made where missing; in one order, so that none wait in a circle."""
    keys = [(user.pk, by.pk), (user.pk, None), (None, by.pk)]
    ProofTries.objects.bulk_create(
        [
            ProofTries(account_id=account_id, maker_id=maker_id, since=at)
            for account_id, maker_id in keys
        ],
        update_conflicts=True,  # which locks them
        unique_fields=["account", "maker"],
        update_fields=["account"],
    )
    mine = (
        Q(account=user, maker=by)
        | Q(account=user, maker=None)
        | Q(account=None, maker=by)
    )
    rows = ProofTries.objects.select_for_update(no_key=True).filter(mine)
    found = {(row.account_id, row.maker_id): row for row in rows}
    return _Counts(*(found[key] for key in keys))


def _count_wrong(
    counts: _Counts,
    row: User,
    by: User,
    at: datetime,
    request_id: str,
    *,
    is_paused: bool,
) -> ProofLocked | PinPaused | ProofRefused:
    untils = [
        _count(counts.pair, PIN_TRIES, at),
        _count(counts.maker, MAKER_TRIES, at),
    ]
    if not is_paused:
        _count(counts.account, ACCOUNT_TRIES, at)
    until = max((one for one in untils if one is not None), default=None)
    record_act(
        name="stores.proof_locked" if until else "stores.proof_refused",
        by=act(staff=by, at=at, request_id=request_id),
        at=at,
        subject=row,
        facts={"failures": counts.pair.failures},
    )
    if until is not None:
        return ProofLocked(until=until)
    return PinPaused() if is_paused else ProofRefused()


def _count(tries: ProofTries, most: int, at: datetime) -> datetime | None:
    """One more; the end of the pause that it brings. A pause that is over, or tries
    that are long past, begin anew; a person's at one account only when one was right.
    """
    is_new = tries.locked_until is not None
    if None in (tries.account_id, tries.maker_id):
        is_new = is_new or at >= tries.since + PIN_LOCK
    failures = 1 if is_new else tries.failures + 1
    until = at + PIN_LOCK if failures >= most else None
    _save(tries, failures, at if failures == 1 else tries.since, until)
    return until


def _save(
    tries: ProofTries, failures: int, since: datetime, until: datetime | None
) -> None:
    tries.failures, tries.since, tries.locked_until = failures, since, until
    tries.save(update_fields=["failures", "since", "locked_until"])
