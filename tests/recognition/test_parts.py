"""A member merged, exported or erased takes along, shows or loses what is known."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model

from members import parts
from recognition import services as recognition_services
from recognition.models import Feedback, Note, Occasion, Preference, Visit, VisitSummary
from recognition.parts import RecognitionPart
from recognition.services import SoldLine
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.recognition import (
    FeedbackFactory,
    NoteFactory,
    OccasionFactory,
    PreferenceFactory,
)
from tests.factories.stores import NOON, StoreFactory

pytestmark = pytest.mark.django_db


def a_past(member: Any) -> None:
    store = StoreFactory.create()
    PreferenceFactory.create(member=member, kind="allergy", words="花生")
    OccasionFactory.create(member=member)
    NoteFactory.create(member=member, words="喜欢安静")
    FeedbackFactory.create(member=member, store=store, words="很好")
    recognition_services.note_visit(
        member_id=member.pk,
        store_id=store.pk,
        at=NOON,
        business_date=date(2026, 11, 20) - timedelta(days=member.pk % 50),
        amount=50_00,
        lines=[SoldLine(sku="T", name="龙井", amount=50_00)],
        source="sale",
        reference=f"P{member.pk}",
    )


def moved(source: Any, target: Any) -> None:
    RecognitionPart().move(
        source_id=source.pk, target_id=target.pk, by=an_act(), at=NOON, key="merge"
    )


def test_it_takes_part() -> None:
    assert isinstance(
        {part.word: part for part in parts.all_parts()}["recognition"], RecognitionPart
    )


def test_two_pasts_become_one() -> None:
    source, target = MemberFactory.create(), MemberFactory.create()
    a_past(source)
    a_past(target)
    PreferenceFactory.create(member=source, words="靠窗")

    moved(source, target)

    expected: list[tuple[type[Model], int]] = [
        (Preference, 2),  # what both had is said once
        (Occasion, 1),
        (Note, 2),
        (Feedback, 2),
        (Visit, 2),
    ]
    for model, count in expected:
        assert model._default_manager.filter(member=source).count() == 0
        assert model._default_manager.filter(member=target).count() == count
    assert VisitSummary.objects.get(pk=source.pk).visits == 0
    both = VisitSummary.objects.get(pk=target.pk)
    assert (both.visits, both.spent) == (2, 100_00)


def test_nothing_here_keeps_anybody_from_leaving() -> None:
    member = MemberFactory.create()
    a_past(member)

    assert RecognitionPart().held(member_id=member.pk, at=NOON) == []


def test_everything_is_told() -> None:
    member = MemberFactory.create()
    a_past(member)
    a_past(MemberFactory.create())

    told = RecognitionPart().export(member_id=member.pk)

    assert {name: len(rows) for name, rows in told.items()} == {
        "preferences": 1,
        "occasions": 1,
        "notes": 1,
        "feedback": 1,
        "feedback_replies": 0,
        "visits": 1,
    }
    assert told["preferences"][0]["words"] == "花生"
    assert told["visits"][0]["lines"] == [
        {"name": "龙井", "quantity": 1, "amount": 50_00}
    ]


def test_forgotten_words_are_gone_and_the_figures_stay() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    a_past(member)
    a_past(other)

    for _twice in range(2):
        RecognitionPart().forget(member_id=member.pk, by=an_act(), at=NOON)

    assert not Preference.objects.filter(member=member).exists()
    assert not Occasion.objects.filter(member=member).exists()
    assert Note.objects.get(member=member).words == ""
    feedback = Feedback.objects.get(member=member)
    assert (feedback.words, feedback.score) == ("", 9)
    assert Visit.objects.filter(member=member).count() == 1
    assert Note.objects.get(member=other).words == "喜欢安静"
