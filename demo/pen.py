"""Writing a history down, piece by piece, while the next one is still being told."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection

from common.statements import statements_not_kept
from ledger import services as ledger_services
from ledger.services import Draft
from recognition import services as recognition_services
from recognition.services import VisitRow
from stored_value.models import TopUp


@dataclass(slots=True)
class Piece:
    """What was told and is not written yet."""

    drafts: list[Draft] = field(default_factory=list)
    visits: list[VisitRow] = field(default_factory=list)
    top_ups: dict[int, TopUp] = field(default_factory=dict)  # by the place of its draft


class Pen:
    """Writes piece after piece: the books with one hand, the visits with the other.

    The hands are threads with connections of their own; a history of a single piece,
    as in most demos, is written without them.
    """

    def __init__(self) -> None:
        self._hands = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
        self._writing: list[Future[None]] = []

    def write(self, piece: Piece) -> None:
        """Begin with this piece, once the one before it is written."""
        self._wait()
        self._writing = [
            hand.submit(_beside, write, piece)
            for hand, write in zip(
                self._hands, (write_books, write_visits), strict=True
            )
        ]

    def finish(self, piece: Piece) -> None:
        """Write the last piece, and put the pen away."""
        is_only_one = not self._writing
        try:
            if not is_only_one:
                self.write(piece)
            self._wait()
        finally:
            for hand in self._hands:
                hand.submit(connection.close)
                hand.shutdown()
        if is_only_one:
            write_books(piece)
            write_visits(piece)

    def _wait(self) -> None:
        for part in self._writing:
            part.result()


def write_books(piece: Piece) -> None:
    """The entries, and the top-ups that name theirs."""
    if not piece.drafts:
        return
    posted = ledger_services.post_many(drafts=piece.drafts)
    for place, top_up in piece.top_ups.items():
        top_up.entry_id = posted.entry_ids[place]
    TopUp.objects.bulk_create(piece.top_ups.values(), batch_size=2_000)


def write_visits(piece: Piece) -> None:
    """Who came, and what they ate."""
    recognition_services.load_visits(rows=piece.visits)


def _beside(write: Callable[[Piece], None], piece: Piece) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    with statements_not_kept():
        write(piece)
