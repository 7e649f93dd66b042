"""What messages do by themselves: leave when they may, be cleared up.

Nothing is lost with the broker: what is to be sent stands in the table, and each tick
looks there anew.
"""

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic, sleep

from celery import shared_task
from django.utils.timezone import now
from kombu.exceptions import OperationalError
from structlog import get_logger

from common import mail
from common.alone import alone
from messaging import services as messaging_services
from messaging.channels import SendStatus
from messaging.development import keep_copy
from messaging.models import MessageChannel
from messaging.services import GONE, RESTS, AcceptedMessage, PreparedMessage
from policies import selectors as policies_selectors
from policies.models import ShopPolicy

AT_ONCE = 20
# As many send on one channel at the same time; a slow provider keeps no more waiting.
SENDERS = 2
SECONDS_IN_A_ROW = 50.0
log = get_logger(__name__)


@shared_task(acks_late=True)
def send_due_messages(**_unknown: object) -> int:
    """Call a sender for each channel with something due; how many were called."""
    channels = messaging_services.channels_due(at=now())
    with suppress(OperationalError):  # the broker is away: the next tick calls them
        for channel in channels:
            send_channel.apply_async(kwargs={"channel": channel}, expires=30)
    return len(channels)


@shared_task(acks_late=True)
def send_channel(*, channel: str, **_unknown: object) -> int:
    """Send what is due on one channel; how many were handed over."""
    if channel not in MessageChannel.values:
        return 0
    for number in range(SENDERS):
        with alone(f"messaging.send:{channel}", number) as is_mine:
            if is_mine:
                return send_in_a_row(channel, seconds=SECONDS_IN_A_ROW)
    return 0


def send_in_a_row(channel: str, *, seconds: float) -> int:
    """Until nothing is due any more, or for so long."""
    began, handed_over = monotonic(), 0
    brand = policies_selectors.in_force(ShopPolicy, at=now()).brand
    with mail.kept_open():
        while monotonic() - began < seconds:
            taken, looked_at = messaging_services.take_up(
                channel=channel, at=now(), most=AT_ONCE
            )
            if not looked_at:
                break
            prepared = messaging_services.prepare(taken=taken, brand=brand, at=now())
            done = send_each(prepared, until=began + seconds)
            handed_over += done
            if done < len(prepared):
                break
    return handed_over


def send_each(prepared: Sequence[PreparedMessage], *, until: float) -> int:
    """One after the other; how many, and what did not go now waits again."""
    line = ProviderLine(until)
    try:
        for number, parcel in enumerate(prepared):
            if not line.send(parcel):
                for rest in prepared[number:]:
                    messaging_services.give_back(
                        message_id=rest.message.pk, attempt=rest.attempt, at=now()
                    )
                return number
    finally:
        line.settle()
    return len(prepared)


class ProviderLine:
    """One message after the other, each in the hands of its provider or written down.

    That one was taken is written down by the commit in which the next begins.
    """

    def __init__(self, until: float) -> None:
        self.until = until
        self.accepted: AcceptedMessage | None = None

    def send(self, parcel: PreparedMessage) -> bool:
        """Hand one over, as soon as its provider may; False: for now nothing goes."""
        while (answer := self._begin(parcel)) != 0:
            if answer == GONE:
                return True
            if answer == RESTS or monotonic() + answer > self.until:
                return False
            sleep(answer)
        outcome = messaging_services.hand_over(parcel)
        if outcome.fate in {SendStatus.ACCEPTED, SendStatus.DELIVERED}:
            self.accepted = AcceptedMessage(parcel, outcome)
            keep_copy(parcel.letter, channel=parcel.message.channel, at=now())
        else:
            messaging_services.settle(
                message_id=parcel.message.pk,
                attempt=parcel.attempt,
                outcome=outcome,
                at=now(),
            )
        return True

    def settle(self) -> None:
        """Write down what was taken last."""
        if self.accepted is not None:
            messaging_services.settle_accepted(
                self.accepted.parcel, self.accepted.outcome, now()
            )
        self.accepted = None

    def _begin(self, parcel: PreparedMessage) -> float:
        answer = messaging_services.begin(parcel, after=self.accepted, at=now())
        self.accepted = None
        return answer


@shared_task(acks_late=True)
def look_after_messages(**_unknown: object) -> int:
    """Find what dead workers left, and ask about what nobody knows; how many."""
    found = messaging_services.find_lost(at=now())
    for message_id in messaging_services.unclear(at=now()):
        found += messaging_services.clear_up(message_id=message_id, at=now())
    return found
