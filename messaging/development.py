"""What left, kept as files where a developer looks at it; never outside development."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from .channels import Letter
from .models import MessageChannel

KEPT: Final = 200
CID: Final = re.compile(r"cid:([a-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A message as its reader got it, codes included."""

    public_id: UUID
    at: datetime
    channel: str
    address: str
    subject: str
    body: str
    html: str

    @property
    def channel_name(self) -> str:
        """The channel as a reader calls it."""
        known = self.channel in MessageChannel.values
        return str(MessageChannel(self.channel).label) if known else self.channel


def keep_copy(letter: Letter, *, channel: str, at: datetime) -> None:
    """Write it into the folder, if there is one; the oldest go."""
    folder: Path | None = settings.SENT_MESSAGES
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    copy = {
        "at": at.isoformat(),
        "channel": channel,
        "address": letter.address,
        "subject": letter.subject,
        "body": letter.body,
        "html": _with_pictures(letter),
    }
    path = folder / f"{letter.public_id}.json"
    path.write_text(json.dumps(copy, ensure_ascii=False), encoding="utf-8")
    for old in sorted(folder.glob("*.json"))[:-KEPT]:  # by the time in their numbers
        old.unlink(missing_ok=True)


def sent_copies() -> list[SentCopy]:
    """What left lately, the newest first."""
    folder: Path | None = settings.SENT_MESSAGES
    if folder is None:
        return []
    files = sorted(folder.glob("*.json"), reverse=True)[:KEPT]
    found = [_read(file) for file in files]
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def sent_copy(public_id: UUID) -> SentCopy | None:
    """One of them."""
    folder: Path | None = settings.SENT_MESSAGES
    file = folder / f"{public_id}.json" if folder is not None else None
    return _read(file) if file is not None and file.exists() else None


def _read(file: Path) -> SentCopy:
    told = json.loads(file.read_text(encoding="utf-8"))
    at = datetime.fromisoformat(told.pop("at"))
    return SentCopy(public_id=UUID(file.stem), at=at, **told)


def _with_pictures(letter: Letter) -> str:
    def shown(found: re.Match[str]) -> str:
        picture = letter.pictures.get(found[1])
        if picture is None:
            return found[0]
        return "data:image/jpeg;base64," + base64.b64encode(picture).decode()

    return CID.sub(shown, letter.html)
