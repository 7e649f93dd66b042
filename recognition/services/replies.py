"""What members say on their own pages, and what is written back and forth."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from ledger.services import Act
from recognition.errors import ClaimRefused, NotAComplaint
from recognition.models import Feedback, FeedbackReply, FeedbackStep
from recognition.models.feedback import LARGEST_CLAIM, State
from recognition.selectors import surveyed
from recognition.words import written
from stores import services as stores_services
from stores.models import Store

from .feedback import record_feedback
from .permit import lock_member, require

ANSWERED_IN: Final = timedelta(days=3)
MOST_DAYS_AGO: Final = 90
SAID_TWICE: Final = timedelta(hours=1)


@transaction.atomic
def answer_survey(
    *,
    visit_id: int,
    member_id: int,
    effort: int,
    score: int | None,
    words: str,
    by: Act,
    at: datetime,
) -> Feedback:
    """Keep what a member says of a visit, once; said before, the first stays.

    Raises NotAComplaint for no visit of theirs, RatingRefused, WordsRefused.
    """
    lock_member(member_id, by=by)
    visit = surveyed(member_id, at=at).filter(pk=visit_id).first()
    if visit is None:
        raise NotAComplaint
    said = Feedback.objects.filter(
        visit_id=visit_id, channel=Feedback.Channel.SURVEY
    ).first()
    if said is not None:
        return said
    return record_feedback(
        member_id=member_id,
        store_id=visit.store_id,
        channel=Feedback.Channel.SURVEY,
        effort=effort,
        score=score,
        words=words,
        visit_id=visit_id,
        by=by,
        at=at,
    )


@transaction.atomic
def claim_visit(
    *,
    member_id: int,
    store_id: int,
    day: date,
    today: date,
    amount: int,
    words: str = "",
    by: Act,
    at: datetime,
) -> Feedback:
    """A visit is missing: it is open at its store, to be answered in three days.

    The same claim again is the first. Raises ClaimRefused, MemberNotHere, WordsRefused.
    """
    lock_member(member_id, by=by)
    is_store = Store.objects.filter(pk=store_id, is_active=True).exists()
    is_recent = today - timedelta(days=MOST_DAYS_AGO) <= day <= today
    if not (is_store and is_recent and 0 < amount <= LARGEST_CLAIM):
        raise ClaimRefused
    said = Feedback.objects.filter(
        member_id=member_id,
        store_id=store_id,
        channel=Feedback.Channel.MISSING,
        claimed_on=day,
        claimed_amount=amount,
    ).first()
    if said is not None:
        return said
    said = Feedback.objects.create(
        member_id=member_id,
        store_id=store_id,
        channel=Feedback.Channel.MISSING,
        claimed_on=day,
        claimed_amount=amount,
        at=at,
        words=written(words, most=2000, needed=False),
        state=State.OPEN,
        own_by=at + ANSWERED_IN,
        cure_by=at + ANSWERED_IN,
    )
    FeedbackStep.objects.create(feedback=said, at=at, state=said.state, actor=by.actor)
    stores_services.record_act(
        name="recognition.visit_claimed", by=by, at=at, subject=said
    )
    return said


@transaction.atomic
def say(
    *, member_id: int, store_id: int, words: str, by: Act, at: datetime
) -> Feedback:
    """Something that a member says of a store at any time; the same words again
    within the hour are the first.

    Raises ClaimRefused for no store of ours, MemberNotHere, WordsRefused.
    """
    lock_member(member_id, by=by)
    if not Store.objects.filter(pk=store_id, is_active=True).exists():
        raise ClaimRefused
    said: dict[str, Any] = {
        "member_id": member_id,
        "store_id": store_id,
        "channel": Feedback.Channel.PORTAL,
        "words": written(words, most=2000),
    }
    before = Feedback.objects.filter(**said, at__gt=at - SAID_TWICE).first()
    if before is not None:
        return before
    row = Feedback.objects.create(**said, at=at)
    stores_services.record_act(name="recognition.said", by=by, at=at, subject=row)
    return row


@transaction.atomic
def reply(
    *, feedback_id: int, words: str, by: Act, at: datetime, key: str
) -> FeedbackReply:
    """Write back, once for a key: the guest about what they said, staff to the guest.

    Raises NotAllowed, NotAComplaint for what is not there or another's, WordsRefused.
    """
    said = Feedback.objects.filter(pk=feedback_id, wiped_at=None).first()
    if said is None or (by.staff_id is None and by.actor != f"member:{said.member_id}"):
        raise NotAComplaint
    if by.staff_id is not None:
        require(by, "recognition.record_feedback", store_id=said.store_id)
    kept = written(words, most=2000)
    lock_member(said.member_id, by=by)
    before = FeedbackReply.objects.filter(key=key, feedback=said).first()
    if before is not None:
        return before
    row = FeedbackReply.objects.create(
        feedback=said, at=at, staff_id=by.staff_id, words=kept, key=key
    )
    stores_services.record_act(name="recognition.replied", by=by, at=at, subject=said)
    return row
