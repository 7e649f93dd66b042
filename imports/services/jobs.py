"""Files that somebody uploaded: kept privately, looked through, applied, deleted."""

import hashlib
import shutil
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _

from imports.errors import EncodingUnknown, FileRefused, JobNotReady
from imports.guess import Guess, guess
from imports.models import ImportJob
from imports.options import ImportOptions
from ledger.services import Act
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import User
from stores.selectors import user_may_everywhere

if TYPE_CHECKING:
    from django.utils.functional import Promise

UPLOAD: Final = "imports.upload_file"
APPLY: Final = "imports.apply_import"
KEPT_FOR: Final = timedelta(days=30)
LONGEST_NAME: Final = 200

Status = ImportJob.Status


def folder_of(job: ImportJob) -> Path:
    """Where the file of a job and its report lie; nobody else may look in."""
    return Path(settings.IMPORTS_DIR) / str(job.stored_as)


def file_of(job: ImportJob) -> Path:
    """The file as it was uploaded; named by us, whatever it was called."""
    return folder_of(job) / "file"


def report_of(job: ImportJob) -> Path:
    """The fate of each row, as the last run found it."""
    return folder_of(job) / "fates.csv"


@transaction.atomic
def upload(
    *,
    kind: str,
    options: ImportOptions,
    file_name: str,
    pieces: Iterable[bytes],
    by: Act,
    at: datetime,
) -> ImportJob:
    """Keep an uploaded file and put it in line for its dry run.

    What was not said of the file is found in it where it is certain; where it is not,
    the job waits for an answer (`change_options`). Raises NotAllowed, FileRefused.
    """
    staff = _require(by, UPLOAD)
    if kind not in ImportJob.Kind.values:
        raise JobNotReady
    job = ImportJob(
        kind=kind,
        source=options.source,
        options=options.as_json(),
        file_name=shown_name(file_name),
        stored_as=uuid.uuid4(),
        status=Status.TO_CHECK,
        uploaded_by=staff,
        uploaded_at=at,
        queued_at=at,
    )
    try:
        job.file_bytes, job.file_sha256 = _keep(file_of(job), pieces)
        found = guess(kind=kind, path=file_of(job), options=options)
        job.options = {**found.options.as_json(), "found": list(found.found)}
        if found.questions:
            job.status, job.refusal = Status.REFUSED, str(question(found))
        job.save(force_insert=True)
        stores_services.record_act(
            name="imports.uploaded",
            by=by,
            at=at,
            subject=job,
            facts={"kind": kind, "source": job.source, "sha256": job.file_sha256},
        )
    except BaseException:
        shutil.rmtree(folder_of(job), ignore_errors=True)
        raise
    return job


def guess_of(job: ImportJob) -> Guess:
    """What the file of a job shows, and what has to be asked."""
    return _guess(job, ImportOptions.from_json(job.options))


def _guess(job: ImportJob, options: ImportOptions) -> Guess:
    try:
        return guess(kind=job.kind, path=file_of(job), options=options)
    except OSError:
        return Guess(options=options)


def question(found: Guess) -> "str | Promise":
    """What the file leaves open, in a sentence."""
    if "encoding" in found.questions:
        return EncodingUnknown({}).message
    return _("Its dates could be read in two orders: choose the right one.")


@transaction.atomic
def change_options(
    *, job_id: int, options: ImportOptions, by: Act, at: datetime
) -> Guess:
    """Read a file in another way: it is in line for its dry run again.

    Once another encoding is named, the rest is found in the file anew; where that
    leaves something open, the job waits for the next answer. What a person corrected
    stays as it is. Raises NotAllowed, JobNotReady.
    """
    ask_to_check(job_id=job_id, by=by, at=at)
    job = ImportJob.objects.get(pk=job_id)
    found = Guess(options=options)
    if options.encoding and options.encoding != job.options.get("encoding"):
        found = _guess(job, options)
    job.options = {**found.options.as_json(), "found": list(found.found)}
    if found.questions:
        job.status, job.refusal = Status.REFUSED, str(question(found))
    job.save(update_fields=["options", "status", "refusal"])
    return found


@transaction.atomic
def ask_to_check(*, job_id: int, by: Act, at: datetime) -> None:
    """Put a file in line for another dry run. Raises NotAllowed, JobNotReady."""
    _require(by, UPLOAD)
    again = ImportJob.objects.filter(
        pk=job_id,
        status__in=[Status.CHECKED, Status.REFUSED, Status.STOPPED],
        files_gone=False,
    )
    if not again.update(
        status=Status.TO_CHECK,
        applying=False,
        applied_by=None,
        refusal="",
        queued_at=at,
        run=None,
    ):
        raise JobNotReady


@transaction.atomic
def ask_to_apply(
    *, job_id: int, by: Act, at: datetime, is_complete: bool = False
) -> None:
    """Put a file in line to be brought in, once its dry run found no bad row.

    `is_complete`: somebody looked, and nothing is missing behind its last line.
    Raises NotAllowed, JobNotReady, LastRowMayBeCut.
    """
    _require(by, APPLY)
    job = ImportJob.objects.filter(pk=job_id).first()
    if job is not None and job.last_row is not None:
        if not is_complete:
            raise job.last_row.question
        job.options["complete"] = True
        job.save(update_fields=["options"])
    ready = ImportJob.objects.filter(
        Q(status=Status.CHECKED) | Q(status=Status.STOPPED, applying=True),
        pk=job_id,
        files_gone=False,
        counts__bad=0,
    )
    if not ready.update(
        status=Status.TO_APPLY,
        applying=True,
        applied_by=by.staff_id,
        refusal="",
        queued_at=at,
        run=None,
    ):
        raise JobNotReady
    stores_services.record_act(
        name="imports.asked_to_apply",
        by=by,
        at=at,
        subject=ImportJob.objects.get(pk=job_id),
    )


def delete_old_files(*, at: datetime) -> int:
    """Delete the files of jobs that ended a while ago; how many. They name people."""
    old = ImportJob.objects.filter(files_gone=False, queued_at__lt=at - KEPT_FOR)
    count = 0
    for job in old.exclude(
        status__in=[Status.TO_CHECK, Status.CHECKING, Status.TO_APPLY, Status.APPLYING]
    ):
        shutil.rmtree(folder_of(job), ignore_errors=True)
        count += ImportJob.objects.filter(pk=job.pk).update(files_gone=True, preview={})
    return count


def shown_name(name: str) -> str:
    """What to call the file on a page: no path, no control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(sign for sign in last if sign.isprintable())[:LONGEST_NAME]
    return plain or get_valid_filename("file")


def _require(by: Act, permission: str) -> User:
    user = User.objects.filter(pk=by.staff_id or 0).first()
    if user is None or not user_may_everywhere(user, permission):
        raise NotAllowed(permission=permission)
    return user


def _keep(target: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write the file; its size and its SHA-256. Raises FileRefused."""
    target.parent.mkdir(parents=True, mode=0o700)
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as file:
        target.chmod(0o600)
        for piece in pieces:
            size += len(piece)
            if size > settings.IMPORT_MOST_BYTES:
                raise FileRefused(
                    "file_too_large",
                    _("The file is larger than {most} MB."),
                    most=settings.IMPORT_MOST_BYTES // (1024 * 1024),
                )
            digest.update(piece)
            file.write(piece)
    return size, digest.hexdigest()
