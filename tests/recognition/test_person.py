"""What the staff know: said once, by whom and when, and never about somebody gone."""

from datetime import timedelta
from typing import Any

import pytest

from common.errors import DomainError
from ledger.services import Act
from recognition import services as recognition_services
from recognition.errors import (
    AlreadyWithdrawn,
    MemberNotHere,
    NoSuchDay,
    NotOneOfTheKinds,
    WordsRefused,
)
from recognition.models import Note, Occasion, Preference
from stores.errors import NotAllowed
from stores.models import AuditEvent
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.recognition import NoteFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.recognition.people import everything, someone

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def liked(member_id: int, by: Act, **facts: Any) -> Preference:
    return recognition_services.add_preference(
        **{
            "member_id": member_id,
            "kind": "like",
            "words": "靠窗的位子",
            "by": by,
            "at": NOON,
            **facts,
        }
    )


def met(member_id: int, by: Act, **facts: Any) -> Occasion:
    return recognition_services.add_occasion(
        **{
            "member_id": member_id,
            "kind": "wedding",
            "month": 2,
            "day": 29,
            "by": by,
            "at": NOON,
            **facts,
        }
    )


def test_a_preference_keeps_who_said_it_and_when() -> None:
    member, by = MemberFactory.create(), someone()

    kept = liked(member.pk, by, kind="allergy", words="  花生 peanuts ")

    assert (kept.kind, kept.words) == ("allergy", "花生 peanuts")
    assert (kept.author_id, kept.at) == (by.staff_id, NOON)


def test_said_twice_is_kept_once() -> None:
    member, by = MemberFactory.create(), someone()
    first = liked(member.pk, by, words="Window seat")

    assert liked(member.pk, by, words="WINDOW SEAT", at=LATER) == first
    assert Preference.objects.count() == 1


def test_the_log_knows_that_and_not_what() -> None:
    member, by = MemberFactory.create(), someone()

    kept = liked(member.pk, by, kind="allergy", words="花生")
    recognition_services.remove_preference(preference_id=kept.pk, by=by, at=LATER)

    acts = AuditEvent.objects.order_by("pk")
    assert [act.act for act in acts] == [
        "recognition.preference_added",
        "recognition.preference_removed",
    ]
    assert all(act.facts == {"kind": "allergy"} for act in acts)
    assert not Preference.objects.exists()


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"words": ""}, WordsRefused),
        ({"words": "   "}, WordsRefused),
        ({"words": "x" * 121}, WordsRefused),
        ({"words": "pea\x00nuts"}, WordsRefused),
        ({"words": "\ud800"}, WordsRefused),
        ({"kind": "religion"}, NotOneOfTheKinds),
        ({"member_id": 10**12}, MemberNotHere),
        ({"member_id": 10**30}, MemberNotHere),
    ],
)
def test_what_cannot_be_said_is_refused(
    facts: dict[str, Any], refusal: type[DomainError]
) -> None:
    member, by = MemberFactory.create(), someone()

    with pytest.raises(refusal):
        liked(facts.pop("member_id", member.pk), by, **facts)

    assert not Preference.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "words", ["🍜🚫", "‏ערבית عربي", "x" * 120, "line\nline", "=1+1", "<b>loud</b>"]
)
def test_odd_words_are_words(words: str) -> None:
    member, by = MemberFactory.create(), someone()

    assert liked(member.pk, by, words=words).words == words


@pytest.mark.parametrize("status", ["merged", "erased"])
def test_nothing_is_written_about_somebody_gone(status: str) -> None:
    facts: dict[str, Any] = {"name": "", "search_name": "", "phone": None}
    if status == "merged":
        facts["merged_into"] = MemberFactory.create()
    member = MemberFactory.create(status=status, ended_at=NOON, **facts)
    by = someone()

    with pytest.raises(MemberNotHere):
        liked(member.pk, by)
    with pytest.raises(MemberNotHere):
        met(member.pk, by)
    with pytest.raises(MemberNotHere):
        recognition_services.write_note(member_id=member.pk, words="x", by=by, at=NOON)

    assert everything(Preference, Occasion, Note) == [[], [], []]


