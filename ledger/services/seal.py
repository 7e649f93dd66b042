"""The daily seal: a hash chain over the entries, its heads kept elsewhere too."""

import json
import os
import time
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction

from ledger.chain import GENESIS, entry_texts, link
from ledger.models import Seal

ATTEMPTS = 5
# Stands for a line that cannot be read, where a head stands under its last entry.
UNREADABLE: Final = 0


class SealBroken(Exception):
    """The exported heads and the seals disagree; sealing on would hide it."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        super().__init__("; ".join(facts))
        self.facts = facts


def seal_file() -> Path:
    """Where heads are exported: one JSON line for each seal, outside the database."""
    return Path(settings.LEDGER_SEAL_FILE)


def seal_day(*, day: date, at: datetime) -> Seal | None:
    """Seal every entry written since the last seal; None where there is none.

    The seal is committed first and exported then: a crash between the two leaves a
    seal without an exported head, which the next run exports. Raises SealBroken where
    a head that was exported is no longer in the database.
    """
    export_seals()
    until = last_written()
    with transaction.atomic():
        seal = _seal_until(until=until, day=day, at=at)
    export_seals()
    return seal


def export_seals() -> int:
    """Append the heads that the file lacks; how many. Raises SealBroken."""
    exported = exported_heads()
    seals = list(Seal.objects.order_by("last_seq"))
    broken = broken_exports(exported=exported, seals=seals)
    if broken:
        raise SealBroken(tuple(broken))
    missing = [seal for seal in seals if seal.last_seq not in exported]
    if missing:
        file = seal_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.writelines(_json_line(seal) for seal in missing)
            out.flush()
            os.fsync(out.fileno())
    return len(missing)


def exported_heads() -> dict[int, str]:
    """The exported heads by the number of the last entry they cover."""
    try:
        lines = seal_file().read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return {}
    heads: dict[int, str] = {}
    for line in lines[:-1]:
        try:
            exported = json.loads(line)
            heads[int(exported["last"])] = str(exported["head"])
        except (ValueError, KeyError, TypeError):
            heads[UNREADABLE] = line
    if lines[-1]:  # torn: a whole line ends with a newline
        heads[UNREADABLE] = lines[-1]
    return heads


def broken_exports(*, exported: dict[int, str], seals: list[Seal]) -> list[str]:
    """Each exported head that the database no longer has, in words for an auditor."""
    kept = {seal.last_seq: seal.head for seal in seals}
    return [
        f"the head exported for entry {last} is not the one in the database"
        if last != UNREADABLE
        else f"a line of the exported heads cannot be read: {head[:40]}"
        for last, head in exported.items()
        if kept.get(last) != head
    ]


def _seal_until(*, until: int, day: date, at: datetime) -> Seal | None:
    with connection.cursor() as cursor:
        # Two sealers at once would write two links onto one head.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.seal'))")
    previous = Seal.objects.order_by("-last_seq").first()
    after, start = (previous.last_seq, previous.head) if previous else (0, GENESIS)
    head, first, last, count = start, 0, 0, 0
    for seq, text in entry_texts(after=after, until=until):
        head = link(head, text)
        first = first or seq
        last = seq
        count += 1
    if not count:
        return None
    return Seal.objects.create(
        day=day,
        first_seq=first,
        last_seq=last,
        entries=count,
        previous=start,
        head=head,
        sealed_at=at,
    )


def last_written() -> int:
    """The number of the last entry, such that no lower one is still on its way."""
    for attempt in range(ATTEMPTS):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT ledger_last_written()")
                return int(cursor.fetchone()[0])
        except OperationalError:
            if attempt == ATTEMPTS - 1 or connection.in_atomic_block:
                raise
            time.sleep(1 + attempt)
    raise AssertionError


def _json_line(seal: Seal) -> str:
    link_facts = {
        "day": seal.day.isoformat(),
        "first": seal.first_seq,
        "last": seal.last_seq,
        "entries": seal.entries,
        "previous": seal.previous,
        "head": seal.head,
    }
    return json.dumps(link_facts) + "\n"
