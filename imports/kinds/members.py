"""Members: who they are and how they are reached, with what they hold."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.errors import DomainError
from imports.values import BadCell, month_and_day, truth_of
from members import services as members_services
from members.birthdays import LUNAR, SOLAR, Birthday
from members.keys import keys_of

from .base import REPEATED, Cells, Context, Pieces, RowKind, run
from .lots import HOLDING_COLUMNS, HOLDINGS, TABLE, judge_lots, read_lots
from .people import PERSON, find_members, name_of, read_person
from .posting import post_lots

LONGEST_NAME: Final = 80
LONGEST_EMAIL: Final = 254
LONGEST_SALUTATION: Final = 20
GENDERS: Final = {
    **dict.fromkeys(
        ("f", "female", "w", "woman", "女", "女士", "女性", "小姐"), "female"
    ),
    **dict.fromkeys(("m", "male", "man", "男", "先生", "男性"), "male"),
    **dict.fromkeys(("other", "x", "其他", "其它"), "other"),
    **dict.fromkeys(("unknown", "未知", "保密", "不详", "不詳", "-"), None),
}
LANGUAGES: Final = {
    **{code: code for code, _name in settings.LANGUAGES},
    "english": "en",
    "英文": "en",
    "英语": "en",
    "zh-cn": "zh-hans",
    "简体中文": "zh-hans",
    "简体": "zh-hans",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
    "繁體中文": "zh-hant",
    "繁體": "zh-hant",
}
# What the file says, as it is remembered: NULL is silence, and silence changes nothing.
SAID: Final = """
UPDATE imports_staged s
   SET said = jsonb_strip_nulls(jsonb_build_object(
         'name', s.name, 'phone', s.phone, 'email', s.email,
         'salutation', s.salutation, 'gender', s.gender, 'language', s.language,
         'store', s.store_id, 'joined', s.joined_on,
         'birthday', s.birth_calendar || ':' || coalesce(s.birth_year::text, '')
           || ':' || s.birth_month || ':' || s.birth_day || ':' || s.birth_leap)),
       before = (SELECT r.brought FROM imports_externalref r WHERE r.id = s.ref_id)
 WHERE s.fate IS NULL
"""
# What the file says as it said it before is no news, whatever became of it since.
NO_NEWS: Final = """
UPDATE imports_staged s
   SET name = CASE WHEN before->'name' IS DISTINCT FROM said->'name' THEN name END,
       phone = CASE WHEN before->'phone' IS DISTINCT FROM said->'phone' THEN phone END,
       email = CASE WHEN before->'email' IS DISTINCT FROM said->'email' THEN email END,
       salutation = CASE WHEN before->'salutation' IS DISTINCT FROM said->'salutation'
                         THEN salutation END,
       gender = CASE WHEN before->'gender' IS DISTINCT FROM said->'gender'
                     THEN gender END,
       language = CASE WHEN before->'language' IS DISTINCT FROM said->'language'
                       THEN language END,
       store_id = CASE WHEN before->'store' IS DISTINCT FROM said->'store'
                       THEN store_id END,
       joined_on = CASE WHEN before->'joined' IS DISTINCT FROM said->'joined'
                        THEN joined_on END,
       birth_month = CASE WHEN before->'birthday' IS DISTINCT FROM said->'birthday'
                          THEN birth_month END
 WHERE fate IS NULL AND member_id IS NOT NULL
"""
# A phone and a birthday are not changed by a file, only given where there is none.
NOT_BY_A_FILE: Final = """
UPDATE imports_staged s
   SET fate = 'bad',
       why = CASE WHEN s.phone <> m.phone THEN 'phone_differs'
                  ELSE 'birthday_differs' END,
       about = CASE WHEN s.phone <> m.phone THEN 'phone' ELSE 'birthday' END
  FROM members_member m
 WHERE m.id = s.member_id AND s.fate IS NULL
   AND (s.phone <> m.phone
        OR (s.birth_month IS NOT NULL AND m.birth_month IS NOT NULL
            AND (s.birth_calendar, s.birth_month, s.birth_day, s.birth_leap)
                IS DISTINCT FROM
                (m.birth_calendar, m.birth_month, m.birth_day, m.birth_leap)))
