"""Opening a card by its code and PIN, slowly enough that nobody guesses one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from gift_cards.codes import (
    Key,
    Presented,
    all_keys,
    current_key,
    presented,
    same,
)
from gift_cards.errors import GiftCardNotFound, TooManyTries
from gift_cards.models import GiftCard, GiftCardCode, GiftCardTry
from ledger.services import Act
from stores import services as stores_services

# One statement, one round trip: the rules, who has tried, the card, and what is left.
# Card and code are locked, and the tries read after that: PINs guessed at once are
# counted one by one, and a code that is being replaced opens nothing.
FIND: Final = """
WITH rules AS (
  SELECT wrong_per_minute, wrong_per_code, wait_minutes FROM gift_cards_giftcardpolicy
   WHERE in_force_from <= %(at)s ORDER BY in_force_from DESC LIMIT 1
), found AS (
  SELECT k.id AS code_id, k.key_id, k.digest, k.pin_digest, k.proof_digest, k.last4,
         c.id AS card_id, c.public_id, c.status, c.account_id, c.amount, c.expires_at,
         c.design_id, c.owner_id
    FROM gift_cards_giftcardcode k JOIN gift_cards_giftcard c ON c.id = k.card_id
   WHERE k.digest = ANY (%(digests)s::text[]) AND k.died_at IS NULL
     FOR NO KEY UPDATE OF c, k
)
SELECT rules.*, gift_cards_tries(%(subjects)s::text[]) AS tries, found.*,
       coalesce((SELECT sum(l.remaining) FROM ledger_lot l
                  WHERE l.account_id = found.account_id AND l.is_open
                    AND (l.expires_at IS NULL OR l.expires_at > %(at)s)), 0)::bigint
       AS usable
  FROM rules LEFT JOIN found ON true
"""
COUNT: Final = """
INSERT INTO gift_cards_giftcardtry AS t (subject, since, wrong)
SELECT subject, %(at)s, 1 FROM unnest(%(subjects)s::text[]) AS subject ORDER BY subject
ON CONFLICT (subject) DO UPDATE SET
  (since, wrong) = (SELECT CASE WHEN gone THEN %(at)s ELSE t.since END,
                           CASE WHEN gone THEN 1 ELSE t.wrong + 1 END
                      FROM (SELECT t.since + (%(minutes)s::jsonb ->> t.subject)::int
                                   * interval '1 minute' <= %(at)s AS gone) AS past)
RETURNING subject, since, wrong
"""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A card that was opened: what may be told of it, and what paying with it needs."""

    code_id: int
    card_id: int
    public_id: UUID
    last4: str
    status: str
    account_id: int | None
    amount: int | None
    expires_at: datetime | None
    design_id: int
    owner_id: int | None
    usable: int

    @property
    def is_active(self) -> bool:
        """Whether it may pay."""
        return self.status == GiftCard.Status.ACTIVE


@dataclass(frozen=True, slots=True)
class _Limit:
    """How often a subject may be wrong, and for how long that counts."""

    wrong: int
    minutes: int


def find(
    *,
    code: str,
    by: Act,
    at: datetime,
    pin: str = "",
    callers: Sequence[str] = (),
) -> Found:
    """Open a card by what was typed or scanned. One transaction, before the act's own.

    A card with a PIN opens by its code and PIN, or by the proof that the printed field
    carries beside the code: how the code came in is nothing that anybody may claim.

    `callers` are the key, address and session that ask (the actor, where none is
    named): wrong tries of each are counted, and those at the code. The count outlives
    the refusal. Raises GiftCardNotFound for any wrong code or PIN, TooManyTries.
    """
    return _raised(_find(code, pin, callers or (by.actor,), by, at))


def find_to_sell(
    *, code: str, by: Act, at: datetime, callers: Sequence[str] = ()
) -> Found:
    """A printed card by its code alone, to be sold or to learn its price.

    Its PIN is still under its cover, and nothing is paid with what this finds. Raises
    GiftCardNotFound, TooManyTries.
    """
    found = _find(code, "", callers or (by.actor,), by, at, asks_pin=False)
    return _raised(found)


def is_opened_by(
    shown: Presented, pin: str, *, key: Key, row: Mapping[str, Any]
) -> bool:
    """Whether the proof that was scanned or the PIN that was typed opens this row.

    Both hashes are compared whatever was sent, so that time tells nothing.
    """
    code, has_pin = shown.code or "", bool(row["pin_digest"])
    is_proven = shown.proves(row["proof_digest"] or "")
    right_pin = same(key.of_pin(code, pin.strip()), row["pin_digest"] or "")
    if shown.proof and not is_proven:
        return False
    return is_proven or right_pin or not has_pin


