"""Messages: of many senders one takes each, what a dead one left is found by one."""

import threading
from datetime import timedelta

from members import services as members_services
from members.models import Purpose
from messaging import services as messaging_services
from messaging.models import Message, MessageProvider
from tests import rendezvous
from tests.factories.ledger import NOON
from tests.factories.members import by_themselves
from tests.factories.messaging import a_member, sent, template
from tests.ledger.racing import answers, refusals
from tests.patience import PATIENCE

from .meeting import RUNNERS, Meeting


def a_message_leaves(meeting: Meeting) -> bool:
    sent(template("email"), at=NOON)

    told = meeting.race(
        lambda _: messaging_services.take_up(channel="email", at=NOON, most=10)
    )

    taken = [one for found, _looked_at in answers(told) for one in found]
    return len(taken) == 1 and Message.objects.get().attempts == 1


def a_dead_senders_message(meeting: Meeting) -> bool:
    sent(template("email"), at=NOON)
    messaging_services.take_up(channel="email", at=NOON, most=10)
    later = NOON + timedelta(minutes=5)

    told = meeting.race(lambda _: messaging_services.find_lost(at=later))

    return not refusals(told) and sum(answers(told)) == 1


def what_is_called_off_does_not_leave(meeting: Meeting) -> bool:
    """Whoever calls messages off has looked, and a sender comes for one of them."""
    sent(template("email"), at=NOON)
    has_looked, is_taken = threading.Event(), threading.Event()

    def wait(_number: int) -> None:
        has_looked.set()
        is_taken.wait(PATIENCE)

    def held(_number: int) -> None:
        has_looked.set()
        rendezvous.meet()

    def work(number: int) -> int:
        if number == 0:
            waiting = Message.objects.values("pk")
            return messaging_services.cancel_waiting_step(messages=waiting, at=NOON)
        has_looked.wait(PATIENCE)
        taken, _ = messaging_services.take_up(channel="email", at=NOON, most=10)
        is_taken.set()
        return len(taken)

    told = meeting.race(work, runners=2, wait=wait, held=held)

    return not refusals(told) and sum(answers(told)) == 1


def a_member_gets_no_more_than_the_cap(meeting: Meeting) -> bool:
    member, version = a_member(), template(purpose=Purpose.MARKETING)
    members_services.give_consent(
        member_id=member.pk,
        purpose=Purpose.MARKETING,
        channels=["email"],
        by=by_themselves(member),
        at=NOON,
    )
    for _ in range(RUNNERS):
        sent(version, to=member, at=NOON)

    told = meeting.race(
        lambda _: messaging_services.take_up(channel="email", at=NOON, most=1)
    )

    taken = [one for found, _looked_at in answers(told) for one in found]
    return not refusals(told) and len(taken) == 1


def a_slot_is_given_once(meeting: Meeting) -> bool:
    MessageProvider.objects.create(code="email", per_second=1)
    version = template("email")
    for _ in range(RUNNERS):
        sent(version, at=NOON)
    taken, _looked_at = messaging_services.take_up(channel="email", at=NOON, most=9)

    def begin(number: int) -> float:
        (parcel,) = messaging_services.prepare(
            taken=[taken[number]], brand="x", at=NOON
        )
        return messaging_services.begin(parcel, at=NOON, clock=NOON)

    told = meeting.race(begin)

    return not refusals(told) and answers(told).count(0) == 1
