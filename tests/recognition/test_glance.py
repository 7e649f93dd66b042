"""A guest at one glance: everything, in few queries, in a stable order."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from members.birthdays import Birthday
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.days import next_on
from recognition.selectors import Favourite, Glance
from recognition.services import SoldLine
from tests.factories.members import MemberFactory
from tests.factories.recognition import (
    FeedbackFactory,
    NoteFactory,
    OccasionFactory,
    PreferenceFactory,
)
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.recognition.people import someone

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def glance(member_id: int) -> Glance:
    found = recognition_selectors.recognise(member_id, NOON)
    assert found is not None
    return found


def came(member_id: int, store_id: int, ago: int, *lines: SoldLine) -> None:
    recognition_services.note_visit(
        member_id=member_id,
        store_id=store_id,
        at=NOON - timedelta(days=ago),
        business_date=TODAY - timedelta(days=ago),
        amount=100_00,
        lines=lines,
        source="sale",
        reference=f"{member_id}:{ago}",
    )


def dish(sku: str, quantity: int = 1, **facts: Any) -> SoldLine:
    return SoldLine(**{"sku": sku, "name": sku.lower(), "quantity": quantity, **facts})


def test_somebody_new_is_met_without_a_past() -> None:
    member = MemberFactory.create()

    found = glance(member.pk)

    assert found.member == member
    assert (found.visits, found.spent, found.rhythm_days) == (0, 0, None)
    assert [*found.favourites, *found.notes, *found.coming, *found.allergies] == []
    assert found.last_said is None


def test_nobody_is_nobody() -> None:
    assert recognition_selectors.recognise(10**12, NOON) is None


def test_everything_is_there() -> None:
    store = StoreFactory.create(name="静安寺店")
    keeper = UserFactory.create(display_name="李明辉")
    member = MemberFactory.create(keeper=keeper, salutation="陈小姐")
    for ago in (30, 20, 6):
        came(member.pk, store.pk, ago, dish("TEA"))
    for kind, words in [
        ("allergy", "花生"),
        ("like", "靠窗"),
        ("dislike", "香菜"),
        ("seat", "12 号桌"),
    ]:
        PreferenceFactory.create(member=member, kind=kind, words=words)
    OccasionFactory.create(member=member, words="和先生", month=11, day=25)
    NoteFactory.create(member=member, words="喜欢安静")

    found = glance(member.pk)

    assert found.keeper == "李明辉"
    assert found.member.salutation == "陈小姐"
    assert (found.allergies, found.likes) == (("花生",), ("靠窗",))
    assert (found.dislikes, found.seats) == (("香菜",), ("12 号桌",))
    assert (found.visits, found.spent) == (3, 300_00)
    assert (found.first_on, found.last_on) == (date(2026, 10, 21), date(2026, 11, 14))
    assert (found.last_store, found.rhythm_days) == ("静安寺店", Decimal(12))
    assert found.favourites == (Favourite("TEA", "tea", 3, 3),)
    assert [(day.kind, day.words, day.in_days) for day in found.coming] == [
        ("wedding", "和先生", 5)
    ]
    assert [note.words for note in found.notes] == ["喜欢安静"]


def test_four_queries_however_long_the_past() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    for ago in range(30):
        came(member.pk, store.pk, ago, dish("TEA"), dish("RICE"))
        NoteFactory.create(member=member)
        PreferenceFactory.create(member=member)
        FeedbackFactory.create(member=member, store=store)

    with CaptureQueriesContext(connection) as asked:
        found = glance(member.pk)
        _ = found.keeper, found.member.home_store

    assert len(asked) <= 4


def test_favourites_are_what_comes_back_not_one_big_party() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    came(member.pk, store.pk, 9, dish("DUCK", 20), dish("TEA"))
    came(member.pk, store.pk, 5, dish("TEA"), dish("FISH"), dish("FISH"))
    came(member.pk, store.pk, 2, dish("SOUP", 2), dish("CAKE", 2))

    skus = [favourite.sku for favourite in glance(member.pk).favourites]

    # On two visits; then by pieces; equal pieces: the later day, then the number.
    assert skus == ["TEA", "DUCK", "CAKE", "SOUP", "FISH"]


def test_a_favourite_goes_by_its_latest_name() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    came(member.pk, store.pk, 9, dish("A", name="old"))
    came(member.pk, store.pk, 2, dish("A", name="new"))

    assert glance(member.pk).favourites == (Favourite("A", "new", 2, 2),)


def test_what_was_voided_was_not_eaten() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    came(member.pk, store.pk, 9, dish("A"))
    recognition_services.void_visit(source="sale", reference=f"{member.pk}:9", at=NOON)

    found = glance(member.pk)

    assert (found.favourites, found.visits, found.last_on) == ((), 0, None)


def test_notes_withdrawn_are_silent_and_the_latest_come_first() -> None:
    member = MemberFactory.create()
    for number in range(5):
        NoteFactory.create(
            member=member, words=f"n{number}", at=NOON + timedelta(minutes=number)
        )
    NoteFactory.create(member=member, at=NOON + timedelta(hours=1), withdrawn_at=NOON)

    assert [note.words for note in glance(member.pk).notes] == ["n4", "n3", "n2"]


def test_the_last_word_and_how_it_ended() -> None:
    store, member = StoreFactory.create(), MemberFactory.create()
    FeedbackFactory.create(member=member, store=store, at=NOON - timedelta(days=9))
    by = someone("shift-lead", store=store)
    complaint = recognition_services.record_feedback(
        member_id=member.pk,
        store_id=store.pk,
        channel="phone",
        words="等了四十分钟",
        score=2,
        by=by,
        at=NOON - timedelta(days=2),
    )

    open_one = glance(member.pk)
    recognition_services.assign_complaint(
        feedback_id=complaint.pk,
        owner=UserFactory.holding("shift-lead", store=store, display_name="周建国"),
        by=by,
        at=NOON,
    )
    recognition_services.cure_complaint(
        feedback_id=complaint.pk, cure="道歉并留位", by=by, at=NOON
    )
    cured = glance(member.pk)

    assert open_one.last_said is not None
    assert (open_one.last_said.state, open_one.uncured) == ("open", 1)
    assert cured.last_said is not None
    assert (cured.last_said.state, cured.uncured) == ("cured", 0)
    assert (cured.last_said.owner, cured.last_said.cure) == ("周建国", "道歉并留位")
    assert (cured.last_said.score, cured.last_said.cured_at) == (2, NOON)


def test_days_far_away_are_not_yet_shown() -> None:
    member = MemberFactory.create()
    OccasionFactory.create(member=member, month=12, day=4)  # 14 days on
    OccasionFactory.create(member=member, month=12, day=5)
    OccasionFactory.create(member=member, month=11, day=19)  # yesterday

    assert [day.on for day in glance(member.pk).coming] == [date(2026, 12, 4)]


def test_a_birthday_is_kept_in_its_own_calendar() -> None:
    solar = MemberFactory.born(Birthday(month=11, day=22))
    # The 15th day of the tenth month is 2026-11-23.
    lunar = MemberFactory.born(Birthday(month=10, day=15, calendar="lunar"))
    far = MemberFactory.born(Birthday(month=7, day=1))

    assert [(day.kind, day.in_days) for day in glance(solar.pk).coming] == [
        ("birthday", 2)
    ]
    assert [day.on for day in glance(lunar.pk).coming] == [date(2026, 11, 23)]
    assert glance(far.pk).coming == ()


@pytest.mark.parametrize(
    ("month", "day", "today", "coming"),
    [
        (2, 29, date(2027, 2, 1), date(2027, 2, 28)),
        (2, 29, date(2028, 2, 1), date(2028, 2, 29)),
        (2, 29, date(2028, 3, 1), date(2029, 2, 28)),
        (2, 29, date(2100, 2, 28), date(2100, 2, 28)),
        (12, 31, date(2026, 12, 31), date(2026, 12, 31)),
        (1, 1, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_day_comes_round(month: int, day: int, today: date, coming: date) -> None:
    assert next_on(month=month, day=day, today=today) == coming


@given(
    day=st.dates(date(2000, 1, 1), date(2000, 12, 31)),
    today=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
)
def test_it_comes_within_a_year_and_never_late(day: date, today: date) -> None:
    coming = next_on(month=day.month, day=day.day, today=today)

    assert timedelta(0) <= coming - today <= timedelta(days=366)
