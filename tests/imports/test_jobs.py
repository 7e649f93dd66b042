"""Jobs: claimed once, done whole or not at all, and found again when a worker dies."""

import stat
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from imports import services as imports_services
from imports import tasks
from imports.errors import FileRefused, JobNotReady
from imports.kinds import KINDS
from imports.models import ImportJob
from imports.options import ImportOptions
from members.models import Member
from stores import services as stores_services
from stores.errors import NotAllowed
from stores.models import User
from tests.factories.imports import head_office, uploaded
from tests.factories.ledger import an_act
from tests.factories.stores import NOON, UserFactory
from tests.imports.conftest import balances, every_table
from tests.ledger.racing import answers, beside, race, refusals
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = ("id,name,phone,principal", "A1,王,13800001234,300", "A2,李,,50")
LATER = NOON + timedelta(hours=1)


def by(user: User) -> Any:
    return stores_services.act(staff=user, at=NOON)


def work(job: ImportJob, **given: Any) -> ImportJob:
    imports_services.work(job_id=job.pk, at=NOON, **given)
    job.refresh_from_db()
    return job


def ready(*lines: str) -> ImportJob:
    """A file that was looked through and is to be applied."""
    job = work(uploaded(*(lines or GOOD)))
    imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    return job


def test_a_file_goes_its_whole_way() -> None:
    job = uploaded(*GOOD)
    assert job.status == "to_check"
    before = every_table()

    work(job)
    assert (job.status, job.counts["new"], job.rows_done) == ("checked", 2, 2)
    assert every_table() == before

    imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    work(job)
    assert job.status == "applied"
    assert Member.objects.count() == 2
    assert sorted(balances().values()) == [50_00, 300_00]
    assert job.applied_by == job.uploaded_by
    # The report tells what became of the rows, not what would be their fate now.
    assert job.counts["new"] == 2


def test_a_file_is_kept_where_nobody_else_looks() -> None:
    job = uploaded(*GOOD)
    file = imports_services.file_of(job)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "members" not in str(file)


def test_a_name_of_a_file_is_only_shown() -> None:
    office = head_office()
    job = imports_services.upload(
        kind="members",
        options=ImportOptions(source="old"),
        file_name="../../etc/\x00pass\u202ewd.csv",
        pieces=[b"id\n"],
        by=by(office),
        at=NOON,
    )
    assert job.file_name == "passwd.csv"


def test_a_file_too_large_is_not_kept(settings: Any) -> None:
    settings.IMPORT_MOST_BYTES = 10
    with pytest.raises(FileRefused):
        uploaded(*GOOD)
    assert not ImportJob.objects.exists()
    assert list(settings.IMPORTS_DIR.iterdir()) == []


@pytest.mark.parametrize("role", ["cashier", "store-manager", "marketing", "auditor"])
def test_who_may_not_is_refused(role: str) -> None:
    user = UserFactory.holding(role)
    job = work(uploaded(*GOOD))
    with pytest.raises(NotAllowed):
        uploaded(*GOOD, by=user)
    with pytest.raises(NotAllowed):
        imports_services.ask_to_apply(job_id=job.pk, by=by(user), at=NOON)
    with pytest.raises(NotAllowed):
        imports_services.ask_to_check(job_id=job.pk, by=by(user), at=NOON)
    job.refresh_from_db()
    assert (job.status, ImportJob.objects.count()) == ("checked", 1)


def test_a_program_asks_for_nothing() -> None:
    job = work(uploaded(*GOOD))
    for ask in (imports_services.ask_to_apply, imports_services.ask_to_check):
        with pytest.raises(NotAllowed):
            ask(job_id=job.pk, by=an_act(), at=NOON)
    job.refresh_from_db()
    assert job.status == "checked"


def test_bad_rows_stand_in_the_way() -> None:
    job = work(uploaded("id,points", "A1,5", "A2,x"))
    assert (job.status, job.bad_rows) == ("checked", 1)
    with pytest.raises(JobNotReady):
        imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)


