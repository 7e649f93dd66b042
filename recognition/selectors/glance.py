"""What the counter wants to know of a guest before it says a word."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from members import services as members_services
from members.birthdays import Birthday
from members.models import Member
from policies import selectors as policies_selectors
from recognition.days import next_on
from recognition.models import Preference, RecognitionPolicy
from recognition.models.feedback import State

# The favourites are those of now, and a guest of a thousand visits is met as quickly.
LOOKED_BACK = 200
KNOWN = """
SELECT jsonb_build_object(
  'summary', (SELECT to_jsonb(s) || jsonb_build_object('store', st.name)
                FROM recognition_visitsummary s
                LEFT JOIN stores_store st ON st.id = s.last_store_id
               WHERE s.member_id = %(member)s),
  'preferences', (SELECT jsonb_agg(jsonb_build_array(p.kind, p.words)
                                   ORDER BY p.at, p.id)
                    FROM recognition_preference p WHERE p.member_id = %(member)s),
  'occasions', (SELECT jsonb_agg(jsonb_build_array(o.kind, o.words, o.month, o.day)
                                 ORDER BY o.id)
                  FROM recognition_occasion o WHERE o.member_id = %(member)s),
  'notes', (SELECT jsonb_agg(jsonb_build_array(n.at, n.author, n.words)
                             ORDER BY n.at DESC, n.id DESC)
              FROM (SELECT n.id, n.at, n.words, u.display_name AS author
                      FROM recognition_note n
                      LEFT JOIN stores_user u ON u.id = n.author_id
                     WHERE n.member_id = %(member)s AND n.withdrawn_at IS NULL
                       AND n.wiped_at IS NULL
                     ORDER BY n.at DESC, n.id DESC LIMIT %(notes)s) n),
  'said', (SELECT to_jsonb(f) FROM (
             SELECT f.id, f.at, f.score, f.stars, f.words, f.state, f.cure, f.cured_at,
                    u.display_name AS owner
               FROM recognition_feedback f LEFT JOIN stores_user u ON u.id = f.owner_id
              WHERE f.member_id = %(member)s ORDER BY f.at DESC, f.id DESC LIMIT 1) f),
  'uncured', (SELECT count(*) FROM recognition_feedback f
               WHERE f.member_id = %(member)s AND f.state IN ('open', 'owned')))
"""
FAVOURITES = """
SELECT l.sku, (array_agg(l.name ORDER BY l.id DESC))[1], count(DISTINCT l.visit_id),
       sum(l.quantity)::bigint
  FROM (SELECT v.id, v.business_date FROM recognition_visit v
         WHERE v.member_id = %(member)s AND v.voided_at IS NULL
         ORDER BY v.business_date DESC, v.id DESC LIMIT %(back)s) v
  JOIN recognition_visitline l ON l.visit_id = v.id
 GROUP BY l.sku
 ORDER BY 3 DESC, 4 DESC, max(v.business_date) DESC, l.sku
 LIMIT %(shown)s
"""


@dataclass(frozen=True, slots=True)
class Favourite:
    """An item, on how many visits it was ordered, and how many pieces in all."""

    sku: str
    name: str
    visits: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Coming:
    """A day that is near: `kind` is `birthday` or one of the occasions."""

    kind: str
    words: str
    on: date
    in_days: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A colleague's note."""

    at: datetime
    author: str
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """The last feedback, and how it ended."""

    pk: int
    at: datetime
    score: int | None
    stars: int | None
    words: str
    state: State
    owner: str
    cure: str
    cured_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A guest, before anything about money; `rhythm_days` None below three visits."""

    member: Member
    keeper: str
    allergies: tuple[str, ...]
    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    seats: tuple[str, ...]
    sizes: tuple[str, ...]
    favourites: tuple[Favourite, ...]
    visits: int
    spent: int
    first_on: date | None
    last_on: date | None
    last_store: str
    rhythm_days: Decimal | None
    last_said: Said | None
    uncured: int
    coming: tuple[Coming, ...]
    notes: tuple[Remark, ...]


def recognise(member_id: int, at: datetime) -> Glance | None:
    """A guest at one glance, in four queries; None where there is no such member."""
    member = (
        Member.objects.select_related("home_store", "keeper")
        .filter(pk=member_id)
        .first()
    )
    if member is None:
        return None
    policy = policies_selectors.in_force(RecognitionPolicy, at=at)
    known = _known(member_id, policy)
    summary = known["summary"] or {}
    words: dict[str, list[str]] = {kind: [] for kind in Preference.Kind.values}
    for kind, text in known["preferences"] or ():
        words[kind].append(text)
    return Glance(
        member=member,
        keeper=str(member.keeper) if member.keeper is not None else "",
        allergies=tuple(words[Preference.Kind.ALLERGY]),
        likes=tuple(words[Preference.Kind.LIKE]),
        dislikes=tuple(words[Preference.Kind.DISLIKE]),
        seats=tuple(words[Preference.Kind.SEAT]),
        sizes=tuple(words[Preference.Kind.SIZE]),
        favourites=favourites(member_id=member_id, shown=policy.favourites_shown),
        visits=summary.get("visits", 0),
        spent=summary.get("spent", 0),
        first_on=_date(summary.get("first_on")),
        last_on=_date(summary.get("last_on")),
        last_store=summary.get("store") or "",
        rhythm_days=summary.get("rhythm_days"),
        last_said=_said(known["said"]),
        uncured=known["uncured"],
        coming=coming(
            members_services.birthday_of(member),
            known["occasions"] or (),
            soon_days=policy.occasion_soon_days,
            at=at,
        ),
        notes=tuple(
            Remark(datetime.fromisoformat(when), author or "", text)
            for when, author, text in known["notes"] or ()
        ),
    )


def favourites(*, member_id: int, shown: int) -> tuple[Favourite, ...]:
    """What was ordered on most of the latest visits; ties by pieces, then by date."""
    with connection.cursor() as cursor:
        cursor.execute(
            FAVOURITES, {"member": member_id, "back": LOOKED_BACK, "shown": shown}
        )
        return tuple(Favourite(*row) for row in cursor.fetchall())


def coming(
    birthday: Birthday | None,
    occasions: Iterable[tuple[str, str, int, int]],
    *,
    soon_days: int,
    at: datetime,
) -> tuple[Coming, ...]:
    """The days that are near; occasions are kind, words, month and day."""
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    until = today + timedelta(days=soon_days)
    days = [
        (kind, text, next_on(month=month, day=day, today=today))
        for kind, text, month, day in occasions
    ]
    if birthday is not None:
        days.append(("birthday", "", birthday.next_on(today)))
    return tuple(
        sorted(
            (
                Coming(kind, text, on, (on - today).days)
                for kind, text, on in days
                if on <= until
            ),
            key=lambda day: (day.on, day.kind != "birthday", day.kind, day.words),
        )
    )


def _known(member_id: int, policy: RecognitionPolicy) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"member": member_id, "notes": policy.notes_shown})
        found: dict[str, Any] = json.loads(cursor.fetchone()[0], parse_float=Decimal)
    return found


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _said(row: dict[str, Any] | None) -> Said | None:
    if row is None:
        return None
    cured_at = row["cured_at"]
    return Said(
        row["id"],
        datetime.fromisoformat(row["at"]),
        row["score"],
        row["stars"],
        row["words"],
        State(row["state"]),
        row["owner"] or "",
        row["cure"],
        None if cured_at is None else datetime.fromisoformat(cured_at),
    )
