"""Asking for a code: the same work and the same answer, whosever phone it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from accounts.digests import digest_of, email_digest, new_code, phone_digest
from accounts.models import (
    SENT_TO_ANYBODY,
    CodeBudget,
    CodePurpose,
    CodeState,
    SignInCode,
    SignInPolicy,
    VerifiedEmail,
)
from common.sums import more
from members import phones
from members.models import Member
from messaging import services as messaging_services
from messaging.encryption import encrypt
from messaging.models import MessageChannel
from messaging.services import OutgoingMessage
from policies import selectors as policies_selectors

TEMPLATE: Final = "one_time_code"
# What it opens is said where it is money, or cannot be undone.
TEMPLATES: Final = {
    CodePurpose.PAYMENT_CODE: "payment_code_proof",
    CodePurpose.UNFREEZE: "unfreeze_proof",
    CodePurpose.CLOSURE: "closure_proof",
}
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
    """Who asks: a phone in E.164 or an e-mail address, the browser's own secret, the
    address it came from, the language it reads, and what the code is for.
    """

    browser: str
    address: str
    language: str
    phone: str = ""
    email: str = ""
    purpose: CodePurpose = CodePurpose.SIGN_IN

    @property
    def contact(self) -> str:
        """Where the code goes."""
        return self.email or self.phone

    @property
    def channel(self) -> MessageChannel:
        return MessageChannel.EMAIL if self.email else MessageChannel.SMS

    @property
    def hint(self) -> str:
        """Enough of it to recognise it by."""
        if self.email:
            return phones.masked_email(self.email)[:80]
        return phones.masked(self.phone)

    @property
    def contact_digest(self) -> str:
        """By which it is found again."""
        return email_digest(self.email) if self.email else phone_digest(self.phone)

    @property
    def digests(self) -> dict[str, str]:
        """What is kept of it."""
        return {
            "browser_digest": digest_of("browser", self.browser),
            "phone_digest": self.contact_digest,
            "address_digest": digest_of("address", self.address),
        }


@transaction.atomic(durable=True)
def request_code(*, request: CodeRequest, at: datetime) -> SignInCode:
    """Send a code to the phone or the proven address of a member, and to anybody's
    where it is for what is no member's yet; nothing to anybody else.

    What comes back never says which: neither it nor its time may. Asked for again by
    the same browser before the pause is over, it is the first request.
    """
    _take_turns(request)
    policy = policies_selectors.in_force(SignInPolicy, at=at)
    again = _asked_already(request, policy, at)
    if again is not None:
        return again
    is_few = _is_within_limits(request, policy, at)
    member = owner_of(request)
    is_wanted = member is not None or request.purpose in SENT_TO_ANYBODY
    is_served = not request.phone or request.phone.startswith(tuple(policy.prefixes))
    may_have = is_few and is_served
    is_sent = _pay(policy, at, is_wanted=may_have and is_wanted)
    code = new_code()
    state = CodeState.SENT if is_sent else CodeState.NOBODY
    row = SignInCode.objects.create(
        **request.digests,
        purpose=request.purpose,
        phone_hint=request.hint,
        sealed_contact=encrypt(request.contact)
        if request.purpose in SENT_TO_ANYBODY
        else "",
        member=member if is_sent else None,
        code_digest=digest_of_code(request.digests, code) if is_sent else "",
        state=state if may_have and (is_sent or not is_wanted) else CodeState.LIMITED,
        asked_at=at,
        expires_at=at + timedelta(minutes=policy.code_minutes),
    )
    _send(row, request, code, policy, at, is_sent=is_sent)
    return row


def owner_of(request: CodeRequest) -> Member | None:
    """The active member whose phone it is, or who proved to read the address."""
    here = Member.objects.filter(status=Member.Status.ACTIVE)
    if not request.email:
        return here.filter(phone=request.phone).first()
    proven = VerifiedEmail.objects.filter(email_digest=request.contact_digest)
    member = here.filter(pk__in=proven.values("member_id")).first()
    # Written over since: the former address opens nothing.
    is_theirs = (
        member is not None and email_digest(member.email) == request.contact_digest
    )
    return member if is_theirs else None


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
        purpose=request.purpose,
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
                template=TEMPLATES.get(request.purpose, TEMPLATE),
                channel=request.channel,
                address=request.contact,
                values={"code": code, "minutes": policy.code_minutes, "host": _host()},
                language=request.language,
                expires_at=row.expires_at,
                priority=100,
            ),
            at=at,
        )
        if not is_sent:
            transaction.set_rollback(True)