def test_nothing_is_applied_that_was_not_looked_through() -> None:
    job = uploaded(*GOOD)
    with pytest.raises(JobNotReady):
        imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    assert work(job).status == "checked"
    imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    with pytest.raises(JobNotReady):
        imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)


def test_an_unreadable_file_is_refused_with_a_sentence() -> None:
    job = work(uploaded("a,b", "1,2"))
    assert job.status == "refused"
    assert "No column" in job.refusal


def test_a_file_that_was_exchanged_is_not_brought_in() -> None:
    job = ready()
    imports_services.file_of(job).write_text("id,principal\nA1,999999\n")
    assert work(job).status == "refused"
    assert "Upload it again" in job.refusal
    assert not Member.objects.exists()


def test_a_row_that_became_bad_since_keeps_everything_out() -> None:
    job = ready()
    Member.objects.create(name="x", phone="+8613900000000", joined_at=NOON)
    other = ready("id,name,phone", "Z1,x,13900000000")
    work(other)
    taken = ready("id,phone", "Z2,13900000009")
    Member.objects.filter(phone="+8613900000000").update(phone="+8613900000009")

    assert work(taken).status == "refused"
    assert taken.bad_rows == 1
    assert Member.objects.count() == 1
    assert work(job).status == "applied"


def test_a_failure_in_the_middle_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = ready()
    before = every_table()
    write = KINDS["members"].write

    def fail(context: Any) -> None:
        write(context)
        assert Member.objects.count() == 2
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(KINDS["members"], "write", fail)
    with pytest.raises(RuntimeError):
        work(job)
    job.refresh_from_db()
    assert every_table() == before
    assert job.status == "stopped"

    monkeypatch.undo()
    imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    assert work(job).status == "applied"
    assert sorted(balances().values()) == [50_00, 300_00]


def test_a_worker_that_died_is_found_and_its_job_starts_again() -> None:
    job = ready()
    # As a killed worker leaves it: claimed, and no session that holds it.
    ImportJob.objects.filter(pk=job.pk).update(
        status="applying", run="0190a1b2-0000-7000-8000-000000000000"
    )
    assert imports_services.find_stopped() == 1
    job.refresh_from_db()
    assert job.status == "stopped"

    imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)
    assert work(job).status == "applied"


def test_what_stopped_while_it_was_looked_through_is_not_brought_in() -> None:
    job = uploaded(*GOOD)
    ImportJob.objects.filter(pk=job.pk).update(status="stopped", counts={"bad": 0})
    before = every_table()

    with pytest.raises(JobNotReady):
        imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=NOON)

    job.refresh_from_db()
    assert (job.status, job.applying) == ("stopped", False)
    assert every_table() == before


def test_a_worker_that_works_is_left_alone() -> None:
    job = ready()
    found: list[int] = []

    def ask(_step: str, _done: int, _total: int | None) -> None:
        with beside(lambda: found.append(imports_services.find_stopped())):
            pass

    assert work(job, tell=ask).status == "applied"
    assert found
    assert set(found) == {0}


def test_a_worker_that_was_replaced_changes_nothing() -> None:
    """Held to be dead, it comes back: whatever it wrote is rolled back."""
    job = ready()
    before = every_table()
    told: list[str] = []

    def replace(step: str, _done: int, _total: int | None) -> None:
        if step == "judging":
            told.append(step)
            other = "0190a1b2-0000-7000-8000-000000000000"
            with beside(lambda: _replace(job, other)):
                pass

    assert not imports_services.work(job_id=job.pk, at=NOON, tell=replace)
    assert told
    assert every_table() == before


def _replace(job: ImportJob, run: str) -> None:
    ImportJob.objects.filter(pk=job.pk).update(run=run)


def test_a_message_that_comes_twice_is_done_once() -> None:
    job = ready()
    done = race(
        lambda _number: imports_services.work(job_id=job.pk, at=NOON), runners=4
    )
    assert refusals(done) == []
    assert sorted(answers(done)) == [False, False, False, True]
    assert Member.objects.count() == 2
    assert sorted(balances().values()) == [50_00, 300_00]


