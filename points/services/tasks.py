"""Tasks: each done once in its period, and what it gives, in the same transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from coupons import services as coupons_services
from coupons.kinds import Source as CouponSource
from ledger.services import Act
from members.models import Member
from points.errors import LimitReached, NothingThere, NotOffered
from points.models import Accrual, CheckIn, PointsPolicy, Task, TaskDone
from policies import selectors as policies_selectors
from recognition.models import Visit
from stores import services as stores_services

from . import permit
from .accrue import give_step
from .facts import birthday_of, house_zone
from .holding import holding_of, lock

# So long after a visit its tasks are still looked for, should the clock have stood.
LATELY = timedelta(days=3)
COMPLETE = "points.complete_task"


@dataclass(frozen=True, slots=True)
class Done:
    """A task done, and whether it was only now."""

    row: TaskDone
    is_new: bool


def period_of(task: Task, day: date, about: str = "") -> str:
    """The word for the period that a task counts in; one row for each is the gift."""
    year, week, _weekday = day.isocalendar()
    if task.period == task.Period.EACH:
        if not about:
            raise NotOffered
        return f"about:{about}"[:60]
    return {
        task.Period.ONCE: "once",
        task.Period.DAY: day.isoformat(),
        task.Period.WEEK: f"{year}-W{week:02}",
        task.Period.MONTH: f"{day:%Y-%m}",
        task.Period.YEAR: f"{day:%Y}",
    }[Task.Period(task.period)]


@transaction.atomic
def complete_task(
    *, task_code: str, member_id: int, by: Act, at: datetime, about: str = ""
) -> Done:
    """Give a member what a task is worth, once in its period.

    `about` names what was done where each time counts: the review, the friend. Done
    before, it answers with the first. Raises NothingThere, NotOffered, LimitReached,
    MemberNotActive, NotAllowed.
    """
    permit.may(by, COMPLETE)
    task = Task.objects.filter(code=task_code).first()
    if task is None:
        raise NothingThere
    day = at.astimezone(house_zone()).date()
    return _complete(task, member_id, period_of(task, day, about), by, at)


@transaction.atomic
def check_in(*, member_id: int, by: Act, at: datetime) -> CheckIn:
    """Note that a member said hello today; every so many days in a row give a gift.

    Twice on a day counts once. Raises MemberNotActive.
    """
    permit.active_member(member_id)
    lock(holding_of(member_id))
    day = at.astimezone(house_zone()).date()
    last = CheckIn.objects.filter(member_id=member_id).order_by("-day").first()
    if last is not None and last.day >= day:
        return last
    follows = last is not None and last.day == day - timedelta(days=1)
    row = CheckIn.objects.create(
        member_id=member_id,
        day=day,
        streak=last.streak + 1 if last is not None and follows else 1,
    )
    for task in Task.objects.filter(kind=Task.Kind.STREAK, is_active=True):
        if row.streak % task.days == 0 and _is_offered(task, at):
            _complete(task, member_id, day.isoformat(), by, at)
    return row


def complete_due_tasks(
    *, member_id: int, by: Act, at: datetime, kinds: Collection[str] = ()
) -> list[Done]:
    """Give whatever a member has earned by what we know of them, each by itself:
    the profile is complete, the first visit was made, it is the birthday, a friend
    whom they brought has come. Of these `kinds` only, where some are named. Safe to
    call at any time, any number of times.
    """
    member = permit.active_member(member_id)
    day = at.astimezone(house_zone()).date()
    found: list[Done] = []
    for task in Task.objects.filter(is_active=True).order_by("pk"):
        if kinds and task.kind not in kinds:
            continue
        if not _is_offered(task, at):
            continue
        for period in _due(task, member, day):
            try:
                with transaction.atomic():
                    found.append(_complete(task, member_id, period, by, at))
            except LimitReached:
                continue
    return found


def complete_tasks_of_visits(*, by: Act, at: datetime) -> int:
    """Give what the visits noted in the last days have earned: a first visit to whoever
    came, a friend brought to whoever brought them; how many gifts.

    A member each by itself: what is refused to one, or broken off, keeps nobody else
    from theirs, and comes again with the next run.
    """
    kinds = {Task.Kind.FIRST_VISIT, Task.Kind.REFERRAL}
    if not Task.objects.filter(is_active=True, kind__in=kinds).exists():
        return 0
    lately = Visit.objects.filter(noted_at__gt=at - LATELY, voided_at=None)
    before = Visit.objects.filter(noted_at__lte=at - LATELY, voided_at=None)
    came = lately.values("member_id")
    new = lately.exclude(member_id__in=before.values("member_id"))
    members = Member.objects.filter(status=Member.Status.ACTIVE)
    given = 0
    for kind, people in (
        (Task.Kind.FIRST_VISIT, members.filter(pk__in=new.values("member_id"))),
        (
            Task.Kind.REFERRAL,
            members.filter(
                pk__in=Member.objects.filter(
                    pk__in=came, referrer__isnull=False
                ).values("referrer_id")
            ),
        ),
    ):
        for member_id in people.order_by("pk").values_list("pk", flat=True):
            done = complete_due_tasks(member_id=member_id, by=by, at=at, kinds=[kind])
            given += sum(one.is_new for one in done)
    return given


def _due(task: Task, member: Member, day: date) -> list[str]:
    """The periods in which this task is done, as far as we know."""
    kinds = Task.Kind
    if task.kind == kinds.REFERRAL:
        came = Visit.objects.filter(voided_at=None).values("member_id")
        friends = Member.objects.filter(
            referrer_id=member.pk, status=Member.Status.ACTIVE, pk__in=came
        )
        return [
            f"about:member:{friend}"
            for friend in friends.order_by("pk").values_list("pk", flat=True)
        ]
    is_done = {
        kinds.PROFILE: bool(
            member.name and member.phone and member.birth_month and member.gender
        ),
        kinds.FIRST_VISIT: task.kind == kinds.FIRST_VISIT
        and Visit.objects.filter(member_id=member.pk, voided_at=None).exists(),
        kinds.BIRTHDAY: birthday_of(member, day)[0],
    }.get(Task.Kind(task.kind), False)
    if not is_done:
        return []
    yearly = task.kind == kinds.BIRTHDAY
    return [f"{day:%Y}" if yearly else "once"]


def _is_offered(task: Task, at: datetime) -> bool:
    too_early = task.starts_at is not None and at < task.starts_at
    too_late = task.ends_at is not None and at >= task.ends_at
    return task.is_active and not too_early and not too_late


def _complete(task: Task, member_id: int, period: str, by: Act, at: datetime) -> Done:
    if not _is_offered(task, at):
        raise NotOffered
    permit.active_member(member_id)
    lock(holding_of(member_id))
    mine = TaskDone.objects.filter(task=task, member_id=member_id)
    before = mine.filter(period=period).first()
    if before is not None:
        return Done(before, is_new=False)
    _check_year(task, member_id, at)
    by = permit.check_beneficiary(by, COMPLETE, member_id=member_id, at=at)
    policy = policies_selectors.in_force(PointsPolicy, at=at)
    growth = task.growth + policy.growth_per_task
    row = TaskDone.objects.create(
        task=task,
        member_id=member_id,
        period=period,
        at=at,
        points=task.points,
        growth=growth,
    )
    key = f"points:task:{task.pk}:{member_id}:{period}"
    if task.points or growth:
        give_step(
            member_id=member_id,
            points=task.points,
            growth=growth,
            source=Accrual.Source.TASK,
            by=by,
            at=at,
            key=key,
            reference=f"{task.code} {period}",
        )
    if task.coupon_id is not None:
        coupons_services.issue_step(
            template_id=task.coupon_id,
            member_id=member_id,
            by=by,
            at=at,
            key=f"{key}:coupon",
            source=CouponSource.CAMPAIGN,
        )
    stores_services.record_act(
        name="points.task_done", by=by, at=at, subject=row, facts={"task": task.code}
    )
    return Done(row, is_new=True)


def _check_year(task: Task, member_id: int, at: datetime) -> None:
    """Counted under the member's lock. Raises LimitReached."""
    if task.most_per_year is None:
        return
    first = at.astimezone(house_zone()).replace(
        month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    done = TaskDone.objects.filter(task=task, member_id=member_id, at__gte=first)
    if done.count() >= task.most_per_year:
        raise LimitReached(most=task.most_per_year)
