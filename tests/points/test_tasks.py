"""Tasks: done once in their period, whatever is sent how often."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from points import services as points_services
from points.errors import LimitReached, NothingThere, NotOffered
from points.models import CheckIn, Task, TaskDone
from points.services.tasks import period_of
from recognition.models import Visit
from tests.factories.ledger import NOON, TODAY, an_act
from tests.factories.members import MemberFactory
from tests.factories.points import TaskFactory, a_policy, growth_of, points_of
from tests.factories.stores import StoreFactory

pytestmark = pytest.mark.django_db


def complete(member: object, task: Task, **facts: object) -> points_services.Done:
    return points_services.complete_task(
        **{
            "task_code": task.code,
            "member_id": member.pk,  # type: ignore[attr-defined]  # a member
            "by": an_act(),
            "at": NOON,
            **facts,
        }
    )


def test_a_task_gives_points_and_growth_value_once() -> None:
    a_policy(growth_per_task=5)
    member, task = MemberFactory.create(), TaskFactory.create(growth=10)

    told = [complete(member, task).is_new for _time in range(3)]

    assert told == [True, False, False]
    assert (points_of(member), growth_of(member)) == (50, 15)
    assert TaskDone.objects.count() == 1


@pytest.mark.parametrize(
    ("period", "word"),
    [
        ("once", "once"),
        ("day", "2027-01-01"),
        ("week", "2026-W53"),
        ("month", "2027-01"),
        ("year", "2027"),
        ("each", "about:review:7"),
    ],
)
def test_each_period_has_its_word(period: str, word: str) -> None:
    assert period_of(Task(period=period), date(2027, 1, 1), "review:7") == word


def test_what_counts_each_time_counts_each_thing_once_and_not_without_end() -> None:
    member = MemberFactory.create()
    task = TaskFactory.create(period="each", most_per_year=2)
    for about in ("review:1", "review:1", "review:2"):
        complete(member, task, about=about)
    with pytest.raises(LimitReached):
        complete(member, task, about="review:3")
    with pytest.raises(NotOffered):
        complete(member, task)
    assert points_of(member) == 100


def test_with_the_new_year_of_the_house_it_counts_anew() -> None:
    member = MemberFactory.create()
    task = TaskFactory.create(period="each", most_per_year=1)
    new_year = datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    complete(member, task, about="review:1", at=new_year - timedelta(days=9))
    with pytest.raises(LimitReached):
        complete(
            member, task, about="review:2", at=new_year - timedelta(microseconds=1)
        )
    complete(member, task, about="review:2", at=new_year)
    with pytest.raises(LimitReached):
        complete(member, task, about="review:3", at=new_year + timedelta(days=364))


def test_a_task_that_is_not_offered_gives_nothing() -> None:
    member = MemberFactory.create()
    for task in (
        TaskFactory.create(is_active=False),
        TaskFactory.create(starts_at=NOON + timedelta(seconds=1)),
        TaskFactory.create(ends_at=NOON),
    ):
        with pytest.raises(NotOffered):
            complete(member, task)
    with pytest.raises(NothingThere):
        complete(member, Task(code="no-such"))
    assert points_of(member) == 0
    assert not TaskDone.objects.exists()


def test_a_streak_gives_every_so_many_days_in_a_row() -> None:
    member = MemberFactory.create()
    TaskFactory.create(kind="streak", days=3)

    def hello(day: int) -> CheckIn:
        return points_services.check_in(
            member_id=member.pk, by=an_act(), at=NOON + timedelta(days=day)
        )

    streaks = [hello(day).streak for day in (0, 0, 1, 2, 3, 4, 5, 7, 8)]

    assert streaks == [1, 1, 2, 3, 4, 5, 6, 1, 2]
    assert points_of(member) == 100


def test_what_we_know_of_a_member_completes_their_tasks() -> None:
    TaskFactory.create(kind="profile")
    TaskFactory.create(kind="first")
    TaskFactory.create(kind="birthday")
    TaskFactory.create(kind="referral")
    member = MemberFactory.create(
        gender="female",
        birth_calendar="solar",
        birth_month=11,
        birth_day=22,
        birthday_set_at=NOON,
    )
    friend = MemberFactory.create(referrer=member)

    def due(at: timedelta = timedelta()) -> list[str]:
        done = points_services.complete_due_tasks(
            member_id=member.pk, by=an_act(), at=NOON + at
        )
        return [one.row.task.kind for one in done if one.is_new]

    assert due() == ["profile", "birthday"]
    for someone in (member, friend):
        Visit.objects.create(
            member=someone,
            store=StoreFactory.create(),
            at=NOON,
            business_date=TODAY,
            amount=1,
            source="sale",
            reference=f"bill {someone.pk}",
        )
    assert due() == ["first", "referral"]
    assert due() == []
    assert due(timedelta(days=365)) == ["birthday"]
    assert points_of(member) == 250
