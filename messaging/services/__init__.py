"""Everything that writes, sends and settles messages."""

from .cancel import call_off, cancel_message, cancel_waiting_step
from .dispatch import TakenUp, channels_due, take_up
from .handover import (
    GONE,
    RESTS,
    Parcel,
    begin,
    give_back,
    hand_over,
    letter_of,
    prepare,
    settle,
)
from .look_after import clear_up, find_lost, unclear
from .pace import set_pace
from .send import OutgoingMessage, send_message, send_messages
from .suppress import leave_alone, lift_suppression, suppress_address
from .templates import Words, publish_template, set_template_in_use

__all__ = [
    "GONE",
    "RESTS",
    "OutgoingMessage",
    "Parcel",
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
    "leave_alone",
    "letter_of",
    "lift_suppression",
    "prepare",
    "publish_template",
    "send_message",
    "send_messages",
    "set_pace",
    "set_template_in_use",
    "settle",
    "suppress_address",
    "take_up",
    "unclear",
]
