"""What we write to members, in which words, and what became of it."""

from .messages import Message, MessageEvent, MessageReason, MessageState
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
    "MessageReason",
    "MessageState",
    "MessageTemplate",
    "MessageTemplateVersion",
    "MessageText",
    "ValueKind",
]
