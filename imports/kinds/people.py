"""Finding the members that rows speak of, and making those that are missing."""

from typing import Final

from common.errors import DomainError
from imports.references import pepper
from imports.values import BadCell
from members import services as members_services
from members.names import tidy
from members.phones import read_phone

from .base import Cells, Context, Pieces, run

PIECE: Final = 20_000
# Every kind that speaks of members stages these.
PERSON: Final = (
    "customer text",
    "phone text",
    "joined timestamptz",
    "member_id bigint",
    "ref_id bigint",
)
BY_REFERENCE: Final = """
UPDATE imports_staged s
   SET ref_id = r.id, member_id = r.member_id
  FROM imports_externalref r
 WHERE r.source = %(source)s AND r.kind = 'member' AND r.reference = s.customer
   AND s.fate IS NULL
"""
ERASED: Final = """
UPDATE imports_staged s
   SET fate = 'bad', why = 'erased', about = 'member'
  FROM imports_externalref r
 WHERE r.source = %(source)s AND r.kind = 'member' AND r.erased
   AND r.reference = 'erased:' || encode(
         sha256(%(pepper)s::bytea || convert_to(s.customer, 'UTF8')), 'hex')
   AND s.ref_id IS NULL AND s.fate IS NULL
"""
BY_PHONE: Final = """
UPDATE imports_staged s
   SET member_id = m.id
  FROM members_member m
 WHERE m.phone = s.phone AND s.ref_id IS NULL AND s.fate IS NULL
"""
# One person under two references of one system: somebody has to say which it is.
OF_ANOTHER: Final = """
UPDATE imports_staged s
   SET fate = 'bad', why = 'phone_of_another', about = 'phone'
 WHERE s.fate IS NULL AND s.ref_id IS NULL AND s.member_id IS NOT NULL
   AND EXISTS (SELECT FROM imports_externalref r
                WHERE r.member_id = s.member_id AND r.source = %(source)s
                  AND r.kind = 'member')
"""
TWO_PHONES: Final = """
WITH told AS (
  SELECT line, first_value(line) OVER same AS first_line,
         first_value(customer) OVER same AS first_customer, customer
    FROM imports_staged WHERE fate IS NULL AND phone IS NOT NULL
  WINDOW same AS (PARTITION BY phone ORDER BY line)
)
UPDATE imports_staged s
   SET fate = 'bad', why = 'phone_twice', about = told.first_line::text
  FROM told
 WHERE told.line = s.line AND told.customer <> told.first_customer
"""
UNKNOWN: Final = """
UPDATE imports_staged SET fate = 'bad', why = 'unknown_member', about = 'member'
 WHERE fate IS NULL AND member_id IS NULL
"""
MISSING: Final = """
CREATE TEMP TABLE imports_missing ON COMMIT DROP AS
SELECT customer, max(phone) AS phone, min(joined) AS joined,
       max(member_id) AS member_id, NULL::bigint AS ref_id, min(line) AS first_line,
       NULL::bigint AS place
  FROM imports_staged
 WHERE ref_id IS NULL AND fate IN ('new', 'changed', 'same')
 GROUP BY customer
"""
NUMBERED: Final = """
UPDATE imports_missing
   SET ref_id = nextval(pg_get_serial_sequence('imports_externalref', 'id'))
"""
PLACED: Final = """
UPDATE imports_missing n SET place = told.place
  FROM (SELECT customer, row_number() OVER (ORDER BY first_line) AS place
          FROM imports_missing WHERE member_id IS NULL) told
 WHERE told.customer = n.customer
"""
NEW_PEOPLE: Final = """
SELECT phone, joined, place FROM imports_missing
 WHERE place > %(after)s ORDER BY place LIMIT %(piece)s
"""
GIVEN_IDS: Final = """
UPDATE imports_missing n SET member_id = given.id
  FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS given(id, place)
 WHERE given.place = n.place
"""
REMEMBER: Final = """
INSERT INTO imports_externalref
       (id, source, kind, reference, member_id, brought, erased, made_at)
SELECT ref_id, %(source)s, 'member', customer, member_id, '{}', false, %(at)s
  FROM imports_missing
"""
POINT: Final = """
UPDATE imports_staged s SET ref_id = n.ref_id, member_id = n.member_id
  FROM imports_missing n
 WHERE n.customer = s.customer AND s.ref_id IS NULL
   AND s.fate IN ('new', 'changed', 'same')
"""


def read_person(cells: Cells, context: Context) -> tuple[str, str | None]:
    """The member's reference and phone; a phone alone is its own reference.

    Raises BadCell.
    """
    phone = phone_of(cells, context)
    customer = cells.reference("member") or phone or ""
    if not customer:
        raise BadCell("nobody", "member")
    return customer, phone


def phone_of(cells: Cells, context: Context) -> str | None:
    """The phone in E.164; none where the cell is empty. Raises BadCell."""
    text = cells.reference("phone")
    if not text:
        return None
    try:
        return read_phone(text, country=context.country)
    except DomainError as refusal:
        raise BadCell("not_a_phone", "phone") from refusal


def name_of(cells: Cells, word: str, longest: int) -> str | None:
    """A name as members have them; none where the cell is empty. Raises BadCell."""
    text = cells.text(word, 4 * longest)
    if not text:
        return None
    try:
        return tidy(text, longest=longest) or None
    except DomainError as refusal:
        raise BadCell("too_long", word) from refusal


def find_members(context: Context) -> None:
    """Point each row at its member, where there is one; what contradicts is bad."""
    run(BY_REFERENCE, source=context.source)
    run(ERASED, source=context.source, pepper=pepper(context.source))
    run(TWO_PHONES)
    run(BY_PHONE)
    run(OF_ANOTHER, source=context.source)


def refuse_unknown() -> None:
    """What a member is to hold cannot be brought before the member is."""
    run(UNKNOWN)


def make_missing_members(context: Context) -> None:
    """A member for each reference that has none yet, and the reference of each."""
    run("DROP TABLE IF EXISTS pg_temp.imports_missing")
    run(MISSING)
    run(NUMBERED)
    run(PLACED)
    run("CREATE INDEX ON imports_missing (place)")
    people = (
        members_services.NewMember(phone=phone, joined_at=joined)
        for piece in Pieces(NEW_PEOPLE, {}, PIECE)
        for phone, joined, _place in piece
    )
    ids = members_services.load_members(rows=people, by=context.importer, at=context.at)
    run(GIVEN_IDS, ids=ids)
    run(REMEMBER, source=context.source, at=context.at)
    run(POINT)
