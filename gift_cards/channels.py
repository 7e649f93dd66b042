"""How a message reaches a phone: one small interface, and what stands behind it now."""

import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from .errors import ChannelUnavailable


class Messages(Protocol):
    """Carries a text to a phone. Raises where it surely was not sent."""

    def send(self, *, phone: str, text: str, reference: str) -> None:
        """Send once; `reference` stays the same when the same message is sent again."""
        ...


class ConsoleMessages:
    """For development: shown where the program runs, never in its logs."""

    def send(self, *, phone: str, text: str, reference: str) -> None:
        """Write it on the console."""
        sys.stdout.write(f"\n--- message to {phone} ({reference}) ---\n{text}\n---\n")


class NoMessages:
    """Nothing is set up: a gift by message is refused before it is sold."""

    def send(self, *, phone: str, text: str, reference: str) -> None:
        """Refuse. Raises ChannelUnavailable."""
        raise ChannelUnavailable


def messages() -> Messages:
    """What the settings name."""
    channel: Messages = import_string(settings.GIFT_MESSAGES)()
    return channel


def can_send_messages() -> bool:
    """Whether anything is set up."""
    return not isinstance(messages(), NoMessages)
