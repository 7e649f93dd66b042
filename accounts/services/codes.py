"""Asking for a code: the same work and the same answer, whosever phone it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from accounts.digests import digest_of, new_code
from accounts.models import CodeBudget, CodeState, SignInCode, SignInPolicy
from common.sums import more
from members import phones
from members.models import Member
from messaging import services as messaging_services
from messaging.models import MessageChannel
from messaging.services import OutgoingMessage
from policies import selectors as policies_selectors

TEMPLATE: Final = "one_time_code"
A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)
# In the order of their numbers, so that no two wait in a circle.
TAKE_TURNS: Final = """
SELECT count(pg_advisory_xact_lock(turn)) FROM (
  SELECT DISTINCT hashtextextended(s, 771) AS turn FROM unnest(%s::text[]) AS s
  ORDER BY 1) turns
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """Who asks: a phone in E.164, the browser's own secret, the address it came from
    and the language it reads.
    """

    phone: str
    browser: str
    address: str
    language: str

    @property
    def digests(self) -> dict[str, str]:
        """What is kept of it."""
        return {
            "browser_digest": digest_of("browser", self.browser),
            "phone_digest": digest_of("phone", self.phone),
            "address_digest": digest_of("address", self.address),
        }


@transaction.atomic(durable=True)
def request_code(*, request: CodeRequest, at: datetime) -> SignInCode:
    """Send a code to the phone of a member; nothing to anybody else's.

    What comes back never says which: neither it nor its time may. Asked for again by
    the same browser before the pause is over, it is the first request.
    """
    _take_turns(request)
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    again = _asked_already(request, policy, at)
    if again is not None:
        return again
    is_few = _is_within_limits(request, policy, at)
    member = Member.objects.filter(
        phone=request.phone, status=Member.Status.ACTIVE
    ).first()
    may_have = is_few and request.phone.startswith(tuple(policy.prefixes))
    is_sent = _pay(policy, at, is_wanted=may_have and member is not None)
    code = new_code()
    state = CodeState.SENT if is_sent else CodeState.NOBODY
    row = SignInCode.objects.create(
        **request.digests,
        phone_hint=phones.masked(request.phone),
        member=member if is_sent else None,
        code_digest=digest_of_code(request.digests, code) if is_sent else "",
        state=state if may_have and (is_sent or member is None) else CodeState.LIMITED,
        asked_at=at,
        expires_at=at + timedelta(minutes=policy.code_minutes),
    )
    _send(row, request, code, policy, at, is_sent=is_sent)
    return row


def digest_of_code(digests: dict[str, str], code: str) -> str:
    """A code is good in the browser that asked, for the phone it was asked for."""
    told = f"{digests['browser_digest']}:{digests['phone_digest']}:{code}"
    return digest_of("code", told)


def _take_turns(request: CodeRequest) -> None:
    """One at a time for a phone, and one for an address: counts hold at once too."""
    subjects: Sequence[str] = [
        f"accounts:{name}:{digest}" for name, digest in sorted(request.digests.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURNS, [list(subjects)])


def _asked_already(
    request: CodeRequest, policy: SignInPolicy, at: datetime
) -> SignInCode | None:
    """What the same browser asked for this phone a moment ago: a doubled tap."""
    mine = SignInCode.objects.filter(
        browser_digest=request.digests["browser_digest"],
        asked_at__gt=at - timedelta(seconds=policy.pause_seconds),
    )
    last = mine.order_by("-asked_at", "-pk").first()
    if last is None or last.phone_digest != request.digests["phone_digest"]:
        return None
    is_open = last.is_open(most=policy.code_tries, at=at)
    return last if is_open and last.state != CodeState.LIMITED else None


def _is_within_limits(request: CodeRequest, policy: SignInPolicy, at: datetime) -> bool:
    """What was refused counts against the address alone: strangers who ask on and on
    keep nobody out for longer than the day's codes do.
    """
    to_phone = list(
        SignInCode.objects.filter(
            phone_digest=request.digests["phone_digest"], asked_at__gt=at - A_DAY
        )
        .exclude(state=CodeState.LIMITED)
        .order_by("-asked_at")
        .values_list("asked_at", flat=True)[: policy.most_per_phone]
    )
    from_address = SignInCode.objects.filter(
        address_digest=request.digests["address_digest"], asked_at__gt=at - AN_HOUR
    ).count()
    pause = timedelta(seconds=policy.pause_seconds)
    return (
        len(to_phone) < policy.most_per_phone
        and (not to_phone or to_phone[0] <= at - pause)
        and from_address < policy.most_per_address
    )


def _pay(policy: SignInPolicy, at: datetime, *, is_wanted: bool) -> bool:
    """Whether one more may be sent this hour; the same statements where none is."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    CodeBudget.objects.bulk_create(
        [CodeBudget(hour=hour, allowed=policy.most_an_hour)], ignore_conflicts=True
    )
    asked = hour if is_wanted else hour - A_DAY * 10_000
    left = CodeBudget.objects.filter(hour=asked, sent__lt=F("allowed"))
    return left.update(sent=more("sent", 1)) == 1


def _host() -> str:
    """Where a phone may fill the code in by itself."""
    return urlsplit(settings.PUBLIC_URL).hostname or ""


def _send(
    row: SignInCode,
    request: CodeRequest,
    code: str,
    policy: SignInPolicy,
    at: datetime,
    *,
    is_sent: bool,
) -> None:
    """Written for everybody, and taken back where it is nobody's: whoever measures how
    long we take learns nothing.
    """
    with transaction.atomic():
        messaging_services.send_message(
            message=OutgoingMessage(
                key=f"sign_in:{row.pk}",
                template=TEMPLATE,
                channel=MessageChannel.SMS,
                address=request.phone,
                values={"code": code, "minutes": policy.code_minutes, "host": _host()},
                language=request.language,
                expires_at=row.expires_at,
                priority=100,
            ),
            at=at,
        )
        if not is_sent:
            transaction.set_rollback(True)
