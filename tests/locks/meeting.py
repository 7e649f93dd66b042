"""Many who read one row at the same moment, with one file's lock or without it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.db.models import QuerySet

from tests import rendezvous
from tests.ledger.racing import race

RUNNERS = 4
OURS = Path(settings.BASE_DIR)
DJANGOS = str(Path(django.__file__).parent)

type Outcomes = list[Any]
type Wait = Callable[[int], None]
LOCK = QuerySet.select_for_update
ADD = QuerySet.bulk_create


class Meeting:
    """What one file locks is locked, or only read; after the reading all wait."""

    def __init__(self, file: str, *, is_locked: bool) -> None:
        self.file = file
        self.is_locked = is_locked
        self.looked = 0
        self._me = threading.local()

    def race(
        self,
        work: Callable[[int], object],
        *,
        runners: int = RUNNERS,
        wait: Wait | None = None,
        held: Wait | None = None,
    ) -> Outcomes:
        """Let them loose. Nobody goes on who has read before everybody has, or waits
        for the lock; or as `wait` and `held` say, without the lock and with it.
        """

        def run(number: int) -> object:
            self._me.number, self._me.has_waited = number, False
            return work(number)

        self._wait = wait or (lambda _number: rendezvous.meet())
        self._held = held or (lambda _number: rendezvous.meet())
        with self._altered():
            return race(run, runners=runners)

    def pause(self) -> None:
        """Here a row was read: the moment that a lock is for."""
        number = getattr(self._me, "number", None)
        if number is None or self._me.has_waited:
            return
        self._me.has_waited = True
        self.looked += 1
        if self.is_locked:
            self._held(number)
        else:
            self._wait(number)

    @contextmanager
    def _altered(self) -> Iterator[None]:
        meeting = self

        def select_for_update(rows: Any, **options: Any) -> Any:
            if not meeting._is_asked():
                return LOCK(rows, **options)
            kept = LOCK(rows, **options) if meeting.is_locked else rows._chain()
            kept.__class__ = _paused(type(kept), meeting)
            return kept

        def bulk_create(rows: Any, found: Any, **options: Any) -> Any:
            # "Update" where the row is there locks it too: without, it is passed over.
            if options.pop("update_conflicts", False):
                if meeting.is_locked or not meeting._is_asked():
                    return ADD(rows, found, update_conflicts=True, **options)
                return ADD(rows, found, ignore_conflicts=True)
            return ADD(rows, found, **options)

        with (
            mock.patch.object(QuerySet, "select_for_update", select_for_update),
            mock.patch.object(QuerySet, "bulk_create", bulk_create),
        ):
            yield

    def _is_asked(self) -> bool:
        """Whether it is this file that asks, through Django's own ways."""
        frame = sys._getframe(2)
        while frame.f_back is not None and (
            frame.f_code.co_filename.startswith(DJANGOS)
        ):
            frame = frame.f_back
        return frame.f_code.co_filename == str(OURS / self.file)


def _paused(kind: type[Any], meeting: Meeting) -> type[Any]:
    """Rows after whose reading there is a pause."""

    class Paused(kind):  # type: ignore[misc]  # a class that is known only now
        def _fetch_all(self) -> None:
            is_read = self._result_cache is None
            super()._fetch_all()
            if is_read:
                meeting.pause()

        def exists(self) -> bool:
            found = bool(super().exists())
            meeting.pause()
            return found

    return Paused
