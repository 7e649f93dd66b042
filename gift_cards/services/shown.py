"""Cards laid on the counter beside a bill: looked up with everything else of the bill.

The way for cards whose code and PIN are right and that nobody guessed at lately. All
else goes through `find`, which counts and waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gift_cards.codes import all_keys, normalised, presented

from .find import Found, is_opened_by


@dataclass(frozen=True, slots=True)
class Hashes:
    """What is looked for: hashes of the codes, and of who may have guessed."""

    digests: tuple[str, ...]
    subjects: tuple[str, ...]


def hashes_of(typed: Iterable[str], callers: Sequence[str]) -> Hashes:
    """What to look up for these codes and callers."""
    codes = [normalised(text) for text in typed]
    if not codes:
        return Hashes((), ())
    keys = all_keys()
    return Hashes(
        tuple(key.of_code(code) for code in codes if code for key in keys),
        (
            *(keys[0].of_caller(f"caller:{caller}") for caller in callers),
            *(keys[0].of_caller(f"code:{code}") for code in codes if code),
        ),
    )


def opened(typed: str, pin: str, *, rows: Iterable[Mapping[str, Any]]) -> Found | None:
    """The card that a code opens with its PIN or proof, among what was looked up; None
    otherwise.
    """
    shown = presented(typed)
    if shown.code is None:
        return None
    by_digest = {key.of_code(shown.code): key for key in all_keys()}
    row = next((one for one in rows if one["digest"] in by_digest), None)
    if row is None:
        return None
    if not is_opened_by(shown, pin, key=by_digest[row["digest"]], row=row):
        return None
    expires_at = row["expires_at"]
    return Found(
        row["code_id"],
        row["card_id"],
        UUID(row["public_id"]),
        row["last4"],
        row["status"],
        row["account_id"],
        row["amount"],
        datetime.fromisoformat(expires_at) if expires_at else None,
        row["design_id"],
        row["owner_id"],
        row["usable"],
    )
