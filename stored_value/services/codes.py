"""The payment code: six digits that only the member knows."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from common.digits import is_guessed_first
from ledger.services import Act
from stored_value.errors import CodeLocked, CodeRefused, CodeTooSimple
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stores import services as stores_services

from .doing import require_in_use

SET = "stored_value.set_payment_code"
TRIES = 5
LOCK = timedelta(minutes=15)
SIX_DIGITS = re.compile(r"[0-9]{6}")


def set_payment_code(*, member_id: int, code: str, by: Act, at: datetime) -> None:
    """Give a member a new payment code; a lock from wrong tries ends with it."""
    if not SIX_DIGITS.fullmatch(code) or is_guessed_first(code):
        raise CodeTooSimple
    hashed = make_password(code)
    with transaction.atomic():
        require_in_use(Holder.member(member_id))
        by = stores_services.use_limit(by=by, act=SET, amount=0, at=at)
        row, _made = PaymentCode.objects.update_or_create(
            member_id=member_id,
            defaults={
                "code_hash": hashed,
                "failures": 0,
                "locked_until": None,
                "set_at": at,
            },
        )
        stores_services.record_act(
            name="stored_value.code_set", by=by, at=at, subject=row
        )


def prove_payment_code(*, member_id: int, code: str, by: Act, at: datetime) -> None:
    """Raise unless this is the member's code: CodeRefused, or CodeLocked for a while.

    A transaction of its own, to be called before the act's: the count of wrong tries
    must outlive the refusal.
    """
    locked_until, right = _try(member_id, code, by, at)
    if locked_until is not None:
        raise CodeLocked(until=locked_until)
    if not right:
        raise CodeRefused


@transaction.atomic(durable=True)
def _try(
    member_id: int, code: str, by: Act, at: datetime
) -> tuple[datetime | None, bool]:
    """Under the row's lock, so that guesses sent at once are counted one by one."""
    row = (
        PaymentCode.objects.select_for_update(no_key=True)
        .filter(member_id=member_id)
        .first()
    )
    if row is None:
        return None, False
    failures = row.failures
    if row.locked_until is not None:
        if at < row.locked_until:
            return row.locked_until, False
        failures = 0
    mine = PaymentCode.objects.filter(pk=row.pk)
    if check_password(code, row.code_hash):
        if row.failures or row.locked_until:
            mine.update(failures=0, locked_until=None)
        return None, True
    failures += 1
    until = at + LOCK if failures >= TRIES else None
    mine.update(failures=failures, locked_until=until)
    stores_services.record_act(
        name="stored_value.code_locked" if until else "stored_value.code_refused",
        by=by,
        at=at,
        subject=row,
        facts={"failures": failures},
    )
    return until, False
