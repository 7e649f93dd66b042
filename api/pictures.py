"""Everything a till is told of a member, in one query, however the member is found."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from cards import selectors as cards_selectors
from cards.numbers import digits_of, normalise
from cards.tokens import looks_like_code
from common.names import in_readers_language
from imports import selectors as imports_selectors
from members.birthdays import Birthday
from members.errors import PhoneNotRead
from members.phones import read_phone
from recognition import selectors as recognition_selectors

MOST_EXPIRING: Final = 10

# Who is asked for; each yields the member and the card that was shown, or nothing.
BY_ID: Final = """
SELECT coalesce(x.merged_into_id, x.id) AS id, NULL::bigint AS shown
  FROM members_member x WHERE x.public_id = %(who)s
"""
BY_PK: Final = "SELECT %(who)s::bigint AS id, NULL::bigint AS shown"
BY_PHONE: Final = """
SELECT coalesce(x.merged_into_id, x.id) AS id, NULL::bigint AS shown
  FROM members_member x WHERE x.phone = %(who)s
"""
BY_CARD: Final = """
SELECT coalesce(x.merged_into_id, x.id) AS id, c.id AS shown
  FROM cards_card c JOIN members_member x ON x.id = c.member_id
 WHERE c.number = %(who)s
"""
BY_CARD_ID: Final = BY_CARD.replace("c.number", "c.id")
# A code on the phone is worth nothing once its card is.
BY_CARD_CODE: Final = """
SELECT c.member_id AS id, c.id AS shown FROM cards_card c
 WHERE c.id = %(who)s AND c.status = 'active'
   AND (c.expires_at IS NULL OR c.expires_at > %(at)s)
