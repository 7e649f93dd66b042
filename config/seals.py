"""Where the heads of the daily seal lie when nobody says: with the data they seal.

They once lay in one place for all databases of a clone, and no two could prove
themselves by it. A head that a database has is how its own file is known among those.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg

NAME = "heads.jsonl"


def beside(folder: Path, *, address: str, shared: Path) -> Path:
    """The file in the data's folder; what this database once exported to the folder
    that all shared is moved there first, as it is.
    """
    file = folder / "seals" / NAME
    if not file.exists():
        found = sorted(shared.glob(f"{NAME}*"))
        own = _own(found, _heads_of(address)) if found else None
        if own is not None:
            _move(own, file)
            sys.stderr.write(
                f"Note: the heads sealed for this database lie in {file}.\n"
            )
    return file


def _heads_of(address: str) -> set[str]:
    with psycopg.connect(address) as connection:
        known = connection.execute("SELECT to_regclass('ledger_seal')").fetchone()
        if known == (None,):
            return set()
        return {head for (head,) in connection.execute("SELECT head FROM ledger_seal")}


def _own(files: list[Path], heads: set[str]) -> Path | None:
    shares = {file: len(heads.intersection(_written(file))) for file in files}
    best = max(shares, key=lambda file: shares[file])
    return best if shares[best] else None


def _written(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        # A line that cannot be read is told by the proof, not here.
        with suppress(ValueError, KeyError, TypeError):
            yield str(json.loads(line)["head"])


def _move(old: Path, new: Path) -> None:
    """Whole or not at all, also to another disk."""
    new.parent.mkdir(parents=True, exist_ok=True)
    coming = new.with_name(f"{NAME}.coming")
    shutil.copyfile(old, coming)
    with coming.open("rb") as copied:
        os.fsync(copied.fileno())
    coming.replace(new)
    with suppress(OSError):  # whoever may not remove it leaves a copy that nobody reads
        old.unlink()
