"""Whose turn it is on a test server: two runs on one would empty each other's tables.

Each run makes databases of the same names there; the second would wait for the first
for ever, or take them away from it.
"""

import fcntl
import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO


class ServerTaken(Exception):
    """Another run of the tests is at work on this server."""

    def __init__(self, pid: str) -> None:
        super().__init__(
            f"Another run of the tests (process {pid}) uses this test server: wait for "
            "it, or give this one a server of its own, for example "
            "REGULARS_TEST_DATA=/tmp/mine make test"
        )


def lock_file(what: str, address: str) -> Path:
    """A file for one purpose and one server, the same for every process of a user."""
    server = hashlib.sha256(address.encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"regulars-{what}-{os.getuid()}-{server}.lock"


def take(address: str) -> IO[str]:
    """Hold the server for this run, as long as what is returned stays open.

    Raises ServerTaken.
    """
    file = lock_file("run", address).open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip()
        file.close()
        raise ServerTaken(pid) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
