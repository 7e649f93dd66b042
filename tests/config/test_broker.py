"""Messages in a folder: whoever takes one takes all of it."""

import threading
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import Connection

from config import broker
from config.celery import app

SENT = 400
BODY = "x" * 20_000


def channel(folder: Path) -> Any:
    """To the same folder, from a connection of its own."""
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    made = Connection(
        "filesystem://",
        transport_options={
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
        },
    )
    return made.channel()


def test_the_house_uses_this_broker() -> None:
    with app.connection_for_write("filesystem://") as made:
        assert made.transport_cls == "filesystem"
        assert isinstance(made.transport, broker.Transport)


def test_a_message_that_is_being_written_is_not_taken(tmp_path: Path) -> None:
    writer, reader = channel(tmp_path), channel(tmp_path)
    told = threading.Event()

    def write() -> None:
        for number in range(SENT):
            writer._put("celery", {"number": number, "body": BODY})
        told.set()

    thread = threading.Thread(target=write)
    thread.start()
    taken: list[dict[str, Any]] = []
    while len(taken) < SENT:
        is_over = told.is_set()
        try:
            taken.append(reader._get("celery"))
        except Empty:
            if is_over:
                break
    thread.join()
    reader.connection.client.release()
    writer.connection.client.release()
    assert sorted(one["number"] for one in taken) == list(range(SENT))
    assert {one["body"] for one in taken} == {BODY}
    assert list((tmp_path / "messages").iterdir()) == []
