"""The broker of a house without Redis: a folder of files, each of them whole."""

import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Lays a message down in one step, so that nobody takes half of it.

    Kombu's own opens the file under its last name and writes it afterwards: a worker
    that takes it in between reads nothing, and ends.
    """

    def _put(self, queue: str, payload: Any, **_more: Any) -> None:  # type: ignore[override]  # named as Kombu names it there
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out) / name
        half = whole.with_name(f"{name}.half")  # of no queue, so nobody takes it
        try:
            half.write_bytes(str_to_bytes(dumps(payload)))
            half.replace(whole)
        except OSError as trouble:
            raise ChannelError(f"Cannot lay down the message {name}") from trouble


class Transport(filesystem.Transport):
    """Kombu's, with the channel above."""

    Channel = Channel
