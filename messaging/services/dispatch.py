"""Taking up what is due: each message is looked at anew before it may leave."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from common.tables import zone_of
from members.models import ConsentNow, Member, Purpose
from messaging.addresses import address_of
from messaging.channels import carrier_for
from messaging.encryption import address_digests
from messaging.errors import MessageUnreadable
from messaging.gates import Caps, Decision, MessageFacts, QuietHours, decide
from messaging.models import (
    Message,
    MessageChannel,
    MessageEvent,
    MessageProvider,
    MessageState,
    MessagingPolicy,
    Suppression,
)
from policies import selectors as policies_selectors

from .states import move

# Until then whoever took them up has begun with each, or is taken to be dead.
LEASE: Final = timedelta(minutes=5)
WAITS: Final = (MessageState.WAITING, MessageState.HELD)
_ONE_PER_MEMBER: Final = """
SELECT count(pg_advisory_xact_lock(hashtextextended('messaging:' || m, 0)))
FROM (SELECT unnest(%s::bigint[]) AS m ORDER BY 1) ordered
"""

_TAKE: Final = """
UPDATE messaging_message m
   SET state = 'sending', reason = '', attempts = m.attempts + 1, due_at = %(until)s,
       lease_until = %(until)s, provider = t.provider, counted_on = t.day,
       address_digest = coalesce(nullif(t.digest, ''), m.address_digest)
  FROM unnest(%(ids)s::bigint[], %(providers)s::text[], %(days)s::date[],
              %(digests)s::text[]) AS t (id, provider, day, digest)
 WHERE m.id = t.id
"""


type Consented = tuple[int | None, str, str]


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A message to be handed over now, and at which try that is."""

    message_id: int
    attempt: int


@transaction.atomic(durable=True)
def take_up(*, channel: str, at: datetime, most: int) -> tuple[list[TakenUp], int]:
    """Claim what is due on a channel; of many who do, each gets others.

    The higher priority goes first, then the earlier end. What may not leave now is held
    back or dropped. Gives what is to be handed over, and how many were looked at.
    """
    due = list(_due(channel, at)[:most])
    if not due:
        return [], 0
    facts = _Known(due, at)
    decisions = _decisions(due, facts, at)
    _write_down(due, decisions, facts.digests(), at)
    taken = [
        TakenUp(one.pk, one.attempts + 1)
        for one in due
        if decisions[one.pk].state == MessageState.SENDING
    ]
    return taken, len(due)


def channels_due(*, at: datetime) -> list[str]:
    """On which channels something is due."""
    due = Message.objects.filter(state__in=WAITS, due_at__lte=at)
    return sorted(set(due.order_by().values_list("channel", flat=True).distinct()))


