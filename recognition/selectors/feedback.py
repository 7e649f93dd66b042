"""What members said, what waits for an answer, and who may give it."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from recognition.models import Feedback, FeedbackReply, Visit
from recognition.models.feedback import State
from stores.models import User

# So long after a visit a member is asked how it was.
ASKED_FOR = timedelta(days=30)


def surveyed(member_id: int, *, at: datetime) -> QuerySet[Visit]:
    """The visits that a member may still be asked about, the latest first."""
    recent = Visit.objects.filter(
        member_id=member_id, voided_at=None, at__gt=at - ASKED_FOR, at__lte=at
    )
    return recent.select_related("store").order_by("-at", "-pk")


def unasked_visit(member_id: int, *, at: datetime) -> Visit | None:
    """The latest visit of which a member has not been asked yet; None: none lately."""
    answered = Feedback.objects.filter(
        visit=OuterRef("pk"), channel=Feedback.Channel.SURVEY
    )
    return surveyed(member_id, at=at).filter(~Exists(answered)).first()


def said_by(member_id: int) -> QuerySet[Feedback]:
    """What a member said, the latest first, with what was written back and forth."""
    return (
        Feedback.objects.filter(member_id=member_id, wiped_at=None)
        .select_related("store")
        .prefetch_related(Prefetch("replies", FeedbackReply.objects.order_by("pk")))
        .order_by("-pk")
    )


def complaints_due(*, at: datetime) -> QuerySet[Feedback]:
    """Complaints without an owner, or without a cure, past their time."""
    waiting = Feedback.objects.filter(state__in=[State.OPEN, State.OWNED])
    without_owner = waiting.filter(state=State.OPEN, own_by__lte=at)
    return without_owner | waiting.filter(cure_by__lte=at)


def guest_wrote_last(rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
    """Where the last word back and forth is the guest's: nobody has answered it."""
    replies = FeedbackReply.objects.filter(feedback=OuterRef("pk")).order_by("-pk")
    asked = rows.annotate(
        last_reply=Subquery(replies.values("pk")[:1]),
        last_by=Subquery(replies.values("staff")[:1]),
    )
    return asked.filter(last_reply__isnull=False, last_by__isnull=True)


def who_can_cure(*, store_id: int) -> QuerySet[User]:
    """Who may own a complaint of this store."""
    given = Q(assignments__role__permissions__contains=["recognition.cure_complaint"])
    here = Q(assignments__store=None) | Q(assignments__store_id=store_id)
    people = User.objects.filter((given & here) | Q(is_superuser=True), is_active=True)
    return people.distinct().order_by("display_name")
