"""What workers do for moving in: the runs themselves, and looking after them."""

import time
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

from celery import shared_task
from django.db import connection
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from imports import services as imports_services
from imports.models import ImportJob

# A million rows take minutes; beyond this something is wrong.
LONGEST_RUN = 4 * 3600
TELL_EVERY_SECONDS = 1.0
SEND_AGAIN_AFTER = timedelta(minutes=2)


class Teller:
    """Writes how far a job is, in a session of its own: the work is one transaction."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._told = 0.0
        self._connection = connection.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Tell at most once a second; a page asks every two."""
        moment = time.monotonic()
        if moment - self._told < TELL_EVERY_SECONDS:
            return
        self._told = moment
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_importjob SET step = %s, rows_done = %s,"
                " rows_total = coalesce(%s, rows_total) WHERE id = %s"
                " AND status IN ('checking', 'applying')",
                [step, done, total, self._job_id],
            )


@shared_task(acks_late=True, time_limit=LONGEST_RUN)
def run_import(*, job_id: int, **_unknown: object) -> bool:
    """Do what the job waits for, if no other worker does."""
    with Teller(job_id) as tell:
        return imports_services.work(job_id=job_id, at=now(), tell=tell)


@shared_task(acks_late=True)
def look_after_imports(**_unknown: object) -> int:
    """Find jobs whose worker died, and send again the messages that were lost."""
    stopped = imports_services.find_stopped()
    for job_id in imports_services.waiting(before=now() - SEND_AGAIN_AFTER):
        run_import.delay(job_id=job_id)
    return stopped


@shared_task(acks_late=True)
def delete_old_files(**_unknown: object) -> int:
    """Files hold names and phones: they go when nobody needs them any more."""
    return imports_services.delete_old_files(at=now())


def send(job: ImportJob) -> None:
    """Tell the workers; if they cannot be told now, a later round will."""
    with suppress(OperationalError):
        run_import.delay(job_id=job.pk)
