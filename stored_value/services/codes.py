"""The payment code: six digits that only the member knows."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from cards import services as cards_services
from cards.models import CodeUse
from common.digits import is_guessed_first
from ledger.services import Act
from members import services as members_services
from stored_value.errors import (
    CodeLocked,
    CodeNeeded,
    CodeProofNeeded,
    CodeRefused,
    CodeTooSimple,
)
from stored_value.holders import Holder
from stored_value.models import PaymentCode
from stores import services as stores_services
from stores.models import Approval

from .doing import require_in_use

SET = "stored_value.set_payment_code"
# A member who is signed in has proven to be it; a task asks for nobody.
NO_DOUBT = ("member:", "system:")
TRIES = 5
LOCK = timedelta(minutes=15)
SIX_DIGITS = re.compile(r"[0-9]{6}")


def set_payment_code(
    *,
    member_id: int,
    code: str,
    by: Act,
    at: datetime,
    rotating_code: str | None = None,
    approval: Approval | None = None,
) -> None:
    """Give a member a new payment code; a lock from wrong tries ends with it.

    Whoever sets it has to be the member: by being signed in, by the rotating code on
    their phone, or by an approver who knows them. Raises CodeTooSimple,
    CodeProofNeeded, ApprovalNotUsable, CodeNeeded and what cards refuse of a code.
    """
    hashed = hash_payment_code(code)
    stores_services.require_for(by, SET)
    is_proven = by.actor.startswith(NO_DOUBT)
    if rotating_code is not None:
        shown = cards_services.use_rotating_code(code=rotating_code, at=at, by=by)
        if Holder.member(member_id) not in shown_by(shown):
            raise CodeNeeded
        is_proven = True
    if not is_proven and approval is None:
        raise CodeProofNeeded(act=SET)
    with transaction.atomic():
        require_in_use(Holder.member(member_id))
        if approval is None and not (by.actor.startswith(NO_DOUBT) and _has(member_id)):
            # Else whoever has the phone sets a code, and lifts a freeze by it.
            members_services.refuse_frozen_step(member_id)
        by = stores_services.use_limit(
            by=by,
            act=SET,
            amount=0,
            at=at,
            approval=approval,
            subject=subject_of_code(member_id),
        )
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


def _has(member_id: int) -> bool:
    return PaymentCode.objects.filter(member_id=member_id).exists()


def hash_payment_code(code: str) -> str:
    """What is kept of a payment code. Raises CodeTooSimple."""
    if not SIX_DIGITS.fullmatch(code) or is_guessed_first(code):
        raise CodeTooSimple
    return make_password(code)


def subject_of_code(member_id: int) -> str:
    """What an approval of a payment code is about."""
    return f"payment_code:{member_id}"


def shown_by(shown: CodeUse) -> set[Holder]:
    """Whose wallets a rotating code opens: the card's own, and its member's."""
    card = shown.card
    member_id = shown.member_id or (card.member_id if card else None)
    found = {Holder.member(member_id)} if member_id else set()
    return found | ({Holder.card(card.pk)} if card and not member_id else set())


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
    at = by.clock(at)
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
