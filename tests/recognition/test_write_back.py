"""The store's inbox: what waits for an answer, and words written back once."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from recognition import services as recognition_services
from recognition.models import Feedback, FeedbackReply
from stores.models import AuditEvent, Store
from tests.factories.accounts import client_of
from tests.factories.members import MemberFactory, by_themselves
from tests.factories.recognition import FeedbackFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Store:
    return StoreFactory.create(code="HERE")


@pytest.fixture
def lead(here: Store) -> Client:
    return signed_in(UserFactory.holding("shift-lead", store=here, display_name="林薇"))


def written(said: Feedback) -> str:
    return f"/admin/recognition/feedback/{said.pk}/write-back/"


def listed(client: Client, answer: str) -> set[int]:
    there = reverse("admin:recognition_feedback_changelist")
    told = client.get(there, {"answer": answer})
    assert told.status_code == 200
    return {row.pk for row in told.context["cl"].result_list}


def test_words_are_written_back_once_and_the_guest_reads_them(
    lead: Client, here: Store
) -> None:
    said = FeedbackFactory.create(store=here, words="The soup was cold.")
    form = lead.get(written(said)).content.decode()
    assert "The soup was cold." in form
    sent = {"words": "I am sorry.", "key": f"{uuid4()}"}
    for _twice in range(2):
        assert lead.post(written(said), sent).status_code == 302
    row = FeedbackReply.objects.get()
    assert (row.words, row.staff and row.staff.display_name) == ("I am sorry.", "林薇")
    shown = lead.get(reverse("admin:recognition_feedback_change", args=[said.pk]))
    assert "I am sorry." in shown.content.decode()
    with time_machine.travel(NOON, tick=False):
        guest = client_of(said.member)
        there = guest.get(f"/portal/feedback/{said.pk}/")["Location"]
        assert "I am sorry." in guest.get(there).content.decode()
    event = AuditEvent.objects.get(act="recognition.replied")
    assert "sorry" not in str(event.facts)


@pytest.mark.parametrize("typed", ["", " ", "a\x00b", "x" * 2001])
def test_words_that_are_none_are_refused_and_nothing_is_written(
    lead: Client, here: Store, typed: str
) -> None:
    said = FeedbackFactory.create(store=here)
    answer = lead.post(written(said), {"words": typed, "key": f"{uuid4()}"})
    assert answer.status_code == 200
    assert lead.post(written(said), {"words": "x", "key": "odd"}).status_code == 200
    assert not FeedbackReply.objects.exists()


def test_nobody_writes_back_for_another_store_or_about_what_was_wiped(
    lead: Client, here: Store
) -> None:
    elsewhere = FeedbackFactory.create(words="cold")
    wiped = FeedbackFactory.create(store=here, words="", wiped_at=NOON)
    auditor = signed_in(UserFactory.holding("auditor"))
    mine = FeedbackFactory.create(store=here, words="cold")
    for client, said in ((lead, elsewhere), (lead, wiped), (auditor, mine)):
        sent = {"words": "hello", "key": f"{uuid4()}"}
        assert client.get(written(said)).status_code in (403, 404)
        assert client.post(written(said), sent).status_code in (403, 404)
    assert not FeedbackReply.objects.exists()


def test_a_missing_visit_is_late_after_three_days_at_its_store(
    lead: Client, here: Store
) -> None:
    member = MemberFactory.create()
    with time_machine.travel(NOON, tick=False):
        claim = recognition_services.claim_visit(
            member_id=member.pk,
            store_id=here.pk,
            day=NOON.date(),
            today=NOON.date(),
            amount=88_00,
            by=by_themselves(member),
            at=NOON,
        )
        FeedbackFactory.create(store=here, words="all well")
    with time_machine.travel(NOON + timedelta(days=3) - timedelta(seconds=1)):
        assert listed(lead, "late") == set()
        assert listed(lead, "waits") == {claim.pk}
    with time_machine.travel(NOON + timedelta(days=3)):
        assert listed(lead, "late") == {claim.pk}
        other = signed_in(
            UserFactory.holding("shift-lead", store=StoreFactory.create())
        )
        assert listed(other, "late") == set()


def test_what_the_guest_wrote_last_waits_for_an_answer(
    lead: Client, here: Store
) -> None:
    said = FeedbackFactory.create(store=here, words="cold")
    assert listed(lead, "guest") == set()
    recognition_services.reply(
        feedback_id=said.pk,
        words="At table 6.",
        by=by_themselves(said.member),
        at=NOON,
        key="r:1",
    )
    assert listed(lead, "guest") == {said.pk}
    lead.post(written(said), {"words": "I am sorry.", "key": f"{uuid4()}"})
    assert listed(lead, "guest") == set()
