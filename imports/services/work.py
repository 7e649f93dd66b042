"""What a worker does with a job: once at a time, all of it or nothing, never lost."""

import hashlib
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import DateTimeField, Func
from django.utils import translation

from common.alone import alone
from common.errors import DomainError
from imports.errors import FileIsGone, JobWasTakenOver, RowsAreBad
from imports.models import ImportJob
from imports.options import ImportOptions
from ledger.services import Act
from stores import services as stores_services

from .jobs import file_of, report_of
from .run import Outcome, Tell, bring_in, look_through, nobody_listens

Status = ImportJob.Status
CLAIMED: Final = {
    Status.TO_CHECK: Status.CHECKING,
    Status.TO_APPLY: Status.APPLYING,
}
WORK: Final = "imports.job"
LONGEST_REFUSAL: Final = 500
CHUNK: Final = 1024 * 1024


class Clock(Func):
    """The database's own time at this statement, not at the transaction's start."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def work(*, job_id: int, at: datetime, tell: Tell = nobody_listens) -> bool:
    """Do what a job waits for; whether it was ours to do.

    The message may come twice, or never: a job is claimed by one worker at a time, and
    one whose worker died is found by `find_stopped`. What a DomainError refuses is kept
    as the job's refusal; anything else leaves the job stopped, and is raised.
    """
    with alone(WORK, job_id) as mine:
        if not mine:
            return False
        run = uuid.uuid4()
        job = _claim(job_id, run, at)
        if job is None:
            return False
        try:
            with translation.override(job.uploaded_by.language or "en"):
                _do(job, run, at, tell)
        except JobWasTakenOver:
            return False
        except BaseException:
            _ours(job, run).update(status=Status.STOPPED, finished_at=Clock())
            raise
    return True


def find_stopped() -> int:
    """Mark the jobs whose worker is gone, so that somebody can start them again."""
    count = 0
    for job in ImportJob.objects.filter(status__in=list(CLAIMED.values())):
        with alone(WORK, job.pk) as nobody_works:
            if nobody_works:
                count += ImportJob.objects.filter(
                    pk=job.pk, run=job.run, status=job.status
                ).update(status=Status.STOPPED, finished_at=Clock())
    return count


def waiting(*, before: datetime) -> list[int]:
    """The jobs that have waited since before a moment: their message may be lost."""
    return list(
        ImportJob.objects.filter(
            status__in=list(CLAIMED), queued_at__lt=before
        ).values_list("pk", flat=True)
    )


def _claim(job_id: int, run: uuid.UUID, at: datetime) -> ImportJob | None:
    for waits, works in CLAIMED.items():
        claimed = ImportJob.objects.filter(pk=job_id, status=waits).update(
            status=works,
            run=run,
            started_at=at,
            finished_at=None,
            step="",
            rows_done=0,
            rows_total=None,
        )
        if claimed:
            return ImportJob.objects.select_related("uploaded_by", "applied_by").get(
                pk=job_id
            )
    return None


def _ours(job: ImportJob, run: uuid.UUID) -> Any:
    """The job, as long as this run is the one that works on it."""
    return ImportJob.objects.filter(pk=job.pk, run=run, status=job.status)


def _do(job: ImportJob, run: uuid.UUID, at: datetime, tell: Tell) -> None:
    applying = job.status == Status.APPLYING

    def finish(outcome: Outcome) -> None:
        """In the same transaction as what was brought in."""
        ended = Status.APPLIED if applying else Status.CHECKED
        if not _ours(job, run).update(
            status=ended,
            counts=outcome.counts,
            preview=outcome.preview,
            rows_done=outcome.rows,
            rows_total=outcome.rows,
            refusal="",
            finished_at=Clock(),
        ):
            raise JobWasTakenOver

    path, report = file_of(job), report_of(job)
    try:
        _make_sure_it_is_the_same(path, job.file_sha256)
        options = ImportOptions.from_json(job.options)
        if applying:
            bring_in(
                kind=job.kind,
                path=path,
                options=options,
                by=_act(job, at),
                at=at,
                report=report,
                tell=tell,
                finish=finish,
            )
        else:
            outcome = look_through(
                kind=job.kind,
                path=path,
                options=options,
                by=_act(job, at),
                at=at,
                report=report,
                tell=tell,
            )
            finish(outcome)
    except JobWasTakenOver:
        raise
    except DomainError as refusal:
        _refuse(job, run, refusal)


def _refuse(job: ImportJob, run: uuid.UUID, refusal: DomainError) -> None:
    """Say why on the job's page; what became bad since the dry run is counted there."""
    counts = job.counts
    if isinstance(refusal, RowsAreBad):
        counts = {**counts, "bad": refusal.facts["bad"]}
    _ours(job, run).update(
        status=Status.REFUSED,
        counts=counts,
        refusal=str(refusal)[:LONGEST_REFUSAL],
        finished_at=Clock(),
    )


def _act(job: ImportJob, at: datetime) -> Act:
    staff = job.applied_by or job.uploaded_by
    return stores_services.act(staff=staff, at=at, request_id=f"import-{job.run}")


def _make_sure_it_is_the_same(path: Path, sha256: str) -> None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                digest.update(piece)
    except OSError as gone:
        raise FileIsGone from gone
    if digest.hexdigest() != sha256:
        raise FileIsGone