def test_marketing_describes_nobody() -> None:
    member, by = MemberFactory.create(), someone("marketing")

    with pytest.raises(NotAllowed):
        liked(member.pk, by)
    with pytest.raises(NotAllowed):
        recognition_services.write_note(member_id=member.pk, words="x", by=by, at=NOON)

    assert everything(Preference, Note) == [[], []]


def test_a_member_tells_of_nobody_else() -> None:
    member, other = MemberFactory.create(), MemberFactory.create()
    by = an_act(actor=f"member:{member.pk}")

    with pytest.raises(NotAllowed):
        liked(other.pk, by)

    assert liked(member.pk, by).author is None
    assert Preference.objects.count() == 1


def test_an_occasion_may_be_a_leap_day() -> None:
    member, by = MemberFactory.create(), someone()

    first = met(member.pk, by, year=2020)

    assert (first.month, first.day, first.year) == (2, 29, 2020)
    assert met(member.pk, by) == first


@pytest.mark.parametrize(
    "facts",
    [
        {"month": 2, "day": 30},
        {"month": 13, "day": 1},
        {"month": 0, "day": 1},
        {"month": 4, "day": 31},
        {"month": 1, "day": -1},
        {"month": 10**20, "day": 1},
        {"year": 2021},  # no 29 February
        {"year": 1},
        {"year": 99999},
    ],
)
def test_a_day_that_is_not_is_refused(facts: dict[str, Any]) -> None:
    member, by = MemberFactory.create(), someone()

    with pytest.raises(NoSuchDay):
        met(member.pk, by, **facts)

    assert not Occasion.objects.exists()


def test_an_occasion_is_taken_back() -> None:
    member, by = MemberFactory.create(), someone()
    kept = met(member.pk, by, words="和太太")

    recognition_services.remove_occasion(occasion_id=kept.pk, by=by, at=LATER)
    recognition_services.remove_occasion(occasion_id=kept.pk, by=by, at=LATER)

    assert not Occasion.objects.exists()


def test_a_note_names_its_author_and_store() -> None:
    member, by = MemberFactory.create(), someone()

    note = recognition_services.write_note(
        member_id=member.pk, words="喜欢安静", by=by, at=NOON
    )

    assert (note.author_id, note.store_id, note.at) == (by.staff_id, by.store_id, NOON)


def test_ones_own_note_is_withdrawn_once() -> None:
    member, by = MemberFactory.create(), someone()
    note = recognition_services.write_note(
        member_id=member.pk, words="喜欢安静", by=by, at=NOON
    )

    another = recognition_services.write_note(
        member_id=member.pk, words="靠窗", by=by, at=NOON
    )
    recognition_services.withdraw_note(note_id=note.pk, by=by, at=LATER)
    another.refresh_from_db()
    assert another.withdrawn_at is None
    with pytest.raises(AlreadyWithdrawn):
        recognition_services.withdraw_note(
            note_id=note.pk, by=by, at=LATER + timedelta(days=1)
        )

    note.refresh_from_db()
    assert (note.withdrawn_at, note.withdrawn_by_id) == (LATER, by.staff_id)
    assert note.words == "喜欢安静"
    assert AuditEvent.objects.get().act == "recognition.note_withdrawn"


def test_a_colleagues_note_is_the_managers_to_withdraw() -> None:
    store = StoreFactory.create()
    note = NoteFactory.create(store=store)
    colleague, manager = someone(store=store), someone("store-manager", store=store)
    elsewhere = someone("store-manager")

    for other in (colleague, elsewhere, an_act(actor=f"member:{note.member_id}")):
        with pytest.raises(NotAllowed):
            recognition_services.withdraw_note(note_id=note.pk, by=other, at=LATER)
    note.refresh_from_db()
    assert note.withdrawn_at is None

    recognition_services.withdraw_note(note_id=note.pk, by=manager, at=LATER)
    note.refresh_from_db()
    assert note.withdrawn_at == LATER


def test_no_such_note_is_a_sentence() -> None:
    with pytest.raises(AlreadyWithdrawn):
        recognition_services.withdraw_note(note_id=10**9, by=someone(), at=NOON)


def test_who_left_the_house_writes_nothing() -> None:
    member, by = MemberFactory.create(), someone()
    UserFactory._meta.model.objects.filter(pk=by.staff_id).update(is_active=False)

    with pytest.raises(NotAllowed):
        liked(member.pk, by)

    assert not Preference.objects.exists()
