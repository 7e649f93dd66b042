"""Handing a message over, and writing down what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F
from structlog import get_logger

from members.models import Purpose
from messaging import outcomes
from messaging.channels import (
    SendResult,
    SendStatus,
    carrier_for,
)
from messaging.encryption import address_digest
from messaging.models import (
    Message,
    MessageProvider,
    MessageReason,
    MessageState,
)

from .prepare import PreparedMessage
from .states import move

MOST_TRIES: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
# After it, one more look at what nobody knows.
LOOK_AGAIN: Final = timedelta(minutes=10)
# How long handing over one message may take before its worker is taken to be dead.
IN_HAND: Final = timedelta(minutes=2)
FAILURES_TO_REST: Final = 5
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=15)
GONE, RESTS = -1, -2
BEGIN: Final = (
    "SELECT messaging_begin(%s::bigint, %s::int, %s::text, %s::text,"
    " %s::timestamptz, make_interval(secs => %s), %s::timestamptz)"
)
ACCEPT_AND_BEGIN: Final = (
    "SELECT messaging_accept_and_begin(%s::bigint, %s::int, %s::text, %s::text,"
    " %s::text, %s::bigint, %s::int, %s::text, %s::text, %s::timestamptz,"
    " make_interval(secs => %s))"
)
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message that its provider took, which is not yet written down."""

    parcel: PreparedMessage
    outcome: SendResult

    def facts(self) -> list[int | str]:
        """What is written down."""
        return [
            self.parcel.message.pk,
            self.parcel.attempt,
            _accepted_state(self.outcome),
            self.outcome.reference,
            self.outcome.detail[:80],
        ]


def begin(
    parcel: PreparedMessage,
    *,
    at: datetime,
    after: AcceptedMessage | None = None,
    clock: datetime | None = None,
) -> float:
    """Ask for the next slot of the provider, and note that the handing over begins: in
    one statement, which is to be its own transaction. `after` is the message before it
    on this line, written down by the same commit.

    0: go. More: seconds to wait, nothing is begun. GONE: it is another's. RESTS: the
    provider does not answer just now, or has enough to do. Slots are given out by the
    database's own clock, unless one is given.
    """
    asked = [
        parcel.message.pk,
        parcel.attempt,
        parcel.carrier.code,
        parcel.letter.address and digest_of(parcel),
        at,
        IN_HAND.seconds,
    ]
    if after is not None and clock is None and not _is_heard(after):
        return _ask(ACCEPT_AND_BEGIN, [*after.facts(), *asked])
    if after is not None:
        settle_accepted(after.parcel, after.outcome, at)
    return _ask(BEGIN, [*asked, clock])


