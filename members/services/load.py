"""Many members at once: from another system, or for a demonstration."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from ledger.services import Act
from members.birthdays import Birthday
from members.errors import PhoneNotRead, PhoneTaken
from members.fields import Answer
from members.keys import keys_of
from members.models import Consent, Source
from members.models.people import PHONE_PATTERN
from members.names import tidy
from stores import services as stores_services

from .access import require
from .enrol import ONE_PER_PHONE, broke

CHUNK = 10_000
E164 = re.compile(PHONE_PATTERN)
# Column, its type in the database.
COLUMNS: Final = {
    "id": "bigint",
    "name": "text",
    "phone": "text",
    "email": "text",
    "salutation": "text",
    "gender": "text",
    "language": "text",
    "birth_calendar": "text",
    "birth_year": "smallint",
    "birth_month": "smallint",
    "birth_day": "smallint",
    "birth_leap": "boolean",
    "birthday_set_at": "timestamptz",
    "home_store_id": "bigint",
    "keeper_id": "bigint",
    "referrer_id": "bigint",
    "custom": "jsonb",
    "joined_at": "timestamptz",
    "search_name": "text",
    "search_pinyin": "text",
    "search_initials": "text",
    "other_pinyin": "text",
    "other_initials": "text",
}
INSERT: Final = "INSERT INTO members_member ({names}, status) SELECT {names}, 'active' FROM unnest({arrays}) AS fresh({names})".format(  # noqa: E501, S608 (our own words)
    names=", ".join(COLUMNS),
    arrays=", ".join(f"%s::{kind}[]" for kind in COLUMNS.values()),
)
NEXT_IDS: Final = (
    "SELECT nextval(pg_get_serial_sequence('members_member', 'id'))"
    " FROM generate_series(1, %s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Someone to take in, checked already: the phone in E.164, as `read_phone` gives
    it, and custom answers as `read_custom` does.
    """

    joined_at: datetime
    name: str = ""
    phone: str | None = None
    email: str = ""
    salutation: str = ""
    gender: str = ""
    language: str = ""
    birthday: Birthday | None = None
    home_store_id: int | None = None
    keeper_id: int | None = None
    referrer_id: int | None = None
    custom: Mapping[str, Answer] = field(default_factory=dict)


@transaction.atomic
def load_members(*, rows: Iterable[NewMember], by: Act, at: datetime) -> list[int]:
    """Take in many, all or none; their ids, in the order given.

    Raises PhoneTaken, PhoneNotRead, NameRefused, NotAllowed.
    """
    require(by, "members.add_member")
    ids: list[int] = []
    for chunk in batched(rows, CHUNK):
        ids += _insert(chunk, at=at)
    stores_services.record_act(
        name="members.loaded", by=by, at=at, facts={"members": len(ids)}
    )
    return ids


@transaction.atomic
def load_consents(
    *, rows: Iterable[Consent], by: Act, at: datetime, source: str = Source.IMPORT
) -> int:
    """Bring along what members agreed to elsewhere, each with its text and time."""
    require(by, "members.record_consent")
    written = 0
    for chunk in batched(rows, CHUNK):
        for row in chunk:
            row.source = source
        written += len(Consent.objects.bulk_create(chunk))
    stores_services.record_act(
        name="members.consents_loaded", by=by, at=at, facts={"consents": written}
    )
    return written


def _insert(chunk: Sequence[NewMember], *, at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [len(chunk)])
        ids = [row[0] for row in cursor.fetchall()]
        rows = [tuple(_cells(pk, new, at)) for pk, new in zip(ids, chunk, strict=True)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        try:
            cursor.execute(INSERT, columns)
        except IntegrityError as clash:
            if broke(clash, ONE_PER_PHONE):
                raise PhoneTaken from None
            raise
    return ids


def _cells(pk: int, new: NewMember, at: datetime) -> Iterator[Any]:
    """One row, in the order of COLUMNS."""
    if new.phone is not None and not E164.match(new.phone):
        raise PhoneNotRead
    name, birthday = tidy(new.name), new.birthday
    yield from (pk, name, new.phone, new.email, new.salutation, new.gender)
    yield new.language
    if birthday is None:
        yield from ("", None, None, None, False, None)
    else:
        yield from (birthday.calendar, birthday.year, birthday.month, birthday.day)
        yield from (birthday.leap, at)
    yield from (new.home_store_id, new.keeper_id, new.referrer_id)
    yield from (json.dumps(dict(new.custom)), new.joined_at)
    found = keys_of(name)
    yield from (found.search_name, found.search_pinyin, found.search_initials)
    yield from (found.other_pinyin, found.other_initials)
