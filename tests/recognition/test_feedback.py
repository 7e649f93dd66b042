"""A complaint goes from open to its owner to its cure, and each step is written."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import DomainError
from ledger.services import Act
from policies import services as policies_services
from recognition import selectors as recognition_selectors
from recognition import services as recognition_services
from recognition.errors import (
    MemberNotHere,
    NotAComplaint,
    NotOneOfTheKinds,
    OwnerRefused,
    RatingRefused,
    WordsRefused,
)
from recognition.models import Feedback, FeedbackStep, RecognitionPolicy
from stores.errors import NotAllowed
from stores.models import Store, User
from tests.factories.members import MemberFactory
from tests.factories.recognition import FeedbackFactory, VisitFactory
from tests.factories.stores import NOON, StoreFactory, UserFactory
from tests.recognition.people import everything, someone

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=3)


@pytest.fixture
def here() -> Store:
    return StoreFactory.create()


def said(store: Store, by: Act | None = None, **facts: Any) -> Feedback:
    return recognition_services.record_feedback(
        **{
            "member_id": facts.pop("member_id", None) or MemberFactory.create().pk,
            "store_id": store.pk,
            "channel": "counter",
            "words": "汤是凉的",
            "by": by or someone(store=store),
            "at": NOON,
            **facts,
        }
    )


def lead_of(store: Store) -> User:
    return UserFactory.holding("shift-lead", store=store)


def test_praise_is_noted_and_has_no_steps(here: Store) -> None:
    praise = said(here, score=10, stars=5, words="很好吃")

    assert (praise.state, praise.own_by, praise.cure_by) == ("noted", None, None)
    assert not FeedbackStep.objects.exists()


def test_a_complaint_is_open_with_its_deadlines(here: Store) -> None:
    complaint = said(here, is_complaint=True)

    assert complaint.state == "open"
    assert complaint.own_by == NOON + timedelta(hours=4)
    assert complaint.cure_by == NOON + timedelta(hours=48)
    step = FeedbackStep.objects.get()
    assert (step.feedback_id, step.state, step.owner_id) == (complaint.pk, "open", None)


@pytest.mark.parametrize(("score", "state"), [(0, "open"), (3, "open"), (4, "noted")])
def test_a_low_score_is_a_complaint(here: Store, score: int, state: str) -> None:
    assert said(here, score=score).state == state


def test_the_house_sets_its_own_deadlines(here: Store) -> None:
    policies_services.publish(
        version=RecognitionPolicy(
            in_force_from=NOON,
            reason="faster",
            own_within_hours=1,
            cure_within_hours=2,
            complaint_up_to_score=None,
        ),
        by=someone(),
        at=NOON,
    )

    assert said(here, score=0).state == "noted"
    assert said(here, is_complaint=True).cure_by == NOON + timedelta(hours=2)


def test_from_open_to_owner_to_cure(here: Store) -> None:
    complaint, owner, by = (
        said(here, is_complaint=True),
        lead_of(here),
        someone("shift-lead", store=here),
    )

    recognition_services.assign_complaint(
        feedback_id=complaint.pk, owner=owner, by=by, at=LATER
    )
    cured = recognition_services.cure_complaint(
        feedback_id=complaint.pk,
        cure="换了一碗，送了甜品",
        by=by,
        at=LATER + timedelta(hours=1),
    )

    assert (cured.state, cured.owner_id) == ("cured", owner.pk)
    assert cured.cured_at == LATER + timedelta(hours=1)
    assert cured.cure == "换了一碗，送了甜品"
    steps = FeedbackStep.objects.order_by("pk").values_list("state", "owner_id")
    assert list(steps) == [("open", None), ("owned", owner.pk), ("cured", owner.pk)]


def test_an_owner_hands_on_to_another(here: Store) -> None:
    complaint, by = said(here, is_complaint=True), someone("shift-lead", store=here)
    first, second = lead_of(here), lead_of(here)

    for owner in (first, second):
        recognition_services.assign_complaint(
            feedback_id=complaint.pk, owner=owner, by=by, at=LATER
        )

    complaint.refresh_from_db()
    assert complaint.owner == second
    assert FeedbackStep.objects.count() == 3


def test_what_was_noted_may_be_a_complaint_after_all(here: Store) -> None:
    noted = said(here)

    raised = recognition_services.raise_complaint(
        feedback_id=noted.pk, by=someone(store=here), at=LATER
    )

    assert (raised.state, raised.own_by) == ("open", LATER + timedelta(hours=4))
    with pytest.raises(NotAComplaint):
        recognition_services.raise_complaint(
            feedback_id=noted.pk, by=someone(store=here), at=LATER
        )
    assert FeedbackStep.objects.count() == 1


def test_no_step_is_skipped_or_taken_twice(here: Store) -> None:
    noted, complaint = said(here), said(here, is_complaint=True)
    lead, by = lead_of(here), someone("shift-lead", store=here)
    before = everything(Feedback, FeedbackStep)

    for feedback_id in (noted.pk, complaint.pk, 10**12):
        with pytest.raises(NotAComplaint):
            recognition_services.cure_complaint(
                feedback_id=feedback_id, cure="x", by=by, at=LATER
            )
    with pytest.raises(NotAComplaint):
        recognition_services.assign_complaint(
            feedback_id=noted.pk, owner=lead, by=by, at=LATER
        )

    assert everything(Feedback, FeedbackStep) == before


def test_cured_is_cured(here: Store) -> None:
    complaint, by = said(here, is_complaint=True), someone("shift-lead", store=here)
    recognition_services.assign_complaint(
        feedback_id=complaint.pk, owner=lead_of(here), by=by, at=LATER
    )
    recognition_services.cure_complaint(
        feedback_id=complaint.pk, cure="done", by=by, at=LATER
    )
    before = everything(Feedback, FeedbackStep)

    with pytest.raises(NotAComplaint):
        recognition_services.cure_complaint(
            feedback_id=complaint.pk, cure="again", by=by, at=LATER
        )
    with pytest.raises(NotAComplaint):
        recognition_services.assign_complaint(
            feedback_id=complaint.pk, owner=lead_of(here), by=by, at=LATER
        )

    assert everything(Feedback, FeedbackStep) == before


def test_an_owner_can_cure_there(here: Store) -> None:
    complaint, by = said(here, is_complaint=True), someone("shift-lead", store=here)
    before = everything(Feedback, FeedbackStep)

    for owner in (
        UserFactory.holding("cashier", store=here),
        lead_of(StoreFactory.create()),
        UserFactory.holding("shift-lead", store=here, is_active=False),
    ):
        with pytest.raises(OwnerRefused):
            recognition_services.assign_complaint(
                feedback_id=complaint.pk, owner=owner, by=by, at=LATER
            )

    assert everything(Feedback, FeedbackStep) == before


@pytest.mark.parametrize("role", ["cashier", "marketing", "auditor"])
def test_who_may_not_lead_moves_no_complaint(here: Store, role: str) -> None:
    complaint, by = said(here, is_complaint=True), someone(role, store=here)
    recognition_services.assign_complaint(
        feedback_id=complaint.pk,
        owner=lead_of(here),
        by=someone("shift-lead", store=here),
        at=LATER,
    )
    before = everything(Feedback, FeedbackStep)

    with pytest.raises(NotAllowed):
        recognition_services.assign_complaint(
            feedback_id=complaint.pk, owner=lead_of(here), by=by, at=LATER
        )
    with pytest.raises(NotAllowed):
        recognition_services.cure_complaint(
            feedback_id=complaint.pk, cure="x", by=by, at=LATER
        )

    assert everything(Feedback, FeedbackStep) == before


def test_a_lead_of_another_store_is_a_stranger(here: Store) -> None:
    complaint, stranger = said(here, is_complaint=True), someone("store-manager")

    with pytest.raises(NotAllowed):
        recognition_services.assign_complaint(
            feedback_id=complaint.pk, owner=lead_of(here), by=stranger, at=LATER
        )
    with pytest.raises(NotAllowed):
        said(here, by=stranger)

    assert Feedback.objects.get().state == "open"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"words": ""}, RatingRefused),
        ({"score": 11}, RatingRefused),
        ({"score": -1}, RatingRefused),
        ({"score": 10**30}, RatingRefused),
        ({"stars": 0}, RatingRefused),
        ({"stars": 6}, RatingRefused),
        ({"words": "x" * 2001}, WordsRefused),
        ({"words": "\x00"}, WordsRefused),
        ({"channel": "smoke signal"}, NotOneOfTheKinds),
        ({"member_id": 10**12}, MemberNotHere),
        ({"visit_id": 10**12}, RatingRefused),
    ],
)
def test_what_cannot_be_said_is_refused(
    here: Store, facts: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        said(here, **facts)

    assert not Feedback.objects.exists()


def test_another_guests_visit_is_not_the_reason(here: Store) -> None:
    mine = VisitFactory.create(store=here)

    assert said(here, member_id=mine.member_id, visit_id=mine.pk).visit == mine
    with pytest.raises(RatingRefused):
        said(here, visit_id=mine.pk)

    assert Feedback.objects.count() == 1


def test_what_is_due_is_found(here: Store) -> None:
    FeedbackFactory.create(store=here)
    complaint, owned = said(here, is_complaint=True), said(here, is_complaint=True)
    recognition_services.assign_complaint(
        feedback_id=owned.pk,
        owner=lead_of(here),
        by=someone("shift-lead", store=here),
        at=LATER,
    )

    def due(hours: int) -> set[int]:
        at = NOON + timedelta(hours=hours)
        return {row.pk for row in recognition_selectors.complaints_due(at=at)}

    assert due(3) == set()
    assert due(4) == {complaint.pk}
    assert due(48) == {complaint.pk, owned.pk}


def test_a_complaint_is_cured_by_whose_role_reaches_its_store(here: Store) -> None:
    lead = UserFactory.holding("shift-lead", store=here)
    office = UserFactory.holding("head-office")
    UserFactory.holding("shift-lead", store=StoreFactory.create())
    UserFactory.holding("cashier", store=here)
    UserFactory.holding("shift-lead", store=here, is_active=False)
    UserFactory.create()
    root = UserFactory.create(is_superuser=True)

    found = recognition_selectors.who_can_cure(store_id=here.pk)

    assert set(found) == {lead, office, root}


def test_what_staff_write_down_of_a_survey_may_be_several(here: Store) -> None:
    """Only the member's own answer, which tells the effort, is one a visit."""
    visit = VisitFactory.create(store=here)
    facts: dict[str, Any] = {
        "member_id": visit.member_id,
        "visit_id": visit.pk,
        "channel": "survey",
    }
    said(here, **facts)
    said(here, **facts)
    said(here, **facts, effort=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        said(here, **facts, effort=6)
    assert Feedback.objects.count() == 3