def _raised(found: Found | TooManyTries | None) -> Found:
    if isinstance(found, TooManyTries):
        raise found
    if found is None:
        raise GiftCardNotFound
    return found


@transaction.atomic(durable=True)
def _find(
    typed: str,
    pin: str,
    callers: Sequence[str],
    by: Act,
    at: datetime,
    *,
    asks_pin: bool = True,
) -> Found | TooManyTries | None:
    keys, shown, clock = all_keys(), presented(typed), by.clock(at)
    code = shown.code
    guess = code or typed[:64].strip().upper()
    asking = [keys[0].of_caller(f"caller:{caller}") for caller in callers]
    at_code = keys[0].of_caller(f"code:{guess}")
    digests = [key.of_code(code) for key in keys] if code else []
    row = _ask(digests, [*asking, at_code], at)
    limits = dict.fromkeys(asking, _Limit(row["wrong_per_minute"], 1))
    limits[at_code] = _Limit(row["wrong_per_code"], row["wait_minutes"])
    tries = {
        subject: (datetime.fromtimestamp(float(since), at.tzinfo), wrong)
        for subject, (since, wrong) in json.loads(row["tries"] or "{}").items()
    }
    stopped = _stopped(tries, limits, clock)
    if stopped is not None:
        return stopped
    key = _right_key(row, keys, shown, pin, asks_pin=asks_pin)
    if key is None:
        return _count_wrong(limits, by, clock)
    if at_code in tries:
        GiftCardTry.objects.filter(subject=at_code).delete()
    _renew(row, key, code or "", pin)
    return Found(
        row["code_id"],
        row["card_id"],
        row["public_id"],
        row["last4"],
        row["status"],
        row["account_id"],
        row["amount"],
        row["expires_at"],
        row["design_id"],
        row["owner_id"],
        row["usable"],
    )


def _ask(digests: list[str], subjects: list[str], at: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"at": at, "digests": digests, "subjects": subjects})
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _right_key(
    row: dict[str, Any],
    keys: list[Key],
    shown: Presented,
    pin: str,
    *,
    asks_pin: bool,
) -> Key | None:
    """The key that opens the card; None for a wrong code, or a PIN wrong or missing.

    A hash is compared whether or not there is a card, so that time tells nothing.
    """
    key = next((one for one in keys if one.key_id == row["key_id"]), keys[0])
    opens = is_opened_by(shown, pin, key=key, row=row)
    if row["code_id"] is None or (asks_pin and not opens):
        return None
    return key


def _stopped(
    tries: dict[str, tuple[datetime, int]], limits: dict[str, _Limit], at: datetime
) -> TooManyTries | None:
    """Whoever was wrong too often waits, even with the right code."""
    ends = [
        since + limits[subject].minutes * MINUTE
        for subject, (since, wrong) in tries.items()
        if wrong >= limits[subject].wrong
    ]
    waits = [end - at for end in ends if end > at]
    if not waits:
        return None
    return TooManyTries(retry_after=ceil(max(waits).total_seconds()))


def _count_wrong(
    limits: dict[str, _Limit], by: Act, at: datetime
) -> TooManyTries | None:
    """Count a wrong try; beyond the limit (many at once) it is told to wait."""
    minutes = {subject: limit.minutes for subject, limit in limits.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {"at": at, "subjects": list(limits), "minutes": json.dumps(minutes)},
        )
        counted = cursor.fetchall()
    reached = [wrong for subject, _, wrong in counted if wrong == limits[subject].wrong]
    if reached:  # an alarm, once in each window
        stores_services.record_act(
            name="gift_cards.guessed", by=by, at=at, facts={"wrong": max(reached)}
        )
    waits = [
        since + limits[subject].minutes * MINUTE - at
        for subject, since, wrong in counted
        if wrong > limits[subject].wrong
    ]
    if not waits:
        return None
    return TooManyTries(retry_after=max(1, ceil(max(waits).total_seconds())))


def _renew(row: dict[str, Any], key: Key, code: str, pin: str) -> None:
    """Hash a code anew with today's key; one with a PIN only where that was given."""
    current = current_key()
    knows_pin = not row["pin_digest"] or same(
        key.of_pin(code, pin.strip()), row["pin_digest"]
    )
    if row["key_id"] == current.key_id or not knows_pin:
        return
    GiftCardCode.objects.filter(pk=row["code_id"]).update(
        key_id=current.key_id,
        digest=current.of_code(code),
        pin_digest=current.of_pin(code, pin.strip()) if row["pin_digest"] else "",
    )


def forget_tries(*, at: datetime) -> int:
    """Wrong tries that count no more; how many rows. None waits longer than a day."""
    old, _rows = GiftCardTry.objects.filter(since__lt=at - timedelta(days=1)).delete()
    return old
