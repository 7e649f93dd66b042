"""Everything that writes into the outbox, and takes out of it."""

from .endpoints import (
    Made,
    add_endpoint,
    change_endpoint,
    deliver_again,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from .forget import forget_old
from .record import record, record_many
from .relay import endpoints_due, fan_out, give_up_switched_off, settle, take_up

__all__ = [
    "Made",
    "add_endpoint",
    "change_endpoint",
    "deliver_again",
    "endpoints_due",
    "fan_out",
    "forget_old",
    "give_up_switched_off",
    "record",
    "record_many",
    "rotate_secret",
    "send_test",
    "settle",
    "switch_off",
    "switch_on",
    "take_up",
]
