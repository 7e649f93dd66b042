"""Whether a message may leave now: pure rules over facts that were read before.

No clock, no database. Service messages are never capped; what needs a consent waits out
the quiet hours and has its turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from members.models import Purpose

from .models import MessageReason, MessageState

WINDOWS: Final = ((1, "most_a_day"), (7, "most_a_week"), (30, "most_a_month"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many messages that need a consent a member gets in so many days."""

    most_a_day: int
    most_a_week: int
    most_a_month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From one time of the day to another, by the member's clock."""

    begins: time
    ends: time

    def end_after(self, at: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours that hold now are over; None outside of them."""
        local = at.astimezone(zone)
        clock = local.time()
        if self.begins == self.ends:
            return None
        if self.begins < self.ends:
            is_quiet, days = self.begins <= clock < self.ends, 0
        else:
            is_quiet = clock >= self.begins or clock < self.ends
            days = 1 if clock >= self.begins else 0
        if not is_quiet:
            return None
        end = local.date() + timedelta(days=days)
        return datetime.combine(end, self.ends, tzinfo=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What is known about a message when it is looked at."""

    purpose: str
    expires_at: datetime | None
    waits_at_night: bool
    is_counted: bool  # among those of which a member gets only so many
    is_reachable: bool  # the member is active, or it is no member
    has_address: bool
    has_consent: bool
    is_suppressed: bool
    is_set_up: bool
    rests_until: datetime | None
    zone: tzinfo
    # The days on which others were counted, of this member.
    counted: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with a message now."""

    state: MessageState
    reason: str = ""
    due_at: datetime | None = None


SEND: Final = Decision(MessageState.SENDING)


def decide(
    facts: MessageFacts, *, at: datetime, quiet: QuietHours, caps: Caps
) -> Decision:
    """Send it, hold it back until a later moment, or drop it for a reason."""
    reason = _why_never(facts, at)
    if reason:
        return Decision(MessageState.DROPPED, reason)
    if facts.rests_until is not None and facts.rests_until > at:
        return Decision(MessageState.WAITING, "", facts.rests_until)
    needs_consent = facts.purpose != Purpose.TRANSACTIONAL
    if needs_consent or facts.waits_at_night:
        ends = quiet.end_after(at, facts.zone)
        if ends is not None:
            return Decision(MessageState.HELD, MessageReason.QUIET, ends)
    if needs_consent and facts.is_counted:
        free_on = next_free_day(facts.counted, at.astimezone(facts.zone).date(), caps)
        if free_on is not None:
            begins = datetime.combine(free_on, time(0), tzinfo=facts.zone)
            held_until = quiet.end_after(begins, facts.zone) or begins
            return Decision(MessageState.HELD, MessageReason.CAP, held_until)
    return SEND


def next_free_day(counted: Sequence[date], today: date, caps: Caps) -> date | None:
    """The first day on which one more would not be too many; None for today."""
    for days in range(31):
        day = today + timedelta(days=days)
        if all(
            sum(day - timedelta(days=length) < one <= day for one in counted)
            < getattr(caps, most)
            for length, most in WINDOWS
        ):
            return None if days == 0 else day
    return today + timedelta(days=31)


def _why_never(facts: MessageFacts, at: datetime) -> str:
    checks = (
        (
            facts.expires_at is not None and facts.expires_at <= at,
            MessageReason.EXPIRED,
        ),
        (not facts.is_reachable, MessageReason.GONE),
        (not facts.has_address, MessageReason.ADDRESS),
        (not facts.has_consent, MessageReason.CONSENT),
        (facts.is_suppressed, MessageReason.SUPPRESSED),
        (not facts.is_set_up, MessageReason.CHANNEL),
    )
    return next((str(reason) for is_so, reason in checks if is_so), "")
