"""What a channel is: it declares what it can do, and carries one message."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class SendStatus(StrEnum):
    """What became of a message that was handed over, or asked for."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    # The provider will not have it, now or later.
    REFUSED = "refused"
    # It surely did not leave: no connection was ever made, or it was told "not now".
    NOT_SENT = "not_sent"
    # The provider has never heard of it.
    UNHEARD = "unheard"
    # Nobody can know.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """A fate, the provider's own number for it, and a short word on why."""

    fate: SendStatus
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do."""

    free_text: bool = True
    # It sends texts that the provider has approved under a number.
    approved_texts: bool = False
    receipts: bool = False
    inbound: bool = False
    # It can be asked, by our number, what became of a message.
    can_be_asked: bool = False
    # Under what a member agrees to be reached so; none: only about their own business.
    consent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it leaves; `public_id` is ours, and the same at every try."""

    public_id: UUID
    address: str
    body: str
    purpose: str
    language: str
    subject: str = ""
    html: str = ""
    provider_template: str = ""
    # As they are written in the text, for providers that fill in their own.
    values: dict[str, str] = field(default_factory=dict)
    # Pictures that the HTML shows, by name.
    pictures: dict[str, bytes] = field(default_factory=dict)
    # Where a click ends offers, for mail programs that show a button for it.
    unsubscribe: str = ""


class MessageCarrier(Protocol):
    """Carries messages of one channel through one provider."""

    code: str
    capabilities: Capabilities

    def is_set_up(self) -> bool:
        """Whether a message could leave at all."""
        ...

    def send(self, letter: Letter) -> SendResult:
        """Hand one message over, once. What it raises leaves open whether it left."""
        ...

    def ask(self, letter_id: UUID) -> SendResult:
        """What became of one, where the provider can be asked."""
        ...
