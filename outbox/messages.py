"""What is sent: a body that never changes, signed anew at each try."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from .addresses import Target
from .models import Event


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery in hand: who took it up, when and for which try; or why it cannot go.

    `secrets` sign it: one, or for a day after a change two.
    """

    delivery_id: int
    attempt: int
    taken_at: datetime
    message_id: str
    body: str
    target: Target | None
    secrets: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one try came to: the answer's status, or why there was none."""

    parcel: Parcel
    status: int | None = None
    problem: str = ""
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        """Only 2xx is."""
        return self.status is not None and 200 <= self.status < 300


def body_of(event: Event) -> str:
    """The message as Standard Webhooks wants it; the same text at every try."""
    message = {
        "type": event.kind,
        "timestamp": event.occurred_at.isoformat(),
        "data": {
            "id": event.subject,
            "store": event.store.code if event.store is not None else None,
            **event.payload,
        },
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def headers_of(parcel: Parcel, *, host: str, at: datetime) -> dict[str, str]:
    """The headers of one try at this time (UTC): its number, time and signature."""
    signatures = [
        Webhook(secret).sign(parcel.message_id, at, parcel.body)
        for secret in parcel.secrets
    ]
    return {
        "Host": host,
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Regulars-Webhooks/1",
        "webhook-id": parcel.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
