"""Who somebody is, which tier they have, what they agreed to: as tests in SQL."""

from datetime import timedelta
from typing import Final

from campaigns import conditions as asked
from members.birthdays import kept_on

from .statement import SegmentStatement, SqlTest

TOLD: Final = {
    "name": "m.name <> ''",
    "phone": "m.phone IS NOT NULL",
    "email": "m.email <> ''",
    "birthday": "m.birth_month IS NOT NULL",
}
# The tier that shows: what was bought or given ends to the second, and whoever has none
# has the one that asks for nothing.
TIER: Final = """coalesce(
  CASE WHEN {t}.source <> 'earned' AND {t}.kept_until <= {at} THEN {t}.earned_tier_id
       ELSE {t}.tier_id END,
  (SELECT b.id FROM tiers_tier b WHERE b.is_active AND b.threshold = 0
    ORDER BY b.id LIMIT 1))"""
NUMBER: Final = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"
DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def gender(leaf: asked.Gender, made: SegmentStatement) -> SqlTest:
    return SqlTest(
        f"(m.gender = ANY ({made.value(leaf.genders, 'text[]')}))", is_total=True
    )


def language(leaf: asked.Language, made: SegmentStatement) -> SqlTest:
    return SqlTest(
        f"(m.language = ANY ({made.value(leaf.languages, 'text[]')}))", is_total=True
    )


def age(leaf: asked.Age, made: SegmentStatement) -> SqlTest:
    """Whoever was born in a lunar month ages on that day of the solar year: who is
    meant by an age is not told to the week.
    """
    today = made.today
    year, month = made.value(today.year, "int"), made.value(today.month, "int")
    birthday_to_come = (
        f"((m.birth_month, m.birth_day) > ({month}, {made.value(today.day, 'int')}))"
    )
    return made.bounds(f"({year} - m.birth_year - {birthday_to_come}::int)", leaf)


def birthday(leaf: asked.BirthdaySoon, made: SegmentStatement) -> SqlTest:
    """The days are turned into what the rows say; the index on birthdays answers."""
    rows = sorted(
        {
            (kept.calendar, kept.month, day, leap)
            for ahead in range(leaf.next_days + 1)
            for kept in kept_on(made.today + timedelta(days=ahead))
            for day in kept.days
            for leap in kept.leaps
        }
    )
    calendars, months, days, leaps = (
        list(column) for column in zip(*rows, strict=True)
    )
    table = (
        f"unnest({made.value(calendars, 'text[]')}, {made.value(months, 'smallint[]')},"
        f" {made.value(days, 'smallint[]')}, {made.value(leaps, 'boolean[]')})"
    )
    columns = "m.birth_calendar, m.birth_month, m.birth_day, m.birth_leap"
    return SqlTest(f"(({columns}) IN (SELECT * FROM {table}))")


def joined(leaf: asked.Joined, made: SegmentStatement) -> SqlTest:
    return made.moments_ago("m.joined_at", leaf)


def known(leaf: asked.KnownFacts, made: SegmentStatement) -> SqlTest:
    return SqlTest(
        f"({' AND '.join(TOLD[fact] for fact in leaf.facts)})", is_total=True
    )


def home_store(leaf: asked.HomeStore, made: SegmentStatement) -> SqlTest:
    return SqlTest(f"(m.home_store_id = ANY ({made.value(leaf.stores, 'bigint[]')}))")


def tag(leaf: asked.Tagged, made: SegmentStatement) -> SqlTest:
    return _exists(
        "members_membertag t WHERE t.member_id = m.id"
        f" AND t.tag_id = ANY ({made.value(leaf.tags, 'bigint[]')})"
    )


def custom(leaf: asked.Custom, made: SegmentStatement) -> SqlTest:
    """Numbers and days are compared as such; an answer of another kind is no match."""
    answer = f"(m.custom ->> {made.value(leaf.code, 'text')})"
    if leaf.test == "given":
        return SqlTest(f"({answer} <> '')")
    value = made.value(leaf.value, "text")
    if leaf.test == "equals":
        return SqlTest(f"(lower({answer}) = lower({value}))")
    if leaf.test == "contains":
        return SqlTest(f"(strpos(lower({answer}), lower({value})) > 0)")
    sign = ">=" if leaf.test == "at_least" else "<="
    return SqlTest(
        f"(CASE WHEN {answer} ~ '{NUMBER}' AND {value} ~ '{NUMBER}'"
        f" THEN {answer}::numeric {sign} {value}::numeric"
        f" WHEN {answer} ~ '{DAY}' AND {value} ~ '{DAY}'"
        f' THEN {answer} COLLATE "C" {sign} {value} COLLATE "C" END)'
    )


def referred(leaf: asked.ReferralCount, made: SegmentStatement) -> SqlTest:
    brought = made.join(
        "(SELECT r.referrer_id AS member_id, count(*) AS n FROM members_member r"
        " WHERE r.referrer_id IS NOT NULL GROUP BY r.referrer_id)"
    )
    return made.bounds(f"{brought}.n", leaf, is_count=True)


def tier(leaf: asked.HasTier, made: SegmentStatement) -> SqlTest:
    standing = made.join("tiers_standing")
    shown = TIER.format(t=standing, at=made.value(made.at, "timestamptz"))
    return SqlTest(f"({shown} = ANY ({made.value(leaf.tiers, 'bigint[]')}))")


def tier_at_risk(leaf: asked.TierAtRisk, made: SegmentStatement) -> SqlTest:
    standing = made.join("tiers_standing")
    return SqlTest(f"({standing}.notice_at IS NOT NULL)", is_total=True)


def tier_since(leaf: asked.TierSince, made: SegmentStatement) -> SqlTest:
    standing = made.join("tiers_standing")
    reached = made.moments_ago(f"{standing}.since", leaf)
    return SqlTest(f"({standing}.tier_id IS NOT NULL AND {reached.sql})")


def consent(leaf: asked.Agreed, made: SegmentStatement) -> SqlTest:
    return _exists(
        "members_consentnow c WHERE c.member_id = m.id AND c.granted"
        f" AND c.purpose = {made.value(leaf.purpose, 'text')}"
        f" AND c.channel = ANY ({made.value(leaf.channels, 'text[]')})"
    )


def _exists(rows: str) -> SqlTest:
    return SqlTest(f"EXISTS (SELECT FROM {rows})", is_total=True)