def test_two_uploads_of_one_file_at_once_are_brought_in_once() -> None:
    jobs = [ready(), ready()]
    done = race(
        lambda number: imports_services.work(job_id=jobs[number].pk, at=NOON),
        runners=2,
    )
    assert refusals(done) == []
    counts = []
    for job in jobs:
        job.refresh_from_db()
        assert job.status == "applied"
        counts.append((job.counts["new"], job.counts["same"]))
    assert sorted(counts) == [(0, 2), (2, 0)]
    assert Member.objects.count() == 2
    assert sorted(balances().values()) == [50_00, 300_00]


def test_without_the_lock_two_at_once_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard off: it is the lock that lets the second find what the first brought."""
    monkeypatch.setattr("imports.services.run.hold_the_door", lambda: None)
    judged = KINDS["members"].judge
    both = Barrier(2)

    def wait_for_the_other(context: Any) -> None:
        judged(context)
        both.wait(PATIENCE)

    jobs = [ready(), ready()]
    monkeypatch.setattr(KINDS["members"], "judge", wait_for_the_other)
    race(
        lambda number: imports_services.work(job_id=jobs[number].pk, at=NOON),
        runners=2,
    )
    states = []
    for job in jobs:
        job.refresh_from_db()
        states.append(job.status)
    assert sorted(states) == ["applied", "refused"]
    assert Member.objects.count() == 2  # the unique reference is the last word


def test_lost_messages_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job = uploaded(*GOOD)
    sent: list[int] = []
    monkeypatch.setattr(
        tasks.run_import, "delay", lambda *, job_id: sent.append(job_id)
    )
    tasks.look_after_imports()
    assert sent == [job.pk]
    assert tasks.run_import(job_id=job.pk)
    assert not tasks.run_import(job_id=job.pk)


def test_progress_is_seen_while_the_work_is_one_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = ready()
    monkeypatch.setattr(tasks, "TELL_EVERY_SECONDS", 0.0)
    seen: list[tuple[str, int]] = []
    with tasks.Teller(job.pk) as teller:

        def tell(step: str, done: int, total: int | None) -> None:
            teller(step, done, total)
            assert connection.in_atomic_block
            with beside(lambda: seen.append(_progress(job))):
                pass

        work(job, tell=tell)
    assert ("reading", 2) in seen
    assert job.status == "applied"


def _progress(job: ImportJob) -> tuple[str, int]:
    row = ImportJob.objects.get(pk=job.pk)
    return row.step, row.rows_done


def test_files_are_deleted_when_nobody_needs_them() -> None:
    job, waiting = work(uploaded(*GOOD)), uploaded(*GOOD)
    assert imports_services.delete_old_files(at=NOON + timedelta(days=29)) == 0
    assert imports_services.delete_old_files(at=NOON + timedelta(days=31)) == 1
    assert not imports_services.folder_of(job).exists()
    assert imports_services.file_of(waiting).exists()
    with pytest.raises(JobNotReady):
        imports_services.ask_to_apply(job_id=job.pk, by=by(job.uploaded_by), at=LATER)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'secrets'",
        "status = 'perhaps'",
        "status = 'applied'",
        "status = 'checking', run = NULL",
        "rows_done = -1",
    ],
)
def test_the_database_knows_what_a_job_may_be(change: str) -> None:
    uploaded(*GOOD)
    with (
        pytest.raises(Exception, match="imports_importjob_"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE imports_importjob SET {change}")


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'secret'",
        "source = ''",
        "reference = ''",
        "member_id = NULL",
        "erased = true",
        "reference = 'A2'",
    ],
)
def test_the_database_knows_what_a_reference_may_be(change: str) -> None:
    work(ready())
    with (
        pytest.raises(Exception, match="imports_externalref_"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE imports_externalref SET {change} WHERE reference = 'A1'"
        )