"""
TAKEN: Final = """
UPDATE imports_staged s SET fate = 'bad', why = 'phone_taken', about = 'phone'
  FROM members_member m
 WHERE m.phone = s.phone AND m.id IS DISTINCT FROM s.member_id AND s.fate IS NULL
"""
# Where somebody changed it here since, ours stays.
OURS_STAYS: Final = """
UPDATE imports_staged s
   SET name = CASE WHEN m.name IN ('', before->>'name') AND m.name <> s.name
                   THEN s.name END,
       phone = CASE WHEN m.phone IS NULL THEN s.phone END,
       email = CASE WHEN m.email IN ('', before->>'email') AND m.email <> s.email
                    THEN s.email END,
       salutation = CASE WHEN m.salutation IN ('', before->>'salutation')
                          AND m.salutation <> s.salutation THEN s.salutation END,
       gender = CASE WHEN m.gender IN ('', before->>'gender') AND m.gender <> s.gender
                     THEN s.gender END,
       language = CASE WHEN m.language IN ('', before->>'language')
                        AND m.language <> s.language THEN s.language END,
       store_id = CASE WHEN (m.home_store_id IS NULL
                             OR m.home_store_id::text = before->>'store')
                        AND m.home_store_id IS DISTINCT FROM s.store_id
                       THEN s.store_id END,
       joined_on = CASE WHEN before->>'joined'
                             = (m.joined_at AT TIME ZONE %(zone)s)::date::text
                        THEN s.joined_on END,
       birth_month = CASE WHEN m.birth_month IS NULL THEN s.birth_month END
  FROM members_member m
 WHERE m.id = s.member_id AND s.fate IS NULL
"""
JUDGE: Final = """
UPDATE imports_staged s
   SET fate = CASE
         WHEN member_id IS NULL THEN 'new'
         WHEN ref_id IS NULL OR num_nonnulls(name, phone, email, salutation, gender,
              language, store_id, joined_on, birth_month) > 0 THEN 'changed'
         WHEN EXISTS (SELECT FROM imports_lots l
                       WHERE l.line = s.line AND l.fate = 'new') THEN 'changed'
         ELSE 'same' END
 WHERE fate IS NULL
"""
PLACES: Final = """
UPDATE imports_staged s SET place = told.place
  FROM (SELECT line, row_number() OVER (ORDER BY line) AS place
          FROM imports_staged WHERE fate = 'new') told
 WHERE told.line = s.line
"""
NEW_PEOPLE: Final = """
SELECT name, phone, email, salutation, gender, language, birth_calendar, birth_year,
       birth_month, birth_day, store_id, joined, place
  FROM imports_staged WHERE place > %(after)s ORDER BY place LIMIT %(piece)s
"""
GIVEN_IDS: Final = """
UPDATE imports_staged s SET member_id = given.id
  FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS given(id, place)
 WHERE given.place = s.place
"""
NUMBERS: Final = """
UPDATE imports_staged
   SET ref_id = coalesce(ref_id,
         nextval(pg_get_serial_sequence('imports_externalref', 'id'))),
       is_linked = ref_id IS NOT NULL
 WHERE fate IN ('new', 'changed')
"""
RENAMED: Final = """
SELECT member_id, name, line FROM imports_staged
 WHERE fate = 'changed' AND name IS NOT NULL AND line > %(after)s
 ORDER BY line LIMIT %(piece)s
