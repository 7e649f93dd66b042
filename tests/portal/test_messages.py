"""What members say and read: once each, and what became of it."""

import re
from datetime import timedelta

import pytest

from members.models import Member
from recognition import services as recognition_services
from recognition.models import Feedback, FeedbackReply
from recognition.models.feedback import State
from recognition.parts import RecognitionPart
from stores.models import User
from tests.factories.accounts import client_of
from tests.factories.ledger import an_act
from tests.factories.members import MemberFactory
from tests.factories.recognition import FeedbackFactory, VisitFactory
from tests.factories.stores import NOON, StoreFactory
from tests.portal.inbox import inbox_message
from tests.portal.reading import keyed, text
from tests.recognition.people import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Member:
    return MemberFactory.create()


def test_after_a_visit_it_is_asked_once(member: Member) -> None:
    visit = VisitFactory.create(member=member)
    client = client_of(member)
    assert "How easy was your visit?" in text(client, "messages/")
    there = f"/portal/visits/{visit.pk}/"
    assert client.get(there).content.count(b'type="radio"') == 7 + 11
    wrong = client.post(there, {"effort": "8", "score": "11"}).content.decode()
    assert wrong.count("invalid-feedback") >= 2
    assert not Feedback.objects.exists()

    said = {"effort": "6", "score": "0", "words": "Soup was lukewarm."}
    ways = {client.post(there, said)["Location"] for _twice in range(2)}
    ways.add(client.post(there, {**said, "effort": "1"})["Location"])
    row = Feedback.objects.get()
    assert ways == {f"/portal/feedback/{row.pk}/"}
    assert (row.effort, row.score, row.channel) == (6, 0, "survey")
    assert row.state == State.OPEN  # as low as a complaint
    assert "How easy was your visit?" not in text(client, "messages/")
    told = client.get(keyed(client, f"feedback/{row.pk}/")).content.decode()
    assert "How easy: 6 of 7" in told
    assert "Would recommend: 0 of 10" in told


def test_an_old_or_voided_visit_is_not_asked_about(member: Member) -> None:
    old = VisitFactory.create(member=member, at=NOON - timedelta(days=31))
    void = VisitFactory.create(member=member, voided_at=NOON)
    client = client_of(member)
    assert "How easy was your visit?" not in text(client, "messages/")
    for visit in (old, void):
        assert client.post(f"/portal/visits/{visit.pk}/").status_code == 404


def test_a_missing_visit_is_open_at_its_store_for_three_days(member: Member) -> None:
    store = StoreFactory.create()
    client = client_of(member)
    given = {"store": store.pk, "day": "2026-11-19", "amount": "88.5", "words": ""}
    for _twice in range(2):
        answer = client.post("/portal/visits/missing/", given)
        assert answer.status_code == 302
    row = Feedback.objects.get()
    assert (row.channel, row.state, row.store) == ("missing", State.OPEN, store)
    assert (row.claimed_on.isoformat(), row.claimed_amount) == ("2026-11-19", 88_50)  # type: ignore[union-attr]  # it is told
    assert row.cure_by == NOON + timedelta(days=3)
    assert (
        "You have our answer by"
        in client.get(keyed(client, f"feedback/{row.pk}/")).content.decode()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2026-11-21"},
        {"day": "2026-01-01"},
        {"day": "soon"},
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "9" * 20},
        {"store": "0"},
        {"words": "\x00"},
    ],
)
def test_a_claim_that_cannot_be_is_refused(
    member: Member, wrong: dict[str, str]
) -> None:
    given = {"store": StoreFactory.create().pk, "day": "2026-11-19", "amount": "88"}
    answer = client_of(member).post("/portal/visits/missing/", {**given, **wrong})
    assert answer.status_code == 200
    assert "invalid" in answer.content.decode()
    assert not Feedback.objects.exists()


def test_words_go_back_and_forth_and_the_end_is_told(member: Member) -> None:
    store = StoreFactory.create()
    client = client_of(member)
    for _twice in range(2):
        client.post("/portal/feedback/", {"store": store.pk, "words": "Cold soup."})
    said = Feedback.objects.get()
    there = keyed(client, f"feedback/{said.pk}/")
    for _twice in range(2):
        assert client.post(there, {"words": "At table 6."}).status_code == 302
    assert FeedbackReply.objects.count() == 1

    by = someone("shift-lead", store=store)
    manager = User.objects.get(pk=by.staff_id or 0)
    recognition_services.raise_complaint(feedback_id=said.pk, by=by, at=NOON)
    recognition_services.assign_complaint(
        feedback_id=said.pk, owner=manager, by=by, at=NOON
    )
    recognition_services.reply(
        feedback_id=said.pk, words="I am sorry.", by=by, at=NOON, key="reply:1"
    )
    assert "we are at it" in text(client, "messages/")
    recognition_services.cure_complaint(
        feedback_id=said.pk, cure="Tureens are warmed.", by=by, at=NOON
    )
    told = client.get(there).content.decode()
    order = ("Cold soup.", "At table 6.", "I am sorry.", "Tureens are warmed.")
    assert [told.index(words) for words in order] == sorted(
        told.index(words) for words in order
    )
    assert "resolved" in text(client, "messages/")


def test_nobody_writes_about_anothers_words(member: Member) -> None:
    said = FeedbackFactory.create(words="cold")
    client = client_of(member)
    there = f"/portal/feedback/{said.pk}/?key={'a' * 32}"
    assert client.post(there, {"words": "me too"}).status_code == 404
    assert not FeedbackReply.objects.exists()


def test_a_letter_is_read_once(member: Member) -> None:
    letter = inbox_message(member)
    client = client_of(member)
    told = text(client, "messages/")
    (number,) = re.findall(r"messages/(\d+)/", told)
    assert int(number) == letter.pk
    assert text(client, f"messages/{letter.pk}/")
    letter.refresh_from_db()
    assert letter.read_at == NOON


def test_what_was_said_is_exported_and_wiped(member: Member) -> None:
    said = FeedbackFactory.create(member=member, words="cold")
    FeedbackReply.objects.create(feedback=said, at=NOON, words="and late", key="k")
    told = RecognitionPart().export(member_id=member.pk)
    assert [row["words"] for row in told["feedback_replies"]] == ["and late"]
    RecognitionPart().forget(member_id=member.pk, by=an_act(), at=NOON)
    assert FeedbackReply.objects.get().words == ""
