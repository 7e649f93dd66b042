"""What the database refuses by itself, asked from outside the ORM."""

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import Error as PsycopgError

from members.models import Member
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db


def broken(column: str, value: str) -> str:
    """Set one column to a piece of SQL; the constraint that refuses it, or nothing."""
    member = MemberFactory.create()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE members_member SET {column} = {value} WHERE id = %s",
                [member.pk],
            )
    except DatabaseError as refusal:
        cause = refusal.__cause__
        assert isinstance(cause, PsycopgError)
        return str(cause.diag.constraint_name)
    return ""


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("phone", "'13800000001'", "members_member_phone_is_e164"),
        ("phone", "'+0138'", "members_member_phone_is_e164"),
        ("phone", "'+86138 0000'", "members_member_phone_is_e164"),
        ("referral_code", "'ILLEGAL-OO'", "members_member_referral_code_is_plain"),
        ("(status, ended_at)", "('gone', now())", "members_member_status_is_known"),
        (
            "(status, ended_at)",
            "('merged', now())",
            "members_member_merged_has_pointer",
        ),
        ("merged_into_id", "id", "members_member_merged_has_pointer"),
        ("referrer_id", "id", "members_member_brought_by_another"),
        ("ended_at", "now()", "members_member_ended_when_it_ended"),
        ("gender", "'yes'", "members_member_gender_is_known"),
        ("birth_month", "1", "members_member_birthday_is_whole"),
        (
            "(status, ended_at)",
            "('erased', now())",
            "members_member_erased_is_nobody",
        ),
    ],
)
def test_a_member_that_cannot_be_is_refused(
    column: str, value: str, constraint: str
) -> None:
    assert broken(column, value) == constraint


BIRTHDAY = (
    "(birth_calendar, birth_year, birth_month, birth_day, birth_leap, birthday_set_at)"
)


@pytest.mark.parametrize(
    ("birthday", "constraint"),
    [
        ("'solar', NULL, 2, 30, false", "birth_day_exists"),
        ("'solar', NULL, 4, 31, false", "birth_day_exists"),
        ("'solar', NULL, 1, 32, false", "birth_day_exists"),
        ("'lunar', NULL, 1, 31, false", "birth_day_exists"),
        ("'solar', NULL, 13, 1, false", "birth_month_exists"),
        ("'solar', NULL, 0, 1, false", "birth_month_exists"),
        ("'solar', NULL, 1, 0, false", "birth_day_exists"),
        ("'solar', 2001, 2, 29, false", "leap_day_in_leap_year"),
        ("'solar', 1900, 2, 29, false", "leap_day_in_leap_year"),
        ("'solar', 1899, 2, 2, false", "birth_year_is_plausible"),
        ("'solar', 2000, 2, 2, true", "leap_month_is_lunar"),
        ("'mayan', 2000, 2, 2, false", "birthday_is_whole"),
        ("'solar', 2000, NULL, 2, false", "birthday_is_whole"),
    ],
)
def test_a_birthday_that_no_calendar_has_is_refused(
    birthday: str, constraint: str
) -> None:
    assert broken(BIRTHDAY, f"({birthday}, now())") == f"members_member_{constraint}"


@pytest.mark.parametrize(
    "birthday",
    [
        "'solar', NULL, 2, 29, false",
        "'solar', 2000, 2, 29, false",
        "'solar', 2024, 12, 31, false",
        "'lunar', NULL, 2, 30, true",
        "NULL, NULL, NULL, NULL, NULL",
    ],
)
def test_a_birthday_that_exists_is_kept(birthday: str) -> None:
    if birthday.startswith("NULL"):
        assert broken("birth_calendar", "''") == ""
        return
    assert broken(BIRTHDAY, f"({birthday}, now())") == ""


def test_two_members_never_share_a_phone() -> None:
    first, second = MemberFactory.create(), MemberFactory.create()
    with pytest.raises(DatabaseError), transaction.atomic():
        Member.objects.filter(pk=second.pk).update(phone=first.phone)


def test_every_member_has_a_referral_code_of_its_own() -> None:
    codes = {MemberFactory.create().referral_code for _number in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 10 for code in codes)
