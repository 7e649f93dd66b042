"""How far a member is with the tasks that are offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from .models import CheckIn, Task, TaskDone
from .services.facts import house_zone
from .services.tasks import period_of


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """A task, whether it is done in its present period, and how many times in all.

    `streak` counts the days in a row on which the member checked in, today's with it.
    """

    task: Task
    is_done: bool
    times: int
    streak: int = 0
    is_checked_in: bool = False

    @property
    def days_left(self) -> int:
        """Check-ins that are missing for the next gift of a streak."""
        return self.task.days - self.streak % self.task.days


def task_progress(member_id: int, *, at: datetime) -> list[TaskProgress]:
    """The tasks that are offered now, in their order. Three queries at most."""
    tasks = Task.objects.filter(
        Q(starts_at=None) | Q(starts_at__lte=at),
        Q(ends_at=None) | Q(ends_at__gt=at),
        is_active=True,
    ).order_by("pk")
    today = at.astimezone(house_zone()).date()
    done: dict[int, set[str]] = {}
    rows = TaskDone.objects.filter(member_id=member_id, task__in=tasks)
    for task_id, period in rows.values_list("task_id", "period"):
        done.setdefault(task_id, set()).add(period)
    last = CheckIn.objects.filter(member_id=member_id).order_by("-day").first()
    is_kept_up = last is not None and last.day >= today - timedelta(days=1)
    streak = last.streak if last is not None and is_kept_up else 0
    return [
        TaskProgress(
            task=task,
            is_done=task.period != Task.Period.EACH
            and period_of(task, today) in done.get(task.pk, set()),
            times=len(done.get(task.pk, set())),
            streak=streak,
            is_checked_in=last is not None and last.day >= today,
        )
        for task in tasks
    ]
