"""Everything that writes, sends and settles messages."""

from .cancel import cancel_message
from .send import OutgoingMessage, send_message, send_messages
from .templates import Words, publish_template, set_template_in_use

__all__ = [
    "OutgoingMessage",
    "Words",
    "cancel_message",
    "publish_template",
    "send_message",
    "send_messages",
    "set_template_in_use",
]
