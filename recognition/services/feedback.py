"""What guests say, and how a complaint comes from open to its owner to its cure."""

from datetime import datetime, timedelta

from django.db import transaction

from ledger.services import Act
from policies import selectors as policies_selectors
from recognition.errors import (
    NotAComplaint,
    NotOneOfTheKinds,
    OwnerRefused,
    RatingRefused,
)
from recognition.models import Feedback, FeedbackStep, RecognitionPolicy, Visit
from recognition.models.feedback import State
from recognition.words import written
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Store, User

from .permit import lock_member, may, require

CURE = "recognition.cure_complaint"


@transaction.atomic
def record_feedback(
    *,
    member_id: int,
    store_id: int,
    channel: str,
    by: Act,
    at: datetime,
    words: str = "",
    score: int | None = None,
    stars: int | None = None,
    effort: int | None = None,
    visit_id: int | None = None,
    is_complaint: bool = False,
) -> Feedback:
    """Keep what a guest said; a complaint, or a score as low as one, is opened.

    Raises NotAllowed, MemberNotHere, NotOneOfTheKinds, RatingRefused, WordsRefused.
    """
    require(by, "recognition.record_feedback", store_id=store_id)
    if channel not in Feedback.Channel.values:
        raise NotOneOfTheKinds
    kept = written(words, most=2000, needed=False)
    _check_rating(kept, score, stars, effort)
    lock_member(member_id, by=by)
    if (
        visit_id is not None
        and not Visit.objects.filter(
            pk=visit_id, member_id=member_id, store_id=store_id
        ).exists()
    ):
        raise RatingRefused
    policy = policies_selectors.in_force(RecognitionPolicy, at=at)
    low = policy.complaint_up_to_score
    opens = is_complaint or (score is not None and low is not None and score <= low)
    said = Feedback.objects.create(
        member_id=member_id,
        store_id=store_id,
        visit_id=visit_id,
        at=at,
        channel=channel,
        score=score,
        stars=stars,
        effort=effort,
        words=kept,
        **(_opened(policy, at) if opens else {}),
    )
    if opens:
        _step(said, by, at)
    return said


@transaction.atomic
def raise_complaint(*, feedback_id: int, by: Act, at: datetime) -> Feedback:
    """What was noted is a complaint after all. Raises NotAllowed, NotAComplaint."""
    said = _found(feedback_id)
    require(by, "recognition.record_feedback", store_id=said.store_id)
    policy = policies_selectors.in_force(RecognitionPolicy, at=at)
    return _move(said, (State.NOTED,), by, at, **_opened(policy, at))


@transaction.atomic
def assign_complaint(
    *, feedback_id: int, owner: User, by: Act, at: datetime
) -> Feedback:
    """Give an open complaint its owner, or an owned one to another.

    Raises NotAllowed, OwnerRefused, NotAComplaint.
    """
    said = _found(feedback_id)
    require(by, "recognition.assign_complaint", store_id=said.store_id)
    place = Store(pk=said.store_id)
    if not stores_selectors.user_may(owner, CURE, store=place):
        raise OwnerRefused
    return _move(
        said, (State.OPEN, State.OWNED), by, at, state=State.OWNED, owner_id=owner.pk
    )


@transaction.atomic
def cure_complaint(*, feedback_id: int, cure: str, by: Act, at: datetime) -> Feedback:
    """Say what was done; by its owner, or by whoever leads there.

    Raises NotAllowed, WordsRefused, NotAComplaint.
    """
    said = _found(feedback_id)
    is_owner = by.staff_id is not None and by.staff_id == said.owner_id
    if not is_owner or not may(by, CURE, store_id=said.store_id):
        require(by, "recognition.assign_complaint", store_id=said.store_id)
    kept = written(cure, most=1000)
    return _move(
        said,
        (State.OWNED,),
        by,
        at,
        state=State.CURED,
        cured_at=at,
        cure=kept,
    )


def _check_rating(
    words: str, score: int | None, stars: int | None, effort: int | None
) -> None:
    rated = ((score, 0, 10), (stars, 1, 5), (effort, 1, 7))
    if not words and all(given is None for given, _least, _most in rated):
        raise RatingRefused
    if any(
        given is not None and not least <= given <= most for given, least, most in rated
    ):
        raise RatingRefused


def _found(feedback_id: int) -> Feedback:
    said = Feedback.objects.filter(pk=feedback_id, wiped_at=None).first()
    if said is None:
        raise NotAComplaint
    return said


def _opened(policy: RecognitionPolicy, at: datetime) -> dict[str, object]:
    return {
        "state": State.OPEN,
        "own_by": at + timedelta(hours=policy.own_within_hours),
        "cure_by": at + timedelta(hours=policy.cure_within_hours),
    }


def _move(
    said: Feedback, since: tuple[State, ...], by: Act, at: datetime, **change: object
) -> Feedback:
    """Compare and set: whoever comes second looks again."""
    standing = Feedback.objects.filter(
        pk=said.pk, state__in=since, owner_id=said.owner_id
    )
    if standing.update(**change) != 1:
        raise NotAComplaint
    said.refresh_from_db()
    _step(said, by, at)
    return said


def _step(said: Feedback, by: Act, at: datetime) -> None:
    FeedbackStep.objects.create(
        feedback=said, at=at, state=said.state, owner_id=said.owner_id, actor=by.actor
    )
    stores_services.record_act(
        name=f"recognition.complaint_{said.state}",
        by=by,
        at=at,
        subject=said,
        facts={"owner": said.owner_id},
    )
