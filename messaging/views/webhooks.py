"""What providers tell: only what is theirs is heard, and each thing once."""

import base64
import json
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import EventType
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import services as messaging_services
from messaging.channels.signature import is_signed
from messaging.metrics import count_webhook
from messaging.services import DeliveryReceipt

MOST_AT_ONCE: Final = 1000
KINDS: Final = {
    EventType.DELIVERED: "delivered",
    EventType.BOUNCED: "bounced",
    EventType.REJECTED: "failed",
    EventType.FAILED: "failed",
    EventType.COMPLAINED: "complained",
    EventType.OPENED: "opened",
    EventType.CLICKED: "clicked",
    EventType.UNSUBSCRIBED: "unsubscribed",
}
# Providers of letters, and what django-anymail calls their news.
MAIL: Final = {
    "brevo": ("brevo", "BrevoTrackingWebhookView"),
    "mailersend": ("mailersend", "MailerSendTrackingWebhookView"),
    "mailgun": ("mailgun", "MailgunTrackingWebhookView"),
    "mailjet": ("mailjet", "MailjetTrackingWebhookView"),
    "mailtrap": ("mailtrap", "MailtrapTrackingWebhookView"),
    "mandrill": ("mandrill", "MandrillCombinedWebhookView"),
    "postal": ("postal", "PostalTrackingWebhookView"),
    "postmark": ("postmark", "PostmarkTrackingWebhookView"),
    "resend": ("resend", "ResendTrackingWebhookView"),
    "sparkpost": ("sparkpost", "SparkPostTrackingWebhookView"),
}


@csrf_exempt
@require_POST
def sms_news(request: HttpRequest) -> HttpResponse:
    """Receipts and words of refusal from the gateway of texts, under its signature."""
    good = is_signed(
        request.body,
        moment=request.headers.get("X-Timestamp", ""),
        signature=request.headers.get("X-Signature", ""),
        secret=settings.SMS_GATEWAY_SECRET,
        at=now(),
    )
    if not good:
        return _refused("sms")
    try:
        told = json.loads(request.body)
        events = told["events"]
        if not isinstance(events, list) or len(events) > MOST_AT_ONCE:
            raise TypeError
        receipts = [_receipt(event) for event in events]
    except (ValueError, KeyError, TypeError, AttributeError):
        return _malformed("sms")
    for event, receipt in zip(events, receipts, strict=True):
        if receipt is None:
            messaging_services.hear_word(
                phone=str(event["from"])[:20], text=str(event["text"])[:80], at=now()
            )
        else:
            messaging_services.note_receipt(receipt=receipt, provider="sms", at=now())
    count_webhook(provider="sms", result="taken")
    return HttpResponse(status=204)


def _receipt(event: dict[str, Any]) -> DeliveryReceipt | None:
    """One of the gateway's news; None for a text that came in.

    Raises ValueError, KeyError, TypeError, AttributeError for what is neither.
    """
    if event["event"] == "inbound":
        if not all(isinstance(event[word], str) for word in ("from", "text")):
            raise TypeError
        return None
    return DeliveryReceipt(
        kind={"failed": "bounced", "refused": "failed"}.get(
            event["event"], str(event["event"])
        ),
        public_id=UUID(str(event["id"])),
        event=str(event.get("number", ""))[:120],
        detail=str(event.get("detail", ""))[:80],
        # A phone that is off today is on tomorrow: only what is said to be for ever.
        is_final=event.get("is_final") is True,
    )


@csrf_exempt
@require_POST
def mail_news(request: HttpRequest, provider: str) -> HttpResponse:
    """What a provider of letters tells, let in by the login that it was given."""
    if provider not in MAIL or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    view = _view_of(provider)
    view.setup(request)
    if not constant_time_compare(_login(request), settings.MAIL_WEBHOOK_SECRET):
        return _refused(provider)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        return _refused(provider)
    except (SuspiciousOperation, ValueError, KeyError, TypeError, AttributeError):
        return _malformed(provider)
    for event in events[:MOST_AT_ONCE]:
        kind = KINDS.get(getattr(event, "event_type", ""))
        reference = str(getattr(event, "message_id", "") or "")
        if kind and reference:
            receipt = DeliveryReceipt(
                kind=kind,
                reference=reference[:120],
                event=str(event.event_id or "")[:120],
                detail=str(event.reject_reason or "")[:80],
            )
            messaging_services.note_receipt(
                receipt=receipt, provider=provider, at=now()
            )
    count_webhook(provider=provider, result="taken")
    return HttpResponse(status=204)


def _view_of(provider: str) -> Any:
    """What knows this provider's news; none of the library's signals is sent."""
    module, name = MAIL[provider]
    found = getattr(import_module(f"anymail.webhooks.{module}"), name)
    return found(webhook_secret=settings.MAIL_WEBHOOK_SECRET)


def _login(request: HttpRequest) -> str:
    """The `user:password` that a request came with."""
    word, _blank, encoded = request.headers.get("Authorization", "").partition(" ")
    if word.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (ValueError, UnicodeDecodeError):
        return ""


def _refused(provider: str) -> HttpResponse:
    count_webhook(provider=provider, result="unsigned")
    return HttpResponse(status=401)


def _malformed(provider: str) -> HttpResponse:
    count_webhook(provider=provider, result="malformed")
    return HttpResponse(status=400)
