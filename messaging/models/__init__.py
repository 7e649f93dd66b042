"""What we write to members, in which words, and what became of it."""

from .messages import Message, MessageEvent, MessageReason, MessageState
from .rules import MessageProvider, MessagingPolicy
from .suppressions import Suppression
from .templates import (
    MessageChannel,
    MessageTemplate,
    MessageTemplateVersion,
    MessageText,
    ValueKind,
)

__all__ = [
    "Message",
    "MessageChannel",
    "MessageEvent",
    "MessageProvider",
    "MessageReason",
    "MessageState",
    "MessageTemplate",
    "MessageTemplateVersion",
    "MessageText",
    "MessagingPolicy",
    "Suppression",
    "ValueKind",
]
