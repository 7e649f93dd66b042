"""The rotating code at the till: read, and used up, once."""

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from cards.errors import CodeRefused, CodesLocked
from cards.models import Card, CardsPolicy, CodeGuess, CodeUse
from cards.numbers import digits_of
from cards.selectors import read_shown_code
from cards.tokens import Shown
from ledger.services import Act
from members.models import Member
from policies import selectors as policies_selectors
from policies.models import MOST_HOURS_BACK
from stores import services as stores_services

# Longer than any till may queue a bill with a code (`policies.MOST_HOURS_BACK`).
KEPT: Final = timedelta(hours=MOST_HOURS_BACK, days=1)


def use_rotating_code(*, code: str, at: datetime, by: Act) -> CodeUse:
    """Whoever shows this code is who they say; it is used up, and serves nobody again.

    A transaction of its own, to be called before the sale's: the count of wrong codes
    must outlive the refusal. Raises CodeRefused, CodesLocked.
    """
    outcome = _try(code, at, by)
    if isinstance(outcome, datetime):
        raise CodesLocked(until=outcome)
    if outcome is None:
        raise CodeRefused
    return outcome


@transaction.atomic(durable=True)
def _try(code: str, at: datetime, by: Act) -> CodeUse | datetime | None:
    """Under the place's lock, so that guesses sent at once are counted one by one."""
    place, clock = place_of(by), by.clock(at)
    CodeGuess.objects.bulk_create(
        [CodeGuess(place=place, first_at=clock)], ignore_conflicts=True
    )
    guesses = CodeGuess.objects.select_for_update(no_key=True).get(place=place)
    if guesses.locked_until is not None and clock < guesses.locked_until:
        return guesses.locked_until
    shown = read_shown_code(digits_of(code), at=at)
    if shown is None:
        return _wrong(guesses, clock, by)
    use = _use_up(shown, at, by)
    if use is not None and (guesses.wrong or guesses.locked_until):
        CodeGuess.objects.filter(pk=guesses.pk).update(wrong=0, locked_until=None)
    return use


def _use_up(shown: Shown, at: datetime, by: Act) -> CodeUse | None:
    """The insert is the use: of two who bring one code, one has made the row."""
    if not _may_pay(shown, at):
        return None
    try:
        with transaction.atomic():
            return CodeUse.objects.create(
                card_id=shown.card_id,
                member_id=shown.member_id,
                step=shown.step,
                device_id=shown.device_id,
                at=at,
                actor=by.actor,
            )
    except IntegrityError:
        return None


def _may_pay(shown: Shown, at: datetime) -> bool:
    if shown.card_id is not None:
        card = Card.objects.filter(pk=shown.card_id).first()
        return card is not None and card.is_usable(at)
    members = Member.objects.filter(status=Member.Status.ACTIVE)
    return shown.member_id is not None and members.filter(pk=shown.member_id).exists()


def _wrong(guesses: CodeGuess, at: datetime, by: Act) -> datetime | None:
    policy = policies_selectors.in_force(CardsPolicy, at=at)
    pause = timedelta(minutes=policy.wrong_codes_minutes)
    was_locked = guesses.locked_until is not None
    is_new = was_locked or at >= guesses.first_at + pause
    wrong = 1 if is_new else guesses.wrong + 1
    until = at + pause if wrong >= policy.wrong_codes else None
    CodeGuess.objects.filter(pk=guesses.pk).update(
        wrong=wrong, first_at=at if is_new else guesses.first_at, locked_until=until
    )
    stores_services.record_act(
        name="cards.codes_locked" if until else "cards.code_refused",
        by=by,
        at=at,
        facts={"wrong": wrong},
    )
    return until


def place_of(by: Act) -> str:
    """Where guesses are counted together: the till, else whoever asks."""
    return f"till:{by.till_id}" if by.till_id is not None else by.actor


def sweep_codes(*, at: datetime) -> int:
    """Forget codes that were used up days ago; how many."""
    old = CodeUse.objects.filter(at__lt=at - KEPT)
    return old.delete()[0]
