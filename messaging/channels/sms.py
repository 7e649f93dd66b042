"""Text messages: on the console in development, by an HTTP gateway where one is set.

The gateway (docs/messaging.md) takes `POST <url>` with a signed JSON body, and tells
what became of one at `GET <url>/<our number>`.
"""

import json
import sys
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now  # noqa: TID251 (a signature is of its moment)

from members.models import Channel as ConsentChannel

from . import http
from .base import Capabilities, Letter, MessageCarrier, SendResult, SendStatus
from .signature import sign

FATES: Final = {
    "accepted": SendStatus.ACCEPTED,
    "delivered": SendStatus.DELIVERED,
    "failed": SendStatus.BOUNCED,
    "refused": SendStatus.REFUSED,
}


def sms_carrier() -> MessageCarrier:
    """The gateway, if one is set; the console in development; else none."""
    if settings.SMS_GATEWAY_URL:
        return SmsGateway()
    return NoSms() if settings.PRODUCTION else ConsoleSms()


class ConsoleSms:
    """For development: shown where the program runs, never in its logs."""

    code = "sms_console"
    capabilities = Capabilities(consent=ConsentChannel.SMS)

    def is_set_up(self) -> bool:
        """A console is there."""
        return True

    def send(self, letter: Letter) -> SendResult:
        """Write it on the console."""
        sys.stdout.write(f"\n--- text to {letter.address} ---\n{letter.body}\n---\n")
        return SendResult(SendStatus.ACCEPTED)

    def ask(self, letter_id: UUID) -> SendResult:
        """A console remembers nothing."""
        return SendResult(SendStatus.UNKNOWN)


class NoSms:
    """Nothing is set up: no text message leaves."""

    code = "sms_none"
    capabilities = Capabilities(consent=ConsentChannel.SMS)

    def is_set_up(self) -> bool:
        """Nobody has said by which gateway."""
        return False

    def send(self, letter: Letter) -> SendResult:
        """It did not leave."""
        return SendResult(SendStatus.NOT_SENT, detail="no gateway")

    def ask(self, letter_id: UUID) -> SendResult:
        """Nothing ever left."""
        return SendResult(SendStatus.UNHEARD)


class SmsGateway:
    """A gateway of text messages, spoken to over HTTP."""

    code = "sms"
    capabilities = Capabilities(
        approved_texts=True,
        receipts=True,
        inbound=True,
        can_be_asked=True,
        consent=ConsentChannel.SMS,
    )

    def is_set_up(self) -> bool:
        """Its address is known."""
        return True

    def send(self, letter: Letter) -> SendResult:
        """Hand one over; the gateway knows a number that it has had before."""
        body = json.dumps(
            {
                "id": str(letter.public_id),
                "to": letter.address,
                "sign": settings.SMS_SIGNATURE,
                "text": letter.body,
                "template": letter.provider_template,
                "values": letter.values,
            },
            ensure_ascii=False,
        ).encode()
        try:
            answer = http.call(
                "POST",
                settings.SMS_GATEWAY_URL,
                body=body,
                headers={"Content-Type": "application/json", **_signed(body)},
            )
        except http.NotConnected:
            return SendResult(SendStatus.NOT_SENT, detail="no connection")
        except http.Unanswered:
            return SendResult(SendStatus.UNKNOWN, detail="no answer")
        return _outcome(answer)

    def ask(self, letter_id: UUID) -> SendResult:
        """What the gateway knows about our number."""
        url = f"{settings.SMS_GATEWAY_URL}/{letter_id}"
        try:
            answer = http.call("GET", url, headers=_signed(str(letter_id).encode()))
        except (http.NotConnected, http.Unanswered):
            return SendResult(SendStatus.UNKNOWN, detail="no answer")
        is_ours = answer.told.get("id") == str(letter_id)
        if answer.status == 404 and is_ours:
            return SendResult(SendStatus.UNHEARD)
        if answer.status != 200 or not is_ours:
            return SendResult(SendStatus.UNKNOWN, detail=f"answer {answer.status}")
        fate = FATES.get(str(answer.told.get("status")), SendStatus.UNKNOWN)
        return SendResult(fate, reference=_number(answer))


def _outcome(answer: http.HttpAnswer) -> SendResult:
    detail = f"answer {answer.status}"
    if answer.status in {200, 201, 202} and _number(answer):
        return SendResult(SendStatus.ACCEPTED, reference=_number(answer))
    if answer.status == 429:
        return SendResult(SendStatus.NOT_SENT, detail=detail)
    if 400 <= answer.status < 500:
        return SendResult(SendStatus.REFUSED, detail=detail)
    return SendResult(SendStatus.UNKNOWN, detail=detail)


def _number(answer: http.HttpAnswer) -> str:
    found = answer.told.get("reference")
    return found[:120] if isinstance(found, str) and found.isprintable() else ""


def _signed(body: bytes) -> dict[str, str]:
    return sign(body, secret=settings.SMS_GATEWAY_SECRET, at=now())