"""
RENAME: Final = """
UPDATE members_member m
   SET name = n.name, search_name = n.search_name, search_pinyin = n.search_pinyin,
       search_initials = n.search_initials, other_pinyin = n.other_pinyin,
       other_initials = n.other_initials
  FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(written)s::text[],
              %(spoken)s::text[], %(initials)s::text[], %(others)s::text[],
              %(other_initials)s::text[])
       AS n(id, name, search_name, search_pinyin, search_initials, other_pinyin,
            other_initials)
 WHERE n.id = m.id
"""
CHANGE: Final = """
UPDATE members_member m
   SET phone = coalesce(s.phone, m.phone),
       email = coalesce(s.email, m.email),
       salutation = coalesce(s.salutation, m.salutation),
       gender = coalesce(s.gender, m.gender),
       language = coalesce(s.language, m.language),
       home_store_id = coalesce(s.store_id, m.home_store_id),
       joined_at = CASE WHEN s.joined_on IS NULL THEN m.joined_at ELSE s.joined END,
       birth_calendar = CASE WHEN s.birth_month IS NULL THEN m.birth_calendar
                             ELSE s.birth_calendar END,
       birth_year = CASE WHEN s.birth_month IS NULL THEN m.birth_year
                         ELSE s.birth_year END,
       birth_day = CASE WHEN s.birth_month IS NULL THEN m.birth_day
                        ELSE s.birth_day END,
       birth_leap = CASE WHEN s.birth_month IS NULL THEN m.birth_leap
                         ELSE s.birth_leap END,
       birthday_set_at = CASE WHEN s.birth_month IS NULL THEN m.birthday_set_at
                              ELSE %(at)s END,
       birth_month = coalesce(s.birth_month, m.birth_month)
  FROM imports_staged s
 WHERE m.id = s.member_id AND s.fate = 'changed'
   AND num_nonnulls(s.phone, s.email, s.salutation, s.gender, s.language, s.store_id,
                    s.joined_on, s.birth_month) > 0
"""
LINK: Final = """
INSERT INTO imports_externalref
       (id, source, kind, reference, member_id, brought, erased, made_at)
SELECT ref_id, %(source)s, 'member', customer, member_id, said, false, %(at)s
  FROM imports_staged WHERE fate IN ('new', 'changed') AND NOT is_linked
"""
REMEMBER: Final = """
UPDATE imports_externalref r SET brought = r.brought || s.said
  FROM imports_staged s
 WHERE r.id = s.ref_id AND s.fate = 'changed' AND s.is_linked
"""


class Members(RowKind):
    """A row is one person; opening balances may stand in the same row."""

    word = "members"
    columns = (
        "member",
        "phone",
        "name",
        "email",
        "salutation",
        "gender",
        "birthday",
        "lunar",
        "language",
        "store",
        "joined",
        *HOLDING_COLUMNS,
    )
    needed = (("member", "phone"),)
    staged = (
        *PERSON,
        "joined_on date",
        "name text",
        "email text",
        "salutation text",
        "gender text",
        "language text",
        "store_id bigint",
        "birth_calendar text",
        "birth_year smallint",
        "birth_month smallint",
        "birth_day smallint",
        "birth_leap boolean",
        *HOLDINGS,
        "said jsonb",
        "before jsonb",
        "is_linked boolean",
        "place bigint",
    )

    def prepare(self, context: Context) -> None:
        """Nothing besides the stores, which are known."""

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A person, every field optional but one to know them by. Raises BadCell."""
        customer, phone = read_person(cells, context)
        joined = context.reader.moment(cells["joined"], "joined")
        if joined is not None and joined > context.at:
            raise BadCell("in_the_future", "joined")
        name = name_of(cells, "name", LONGEST_NAME)
        store = cells.store("store", context)
        return customer, (
            customer,
            phone,
            joined or context.at,
            None,
            None,
            joined.astimezone(context.reader.zone).date() if joined else None,
            name,
            _email(cells),
            name_of(cells, "salutation", LONGEST_SALUTATION),
            _one_of(cells, "gender", GENDERS, "unknown_gender"),
            _one_of(cells, "language", LANGUAGES, "unknown_language"),
            store.pk if store else None,
            *_birthday(cells, context),
            *read_lots(cells, context),
            *(None, None, None, None),
        )

    def tables(self) -> Sequence[str]:
        """The lots that the rows speak of."""
        return (TABLE,)

    def judge(self, context: Context) -> None:
        """Who is new, who has news, and what would contradict us."""
        run(REPEATED)
        find_members(context)
        run(SAID)
        run(NO_NEWS)
        run(NOT_BY_A_FILE)
        run(TAKEN)
        run(OURS_STAYS, zone=str(context.reader.zone))
        judge_lots(context)
        run(JUDGE)

    def write(self, context: Context) -> None:
        """People first, then what they hold."""
        _load(context)
        run(NUMBERS)
        run(CHANGE, at=context.at)
        _rename()
        run(LINK, source=context.source, at=context.at)
        run(REMEMBER)
        post_lots(context)


