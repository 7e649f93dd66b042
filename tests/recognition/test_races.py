"""Many at once: every visit is added up, every complaint has one way."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from recognition import services as recognition_services
from recognition.errors import NotAComplaint
from recognition.models import Feedback, FeedbackStep, Preference, Visit, VisitSummary
from tests import rendezvous
from tests.factories.members import MemberFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.ledger.racing import answers, execute, race, refusals
from tests.recognition.people import someone

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 20)
LOCK = "FOR NO KEY UPDATE;  -- guard: summaries"


def noted(member_id: int, store_id: int, number: int) -> int:
    return recognition_services.note_visit(
        member_id=member_id,
        store_id=store_id,
        at=NOON,
        business_date=TODAY - timedelta(days=number),
        amount=100,
        lines=[],
        source="sale",
        reference=f"R{number}",
    )


def definition(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "off"])
def test_no_visit_is_lost_from_the_sum(*, guard: bool) -> None:
    member, store = MemberFactory.create(), StoreFactory.create()
    # Of two days already: the short way, which waits for the row, is not theirs.
    for number in (99, 98):
        noted(member.pk, store.pk, number)
    original = definition("recognition_summarise")
    assert original.count(LOCK) == 1
    met = original.replace("AS last_store_id\n", "AS last_store_id, racing.meet()\n")
    assert met != original
    rendezvous.prepare()
    execute(met if guard else met.replace(LOCK, ";"))
    try:
        outcomes = race(lambda number: noted(member.pk, store.pk, number), runners=8)
    finally:
        execute(original)

    assert refusals(outcomes) == []
    assert Visit.objects.count() == 10
    complete = VisitSummary.objects.get(pk=member.pk).visits == 10
    assert complete is guard


def test_one_bill_sent_by_many_is_one_visit() -> None:
    member, store = MemberFactory.create(), StoreFactory.create()

    outcomes = race(lambda _number: noted(member.pk, store.pk, 1), runners=10)

    assert refusals(outcomes) == []
    assert len(set(answers(outcomes))) == 1
    assert VisitSummary.objects.get(pk=member.pk).visits == 1


def test_a_complaint_gets_one_owner_at_a_time() -> None:
    store = StoreFactory.create()
    by = someone("shift-lead", store=store)
    owners = [UserFactory.holding("shift-lead", store=store) for _ in range(6)]
    complaint = recognition_services.record_feedback(
        member_id=MemberFactory.create().pk,
        store_id=store.pk,
        channel="counter",
        words="x",
        is_complaint=True,
        by=by,
        at=NOON,
    )

    outcomes = race(
        lambda number: recognition_services.assign_complaint(
            feedback_id=complaint.pk, owner=owners[number], by=by, at=NOON
        ),
        runners=6,
    )

    told = {type(refusal) for refusal in refusals(outcomes)}
    assert told <= {NotAComplaint}
    steps = FeedbackStep.objects.order_by("pk")
    assert steps.count() == 1 + len(answers(outcomes))
    last = steps.last()
    assert last is not None
    assert Feedback.objects.get().owner_id == last.owner_id


def test_a_preference_said_by_many_is_kept_once() -> None:
    member, by = MemberFactory.create(), someone()

    outcomes = race(
        lambda _number: recognition_services.add_preference(
            member_id=member.pk, kind="like", words="Tea", by=by, at=NOON
        ),
        runners=8,
    )

    assert refusals(outcomes) == []
    assert Preference.objects.count() == 1


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "off"])
def test_a_visit_during_a_merge_goes_to_the_one_who_is_left(*, guard: bool) -> None:
    stays, gone = MemberFactory.create(), MemberFactory.create(phone=None)
    store = StoreFactory.create()
    original = definition("recognition_note_visit")
    lock = "FOR KEY SHARE;  -- guard: a merge moves what it sees"
    assert original.count(lock) == 1

    def merge() -> None:
        """What merging does to the row, with a till that comes in the middle."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM members_member WHERE id = %s FOR UPDATE", [gone.pk]
            )
            rendezvous.meet()
            cursor.execute(
                "UPDATE members_member SET status = 'merged', merged_into_id = %s,"
                " ended_at = now() WHERE id = %s",
                [stays.pk, gone.pk],
            )

    def sell() -> None:
        rendezvous.see_somebody()
        noted(gone.pk, store.pk, 1)

    execute(original if guard else original.replace(lock, ";"))
    try:
        outcomes = race(lambda n: sell() if n else merge(), runners=2)
    finally:
        execute(original)

    assert outcomes == [None, None]
    assert (Visit.objects.get().member_id == stays.pk) is guard
