"""Everything that writes, sends and settles messages."""

from .cancel import call_off, cancel_message, cancel_waiting_step
from .dispatch import TakenUp, channels_due, take_up
from .handover import (
    GONE,
    RESTS,
    AcceptedMessage,
    begin,
    give_back,
    hand_over,
    settle,
    settle_accepted,
)
from .look_after import clear_up, find_lost, unclear
from .mailing import Mailing, send_to_members
from .pace import set_pace
from .prepare import PreparedMessage, prepare
from .read import mark_read
from .receipts import DeliveryReceipt, note_receipt
from .send import OutgoingMessage, send_message, send_messages
from .suppress import leave_alone, lift_suppression, suppress_address
from .templates import Words, publish_template, set_template_in_use
from .try_out import try_out
from .unsubscribe import hear_word, set_preferences, unsubscribe

__all__ = [
    "GONE",
    "RESTS",
    "AcceptedMessage",
    "DeliveryReceipt",
    "Mailing",
    "OutgoingMessage",
    "PreparedMessage",
    "TakenUp",
    "Words",
    "begin",
    "call_off",
    "cancel_message",
    "cancel_waiting_step",
    "channels_due",
    "clear_up",
    "find_lost",
    "give_back",
    "hand_over",
    "hear_word",
    "leave_alone",
    "lift_suppression",
    "mark_read",
    "note_receipt",
    "prepare",
    "publish_template",
    "send_message",
    "send_messages",
    "send_to_members",
    "set_pace",
    "set_preferences",
    "set_template_in_use",
    "settle",
    "settle_accepted",
    "suppress_address",
    "take_up",
    "try_out",
    "unclear",
    "unsubscribe",
]
