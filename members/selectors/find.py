"""The look-up of the counter: a phone, its last digits, a name in any spelling.

Every way is a range of one index, written out as such: a prepared `LIKE` is planned
without knowing the beginning, and could read the whole table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from members.errors import PhoneNotRead
from members.keys import HIGHEST, NAME_KEY, folded, typed_latin
from members.models import Member
from members.phones import digits_of, read_phone
from policies import selectors as policies_selectors
from policies.models import ShopPolicy

LIMIT = 20
FEWEST_DIGITS = 4
LONGEST_QUESTION = 100
AFTER_DIGITS = ":"  # sorts right after the nine

# Each statement says how close a hit is: 0 what was typed, whole; 1 its initials;
# 2 a name that begins so; 3 and more: by another reading.
PHONE: Final = "SELECT id, 0 AS place, '' AS key FROM members_member WHERE phone = %s"
TAIL: Final = """
SELECT id, 1, reverse(phone) FROM members_member
 WHERE reverse(phone) >= %s AND reverse(phone) < %s ORDER BY reverse(phone) LIMIT %s
"""
EMAIL: Final = """
SELECT id, 0, '' FROM members_member WHERE lower(email) = %s AND email <> '' LIMIT %s
"""
NUMBER: Final = "SELECT id, 0, '' FROM members_member WHERE id = %s"
NAME: Final = """
SELECT id, 2 * (search_name <> %s)::int, search_name FROM members_member
 WHERE search_name >= %s AND search_name < %s ORDER BY search_name LIMIT %s
"""
PINYIN: Final = """
SELECT id, 2 * (search_pinyin <> %s)::int, search_pinyin FROM members_member
 WHERE search_pinyin >= %s AND search_pinyin < %s ORDER BY search_pinyin LIMIT %s
"""
INITIALS: Final = """
SELECT id, 1 + (search_initials <> %s)::int, search_initials FROM members_member
 WHERE search_initials >= %s AND search_initials < %s
 ORDER BY search_initials LIMIT %s
"""
OTHER_PINYIN: Final = """
SELECT id, 3 + (other_pinyin <> %s)::int, other_pinyin FROM members_member
 WHERE other_pinyin <> '' AND other_pinyin >= %s AND other_pinyin < %s
 ORDER BY other_pinyin LIMIT %s
"""
OTHER_INITIALS: Final = """
SELECT id, 3 + (other_initials <> %s)::int, other_initials FROM members_member
 WHERE other_initials <> '' AND other_initials >= %s AND other_initials < %s
 ORDER BY other_initials LIMIT %s
"""
LATIN: Final = (PINYIN, INITIALS, OTHER_PINYIN, OTHER_INITIALS)
# Who was merged is found, and shown as who they are now.
PEOPLE: Final = """
SELECT m.*, hits.place, hits.key, hit.id <> m.id AS is_by_merged
  FROM ({hits}) AS hits (id, place, key)
  JOIN members_member hit ON hit.id = hits.id
  JOIN members_member m ON m.id = coalesce(hit.merged_into_id, hit.id)
 WHERE m.status = 'active'
 ORDER BY hits.place, hits.key COLLATE "C", hit.id <> m.id, m.id
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One way to look: a statement and what to put into it."""

    sql: str
    facts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A member who was found; `is_former`: by a phone or an e-mail address that is not
    theirs now, but that of a row that was merged into them. The number may be somebody
    else's by now.
    """

    member: Member
    is_former: bool


def find(text: str, at: datetime, *, limit: int = LIMIT) -> list[Member]:
    """Active members by what was typed, the closest first; at most `limit`.

    A phone in any common typing or its last digits (four or more), an e-mail address,
    `#` and a number of ours, or the beginning of a name: in either script, in pinyin,
    or by its initials. Nothing is found by nothing.
    """
    return [hit.member for hit in find_hits(text, at, limit=limit)]


def find_hits(text: str, at: datetime, *, limit: int = LIMIT) -> list[Hit]:
    """The same, with by what they were found."""
    asked = questions(text, at, limit=limit)
    if not asked:
        return []
    says_address = asked[0].sql in (PHONE, TAIL, EMAIL)
    hits = " UNION ALL ".join(f"({question.sql})" for question in asked)
    facts = [fact for question in asked for fact in question.facts]
    closest: dict[int, Hit] = {}
    for member in Member.objects.raw(PEOPLE.format(hits=hits), facts):
        is_former = says_address and bool(vars(member)["is_by_merged"])
        closest.setdefault(member.pk, Hit(member, is_former))
    return list(closest.values())[:limit]


def find_ids(text: str, at: datetime, *, limit: int = LIMIT) -> list[int]:
    """The same, for a list that has its own way of reading rows."""
    return [member.pk for member in find(text, at, limit=limit)]


def questions(text: str, at: datetime, *, limit: int = LIMIT) -> list[Question]:
    """What to ask the indexes for something typed."""
    plain = "".join(text.split("\x00")).strip()
    if not plain or len(plain) > LONGEST_QUESTION or not _is_text(plain):
        return []
    if plain.startswith("#"):
        number = plain[1:]
        is_ours = number.isascii() and number.isdecimal() and len(number) < 19
        return [Question(NUMBER, (int(number),))] if is_ours else []
    if "@" in plain:
        return [Question(EMAIL, (plain.lower(), limit))]
    digits = digits_of(plain)
    if len(digits) >= FEWEST_DIGITS:
        return _by_phone(plain, digits, at, limit)
    return _by_name(plain, limit)


def resolve(member_id: int) -> int:
    """Who a member is now: themselves, or whom they were merged into."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(merged_into_id, id) FROM members_member WHERE id = %s",
            [member_id],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else member_id


def _by_phone(plain: str, digits: str, at: datetime, limit: int) -> list[Question]:
    tail = digits[::-1]
    asked = [Question(TAIL, (tail, tail + AFTER_DIGITS, limit))]
    try:
        country = policies_selectors.in_force(ShopPolicy, at=at).country
        phone = read_phone(plain, country=country)
    except PhoneNotRead:
        return asked
    return [Question(PHONE, (phone,)), *asked]


def _by_name(plain: str, limit: int) -> list[Question]:
    latin = typed_latin(plain)
    if latin:
        return list(_ranges(LATIN, latin, limit))
    name = folded(plain)[:NAME_KEY]
    return list(_ranges((NAME,), [name], limit)) if name else []


def _ranges(
    statements: Iterable[str], beginnings: Iterable[str], limit: int
) -> Iterable[Question]:
    asked = list(statements)
    for beginning in beginnings:
        for sql in asked:
            yield Question(sql, (beginning, beginning, beginning + HIGHEST, limit))


def _is_text(text: str) -> bool:
    """No half of a sign that a broken client sent: the database would refuse it."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