def _ask(statement: str, facts: Sequence[Any]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        (found,) = cursor.fetchone()
    return float(found)


def _is_heard(accepted: AcceptedMessage) -> bool:
    return outcomes.is_heard(accepted.parcel.message.key)


def digest_of(parcel: PreparedMessage) -> str:
    """By which a bounce or a complaint about a member's address finds it."""
    return address_digest(parcel.message.channel, parcel.letter.address)


def hand_over(parcel: PreparedMessage) -> SendResult:
    """Send it; whatever is raised leaves open whether it left."""
    try:
        return parcel.carrier.send(parcel.letter)
    except Exception as failure:
        log.exception("message_unclear", message_id=parcel.message.pk)
        return SendResult(SendStatus.UNKNOWN, detail=type(failure).__name__)


def settle_accepted(parcel: PreparedMessage, outcome: SendResult, at: datetime) -> bool:
    """Write down that it was taken, in one statement. False where another has settled
    it since.
    """
    accepted = AcceptedMessage(parcel, outcome)
    facts = [*accepted.facts(), at]
    if not _is_heard(accepted):
        return _accept(facts)
    with transaction.atomic(durable=True):
        is_mine = _accept(facts)
        if is_mine:
            state = _accepted_state(outcome)
            outcomes.tell([parcel.message.pk], state=state, at=at)
    return is_mine


def _accept(facts: Sequence[int | str | datetime]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT messaging_accept(%s::bigint, %s::int, %s::text, %s::text,"
            " %s::text, %s::timestamptz)",
            facts,
        )
        (is_mine,) = cursor.fetchone()
    return bool(is_mine)


@transaction.atomic(durable=True)
def settle(*, message_id: int, attempt: int, outcome: SendResult, at: datetime) -> bool:
    """Write down what came of a try. False where another has settled it since."""
    message = Message.objects.select_related("version__template").get(pk=message_id)
    if message.attempts != attempt:
        return False
    _note_provider(message.provider, outcome, at)
    step = _STEPS[outcome.fate]
    return step(message, outcome, at)


def _accepted(message: Message, outcome: SendResult, at: datetime) -> bool:
    return _move(
        message,
        _accepted_state(outcome),
        outcome,
        at,
        accepted_at=at,
        provider_reference=outcome.reference,
    )


def _accepted_state(outcome: SendResult) -> MessageState:
    """Some channels know at once that it has arrived."""
    is_there = outcome.fate == SendStatus.DELIVERED
    return MessageState.DELIVERED if is_there else MessageState.ACCEPTED


def _not_sent(message: Message, outcome: SendResult, at: datetime) -> bool:
    """It surely did not leave: again in a while, five times in all."""
    if message.attempts >= MOST_TRIES:
        return _failed(message, outcome, at, reason=MessageReason.TRIES)
    pause = min(FIRST_PAUSE * 4 ** (message.attempts - 1), LONGEST_PAUSE)
    return _again(message, at + pause, at, outcome.detail)


def _refused(message: Message, outcome: SendResult, at: datetime) -> bool:
    return _failed(message, outcome, at, reason=MessageReason.REFUSED)


def _bounced(message: Message, outcome: SendResult, at: datetime) -> bool:
    return _move(message, MessageState.BOUNCED, outcome, at)


def _failed(
    message: Message, outcome: SendResult, at: datetime, *, reason: str
) -> bool:
    return _move(
        message, MessageState.FAILED, outcome, at, reason=reason, counted_on=None
    )


def _unknown(message: Message, outcome: SendResult, at: datetime) -> bool:
    """Nobody knows: the provider is asked, or service is sent once more, later."""
    return _move(
        message, MessageState.UNKNOWN, outcome, at, **when_unknown(message, at)
    )


def when_unknown(message: Message, at: datetime) -> dict[str, Any]:
    """When something more can be done about it; else its codes go, and it stays so."""
    carrier = carrier_for(message.channel, purpose=message.purpose)
    if carrier.capabilities.can_be_asked or may_go_twice(message):
        return {"due_at": at + LOOK_AGAIN}
    return {"sealed_values": "", "reason": MessageReason.SILENT}


def may_go_twice(message: Message) -> bool:
    """Service that may not have left goes once more; an offer never does."""
    return message.purpose == Purpose.TRANSACTIONAL and not message.sent_twice


def _again(message: Message, due_at: datetime, at: datetime, detail: str) -> bool:
    gone = move(
        [message.pk],
        to=MessageState.WAITING,
        at=at,
        only_from=(MessageState.SENDING,),
        due_at=due_at,
    )
    if gone:
        message.events.create(kind="again", at=at, detail=detail[:80])
    return bool(gone)


def _move(
    message: Message,
    to: MessageState,
    outcome: SendResult,
    at: datetime,
    *,
    reason: str = "",
    due_at: datetime | None = None,
    **also: Any,
) -> bool:
    # A worker that was taken to be dead may still tell what it knows.
    before = (MessageState.SENDING, MessageState.UNKNOWN)
    return bool(
        move(
            [message.pk],
            to=to,
            at=at,
            only_from=before if to != MessageState.UNKNOWN else before[:1],
            reason=reason,
            due_at=due_at,
            detail=outcome.detail[:80],
            **also,
        )
    )


_STEPS: Mapping[SendStatus, Callable[[Message, SendResult, datetime], bool]] = {
    SendStatus.ACCEPTED: _accepted,
    SendStatus.DELIVERED: _accepted,
    SendStatus.BOUNCED: _bounced,
    SendStatus.COMPLAINED: _bounced,
    SendStatus.REFUSED: _refused,
    SendStatus.NOT_SENT: _not_sent,
    SendStatus.UNHEARD: _not_sent,
    SendStatus.UNKNOWN: _unknown,
}


@transaction.atomic(durable=True)
def give_back(*, message_id: int, attempt: int, at: datetime) -> None:
    """What was taken up and not begun waits again, as if it had not been."""
    gone = Message.objects.filter(
        pk=message_id,
        attempts=attempt,
        state=MessageState.SENDING,
        handed_over_at=None,
    ).update(
        state=MessageState.WAITING,
        attempts=F("attempts") - 1,
        lease_until=None,
        due_at=at,
        counted_on=None,
    )
    if not gone:
        log.info("message_taken_by_another", message_id=message_id)


def _note_provider(code: str, outcome: SendResult, at: datetime) -> None:
    """A provider that fails five times in a row is left alone for a while."""
    mine = MessageProvider.objects.filter(code=code)
    if outcome.fate not in {SendStatus.NOT_SENT, SendStatus.UNKNOWN}:
        mine.filter(failures__gt=0).update(failures=0, rests_until=None)
        return
    found, _made = MessageProvider.objects.get_or_create(code=code)
    failures = min(found.failures + 1, 30)
    rests = None
    if failures >= FAILURES_TO_REST:
        doubled = FIRST_REST * 2 ** (failures - FAILURES_TO_REST)
        rests = at + min(doubled, LONGEST_REST)
    mine.update(failures=failures, rests_until=rests)