def _due(channel: str, at: datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(channel=channel, state__in=WAITS, due_at__lte=at)
    return (
        rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("version__template")
        .order_by("-priority", F("expires_at").asc(nulls_last=True), "pk")
    )


def _decisions(
    due: Sequence[Message], facts: "_Known", at: datetime
) -> dict[int, Decision]:
    policy = policies_selectors.in_force(MessagingPolicy, at=at)
    quiet = QuietHours(begins=policy.quiet_from, ends=policy.quiet_until)
    caps = Caps(
        most_a_day=policy.most_a_day,
        most_a_week=policy.most_a_week,
        most_a_month=policy.most_a_month,
    )
    decisions = {}
    for message in due:
        decision = decide(facts.of(message), at=at, quiet=quiet, caps=caps)
        if decision.state == MessageState.SENDING:
            facts.count(message, at)
        decisions[message.pk] = decision
    return decisions


class _Known:
    """What is known about a batch of messages, read in a handful of statements."""

    def __init__(self, due: Sequence[Message], at: datetime) -> None:
        self.at = at
        self._members = Member.objects.select_related("home_store").in_bulk(
            {one.member_id for one in due if one.member_id is not None}
        )
        for one in due:
            if one.member_id is not None:
                one.member = self._members[one.member_id]
        self._addresses = {one.pk: _address(one) for one in due}
        self._digests = {
            one.pk: address_digests(one.channel, self._addresses[one.pk]) for one in due
        }
        self._providers = {one.code: one for one in MessageProvider.objects.all()}
        self._consents = self._read_consents(due)
        self._suppressed = self._read_suppressions()
        self._counted = self._read_counted(due)

    def of(self, message: Message) -> MessageFacts:
        """All that is asked about one of them."""
        carrier = carrier_for(message.channel, purpose=message.purpose)
        provider = self._providers.get(carrier.code)
        needs_consent = message.purpose != Purpose.TRANSACTIONAL
        consent = carrier.capabilities.consent
        return MessageFacts(
            purpose=message.purpose,
            expires_at=message.expires_at,
            waits_at_night=message.version.template.waits_at_night,
            is_counted=is_counted(message),
            is_reachable=message.member is None or message.member.is_active,
            has_address=bool(self._addresses[message.pk]),
            has_consent=not needs_consent
            or (message.member_id, message.purpose, consent) in self._consents,
            is_suppressed=self._is_suppressed(message),
            is_set_up=carrier.is_set_up(),
            rests_until=provider.rests_until if provider else None,
            zone=zone_of(message.member, "home_store"),
            counted=self._counted.get(message.member_id or 0, ()),
        )

    def count(self, message: Message, at: datetime) -> None:
        """One more of this member's, for those that come after it."""
        member_id = message.member_id
        if is_counted(message) and member_id is not None:
            message.counted_on = self.day_of(message, at)
            self._counted[member_id].append(message.counted_on)

    def day_of(self, message: Message, at: datetime) -> date:
        """The calendar day that it is where the member lives."""
        return at.astimezone(zone_of(message.member, "home_store")).date()

    def _read_consents(self, due: Iterable[Message]) -> set[Consented]:
        asked = {one.member_id for one in due if one.purpose != Purpose.TRANSACTIONAL}
        rows = ConsentNow.objects.filter(member__in=asked - {None}, granted=True)
        return set(rows.values_list("member_id", "purpose", "channel"))

    def digests(self) -> dict[int, str]:
        """By which a bounce or a complaint finds each of them; none without address."""
        return {
            pk: digests[0] if self._addresses[pk] else ""
            for pk, digests in self._digests.items()
        }

    def _read_suppressions(self) -> dict[str, bool]:
        wanted = {digest for found in self._digests.values() for digest in found}
        found: dict[str, bool] = {}
        rows = Suppression.objects.filter(address_digest__in=wanted, lifted_at=None)
        for digest, is_total in rows.values_list("address_digest", "is_total"):
            found[digest] = is_total or found.get(digest, False)
        return found

    def _is_suppressed(self, message: Message) -> bool:
        needs_consent = message.purpose != Purpose.TRANSACTIONAL
        return any(
            self._suppressed[digest] or needs_consent
            for digest in self._digests[message.pk]
            if digest in self._suppressed
        )

    def _read_counted(self, due: Iterable[Message]) -> dict[int, list[date]]:
        """Locks each member's count, so that two who take up share the slots."""
        mine = [one for one in due if is_counted(one)]
        members = sorted({one.member_id for one in mine if one.member_id is not None})
        counted: dict[int, list[date]] = defaultdict(list)
        if not members:
            return counted
        with connection.cursor() as cursor:
            cursor.execute(_ONE_PER_MEMBER, [members])
        since = self.at.date() - timedelta(days=31)
        rows = Message.objects.filter(member__in=members, counted_on__gte=since)
        others = rows.exclude(pk__in=[one.pk for one in mine])
        for member_id, day in others.values_list("member_id", "counted_on"):
            if day is not None:
                counted[member_id].append(day)
        return counted


def is_counted(message: Message) -> bool:
    """Offers and the like, where they knock at somebody's door."""
    return (
        message.purpose != Purpose.TRANSACTIONAL
        and message.channel != MessageChannel.INBOX
        and message.member_id is not None
    )


def _address(message: Message) -> str:
    try:
        return address_of(message)
    except MessageUnreadable:
        return ""


def _write_down(
    due: Sequence[Message],
    decisions: dict[int, Decision],
    digests: Mapping[int, str],
    at: datetime,
) -> None:
    """One statement for each thing that was decided."""
    sending: list[Message] = []
    groups: dict[Decision, list[int]] = defaultdict(list)
    for message in due:
        decision = decisions[message.pk]
        if decision.state == MessageState.SENDING:
            sending.append(message)
        else:
            groups[decision].append(message.pk)
    if sending:
        _take(sending, digests, at)
    for decision, ids in groups.items():
        if decision.state == MessageState.DROPPED:
            move(
                ids,
                to=MessageState.DROPPED,
                reason=decision.reason,
                only_from=WAITS,
                at=at,
                counted_on=None,
            )
        else:
            _hold(ids, decision, at)


def _take(
    messages: Sequence[Message], digests: Mapping[int, str], at: datetime
) -> None:
    """Theirs until the lease ends; with all that stands in an index, so that beginning
    to hand one over touches none.
    """
    carriers = [carrier_for(one.channel, purpose=one.purpose) for one in messages]
    facts: dict[str, Any] = {
        "ids": [one.pk for one in messages],
        "providers": [carrier.code for carrier in carriers],
        "days": [one.counted_on for one in messages],
        "digests": [digests[one.pk] for one in messages],
        "until": at + LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, facts)


def _hold(ids: Sequence[int], decision: Decision, at: datetime) -> None:
    """Looked at again later; told once for each reason."""
    rows = Message.objects.filter(pk__in=ids)
    if decision.state == MessageState.HELD:
        fresh = rows.filter(~Q(state=MessageState.HELD) | ~Q(reason=decision.reason))
        MessageEvent.objects.bulk_create(
            MessageEvent(message_id=pk, kind="held", at=at, detail=decision.reason)
            for pk in fresh.values_list("pk", flat=True)
        )
    rows.update(
        state=decision.state,
        reason=decision.reason,
        due_at=decision.due_at,
        counted_on=None,
    )