"""

_KNOWN: Final = (
    recognition_selectors.KNOWN.replace("%(member)s", "m.id")
    .replace("%(notes)s", "p.notes_shown")
    .strip()
)
_FAVOURITES: Final = (
    recognition_selectors.FAVOURITES.replace("%(member)s", "m.id")
    .replace("%(shown)s", "p.favourites_shown")
    .replace("%(back)s", str(recognition_selectors.LOOKED_BACK))
)
PICTURE: Final = f"""
WITH asked AS ({{who}}), p AS (
  SELECT r.favourites_shown, r.notes_shown, r.occasion_soon_days, s.country
    FROM (SELECT country FROM policies_shoppolicy WHERE in_force_from <= %(at)s
           ORDER BY in_force_from DESC LIMIT 1) s,
         (SELECT * FROM recognition_recognitionpolicy WHERE in_force_from <= %(at)s
           ORDER BY in_force_from DESC LIMIT 1) r
), m AS (
  SELECT x.*, asked.shown FROM asked JOIN members_member x ON x.id = asked.id
   WHERE x.status = 'active'
), held AS MATERIALIZED (
  SELECT a.id, a.kind, a.slot, a.balance,
         (SELECT coalesce(sum(l.remaining), 0) FROM ledger_lot l
           WHERE l.account_id = a.id AND l.is_open
             AND (l.expires_at IS NULL OR l.expires_at > %(at)s))::bigint AS usable
    FROM m JOIN ledger_account a ON a.holder_kind = 'member' AND a.holder_id = m.id
    JOIN ledger_unit u ON u.id = a.unit_id
   WHERE a.guarded AND (
         (a.kind IN ('principal', 'bonus') AND a.slot = '' AND u.code = %(currency)s)
      OR (a.kind IN ('points', 'debt') AND u.code = 'points'))
)
SELECT p.country, p.occasion_soon_days, m.id, m.public_id, m.name, m.phone, m.email,
  m.birth_calendar, m.birth_year, m.birth_month, m.birth_day, m.birth_leap, m.gender,
  m.language, m.referral_code, m.joined_at,
  (SELECT coalesce(jsonb_agg(t.name ORDER BY t.name), '[]') FROM members_membertag mt
     JOIN members_tag t ON t.id = mt.tag_id WHERE mt.member_id = m.id)::text AS tags,
  (SELECT jsonb_build_object('code', t.code, 'en', t.name_en, 'hans', t.name_zh_hans,
                             'hant', t.name_zh_hant) FROM tiers_tier t
    WHERE t.id = CASE
      WHEN s.member_id IS NULL THEN (SELECT b.id FROM tiers_tier b
                                      WHERE b.is_active AND b.threshold = 0 LIMIT 1)
      WHEN s.source <> 'earned' AND s.kept_until <= %(at)s THEN coalesce(
        (SELECT lent.tier_id FROM tiers_lent(m.id, s.earned_tier_id, %(at)s) lent),
        s.earned_tier_id)
      ELSE s.tier_id END)::text AS tier,
  (SELECT jsonb_build_object('number', c.number, 'kind', k.code, 'status',
            CASE WHEN c.status = 'active' AND c.expires_at <= %(at)s THEN 'expired'
                 ELSE c.status END)
     FROM cards_card c JOIN cards_cardkind k ON k.id = c.kind_id
    WHERE CASE WHEN m.shown IS NULL THEN c.member_id = m.id ELSE c.id = m.shown END
    ORDER BY c.status = 'active' AND (c.expires_at IS NULL OR c.expires_at > %(at)s)
             DESC, c.id DESC LIMIT 1)::text AS card,
  (SELECT coalesce(sum(usable), 0) FROM held WHERE kind = 'principal')::bigint,
  (SELECT coalesce(sum(usable), 0) FROM held WHERE kind = 'bonus')::bigint,
  (SELECT coalesce(sum(usable), 0) FROM held WHERE kind = 'points' AND slot = '')::bigint,
  (SELECT coalesce(sum(balance), 0) FROM held WHERE kind = 'debt')::bigint,
  CASE WHEN EXISTS (SELECT FROM held WHERE kind = 'points' AND slot <> '' AND balance > 0)
       THEN (SELECT coalesce(sum(pending), 0) FROM points_accrual a
              WHERE a.member_id = m.id AND a.pending > 0 AND a.usable_from <= %(at)s
                AND (a.expires_at IS NULL OR a.expires_at > %(at)s))::bigint
       ELSE 0 END,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(e.points, e.day) ORDER BY e.day), '[]')
     FROM (SELECT sum(l.remaining)::bigint AS points,
                  (l.expires_at AT TIME ZONE %(zone)s)::date AS day
             FROM ledger_lot l
            WHERE l.account_id = (SELECT id FROM held WHERE kind = 'points' AND slot = '')
              AND l.is_open AND l.expires_at > %(at)s
            GROUP BY 2 ORDER BY 2 LIMIT {MOST_EXPIRING}) e)::text,
  (SELECT count(*) FROM coupons_coupon c WHERE c.member_id = m.id
      AND c.status = 'issued' AND c.valid_until > %(at)s),
  ({_KNOWN})::text,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(f.sku, f.name, f.visits, f.pieces)), '[]')
     FROM ({_FAVOURITES}) f (sku, name, visits, pieces))::text
  FROM p LEFT JOIN m ON true
  LEFT JOIN tiers_standing s ON s.member_id = m.id
"""  # noqa: S608 (our own text throughout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A member as a till sees one; amounts in minor units."""

    member_id: int
    public_id: UUID
    name: str
    phone: str | None
    email: str
    birthday: Birthday | None
    gender: str
    language: str
    referral_code: str
    joined_at: datetime
    tags: list[str]
    tier: dict[str, str] | None
    card: dict[str, str] | None
    principal: int
    bonus: int
    points: int
    expiring: list[tuple[int, date]]
    coupons: int
    known: dict[str, Any]
    favourites: list[tuple[str, str, int, int]]
    coming: tuple[recognition_selectors.Coming, ...]
    is_former_phone: bool = False  # found by a phone that is not theirs now

    @property
    def tier_name(self) -> str:
        """In the language of whoever reads."""
        if self.tier is None:
            return ""
        return in_readers_language(
            en=self.tier["en"], hans=self.tier["hans"], hant=self.tier["hant"]
        )