def _load(context: Context) -> None:
    """Who is new, taken in by the members' own door."""
    run(PLACES)
    run("CREATE INDEX ON imports_staged (place) WHERE place IS NOT NULL")
    ids = members_services.load_members(
        rows=_new_people(context), by=context.importer, at=context.at
    )
    run(GIVEN_IDS, ids=ids)


def _new_people(context: Context) -> Iterator[members_services.NewMember]:
    for piece in Pieces(NEW_PEOPLE, {}, 10_000):
        for row in piece:
            name, phone, email, salutation, gender, language = row[:6]
            calendar, year, month, day, store_id, joined, _place = row[6:]
            yield members_services.NewMember(
                name=name or "",
                phone=phone,
                email=email or "",
                salutation=salutation or "",
                gender=gender or "",
                language=language or "",
                birthday=None
                if month is None
                else Birthday(month=month, day=day, year=year, calendar=calendar),
                home_store_id=store_id,
                joined_at=joined,
            )
        context.tell("writing", piece[-1][-1], None)


def _rename() -> None:
    """A new name is found by its own keys."""
    for piece in Pieces(RENAMED, {}, 10_000):
        keys = [keys_of(name) for _id, name, _line in piece]
        run(
            RENAME,
            ids=[row[0] for row in piece],
            names=[row[1] for row in piece],
            written=[key.search_name for key in keys],
            spoken=[key.search_pinyin for key in keys],
            initials=[key.search_initials for key in keys],
            others=[key.other_pinyin for key in keys],
            other_initials=[key.other_initials for key in keys],
        )


def _email(cells: Cells) -> str | None:
    text = cells.text("email", LONGEST_EMAIL)
    if not text:
        return None
    try:
        validate_email(text)
    except ValidationError as wrong:
        raise BadCell("not_an_email", "email") from wrong
    return text


def _one_of(cells: Cells, word: str, known: dict[str, Any], why: str) -> str | None:
    text = cells.text(word, 40).casefold()
    if not text:
        return None
    if text not in known:
        raise BadCell(why, word)
    found: str | None = known[text]
    return found


def _birthday(
    cells: Cells, context: Context
) -> tuple[str | None, int | None, int | None, int | None, bool | None]:
    """Calendar, year, month, day and leap month; nothing where none is told."""
    cell = cells["birthday"]
    if cell == "":
        return (None, None, None, None, None)
    lunar = truth_of(cells["lunar"], "lunar")
    year: int | None = None
    short = month_and_day(cell) if isinstance(cell, str) else None
    if short:
        month, day = short
    else:
        found = context.reader.day(cell, "birthday") or date.min
        year, month, day = found.year, found.month, found.day
    birthday = Birthday(
        month=month, day=day, year=year, calendar=LUNAR if lunar else SOLAR
    )
    try:
        birthday.checked(today=context.at.date())
    except DomainError as refusal:
        raise BadCell("not_a_birthday", "birthday") from refusal
    return (birthday.calendar, year, month, day, False)
