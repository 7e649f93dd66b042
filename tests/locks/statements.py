"""The same for locks that are written in SQL: in a statement, or in a function."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from tests import rendezvous
from tests.ledger.racing import execute

from .meeting import Meeting, Outcomes, Wait

EXECUTE = CursorWrapper.execute


class StatementMeeting(Meeting):
    """A piece of a statement is left out; whoever has asked for `pause_at` waits."""

    def __init__(
        self,
        file: str,
        *,
        is_locked: bool,
        lock: tuple[str, str],
        pause_at: str,
    ) -> None:
        super().__init__(file, is_locked=is_locked)
        text = (Path(settings.BASE_DIR) / file).read_text(encoding="utf-8")
        assert lock[0] in text, f"{file} has no {lock[0]!r}"
        self.lock, self.pause_at = lock, pause_at

    @contextmanager
    def _altered(self) -> Iterator[None]:
        meeting = self

        def altered(cursor: Any, statement: Any, params: Any = None) -> Any:
            changed = statement
            if isinstance(statement, str) and not meeting.is_locked:
                changed = statement.replace(*meeting.lock)
            found = EXECUTE(cursor, changed, params)
            if isinstance(statement, str) and meeting.pause_at in statement:
                meeting.pause()
            return found

        with mock.patch.object(CursorWrapper, "execute", altered):
            yield


class FunctionMeeting(Meeting):
    """A function of the database, slow between its reading and its writing, has no
    lock; the pause is its own.
    """

    def __init__(
        self,
        function: str,
        *,
        is_locked: bool,
        lock: tuple[str, str],
        slowly: tuple[str, str],
    ) -> None:
        super().__init__(function, is_locked=is_locked)
        self.lock, self.slowly = lock, slowly

    def race(
        self,
        work: Callable[[int], object],
        *,
        runners: int = 2,
        wait: Wait | None = None,
        held: Wait | None = None,
    ) -> Outcomes:
        self.looked += 1
        return super().race(work, runners=runners, wait=wait, held=held)

    @contextmanager
    def _altered(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [self.file])
            original = str(cursor.fetchone()[0])
        changed = original
        for old, new in (self.slowly, *(() if self.is_locked else (self.lock,))):
            assert changed.count(old) == 1, f"{self.file}: {old!r}"
            changed = changed.replace(old, new)
        rendezvous.prepare()
        execute(changed)
        try:
            yield
        finally:
            execute(original)