def by_id(public_id: UUID, *, at: datetime) -> Picture | None:
    """A member by the id that tills know; whom they were merged into, if they were."""
    return _picture(BY_ID, public_id, at)[1]


def by_pk(member_id: int, *, at: datetime) -> Picture | None:
    """A member just written."""
    return _picture(BY_PK, member_id, at)[1]


def by_phone(typed: str, *, at: datetime) -> Picture | None:
    """A member by a phone, read in the shop's country where it names none.

    Which country that is comes with the answer: asked again only after it changed.
    Raises PhoneNotRead.
    """
    for _turn in range(2):
        country = _last_country[0]
        try:
            phone = read_phone(typed, country=country)
        except PhoneNotRead:
            phone = ""
        here, found = _picture(BY_PHONE, phone, at)
        _last_country[0] = here
        if found is not None or here == country:
            break
    if not phone:
        raise PhoneNotRead
    if found is not None and found.phone != phone:
        return replace(found, is_former_phone=True)
    return found


def by_code(typed: str, *, at: datetime) -> Picture | None:
    """A member by a card's number, or by the rotating code that a phone shows.

    The code is looked at, not used up: that is for the sale it comes with.
    """
    digits = digits_of(typed)
    if looks_like_code(digits):
        shown = cards_selectors.read_shown_code(digits, at=at)
        if shown is None:
            return _by_former_number(typed, at)
        if shown.card_id is not None:
            return _picture(BY_CARD_CODE, shown.card_id, at)[1]
        return _picture(BY_PK, shown.member_id, at)[1]
    number = normalise(typed)
    found = _picture(BY_CARD, number, at)[1] if number else None
    return found or _by_former_number(typed, at)


def _by_former_number(typed: str, at: datetime) -> Picture | None:
    """By the number that a member, or a card, had in the system before this one."""
    former = imports_selectors.former_number(typed)
    if former is None:
        return None
    if former.card_id is not None:
        return _picture(BY_CARD_ID, former.card_id, at)[1]
    return _picture(BY_PK, former.member_id, at)[1]


# What the last answer said; the first look-up of a process may ask twice.
_last_country = ["CN"]


def _picture(
    who: str, value: UUID | int | str | None, at: datetime
) -> tuple[str, Picture | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            PICTURE.format(who=who),
            {
                "who": value,
                "at": at,
                "currency": settings.CURRENCY,
                "zone": settings.TIME_ZONE,
            },
        )
        row = cursor.fetchone()
    country, soon_days, member_id = row[:3]
    if member_id is None:
        return country, None
    birthday = _birthday(*row[7:12])
    known = json.loads(row[26], parse_float=Decimal)
    debt, due = row[22], row[23]
    return country, Picture(
        member_id=member_id,
        public_id=row[3],
        name=row[4],
        phone=row[5],
        email=row[6],
        birthday=birthday,
        gender=row[12],
        language=row[13],
        referral_code=row[14],
        joined_at=row[15],
        tags=json.loads(row[16]),
        tier=json.loads(row[17]) if row[17] else None,
        card=json.loads(row[18]) if row[18] else None,
        principal=row[19],
        bonus=row[20],
        points=row[21] + due - min(debt, due),
        expiring=[
            (points, date.fromisoformat(day)) for points, day in json.loads(row[24])
        ],
        coupons=row[25],
        known=known,
        favourites=[tuple(item) for item in json.loads(row[27])],
        coming=recognition_selectors.coming(
            birthday, known["occasions"] or (), soon_days=soon_days, at=at
        ),
    )


def _birthday(
    calendar: str,
    year: int | None,
    month: int | None,
    day: int | None,
    leap: bool,  # noqa: FBT001 (a column of the row)
) -> Birthday | None:
    if month is None or day is None:
        return None
    return Birthday(month=month, day=day, year=year, calendar=calendar, leap=leap)
