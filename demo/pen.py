"""Writing a history down, piece by piece, while the next one is still being told."""

from collections import deque
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
    """Writes piece after piece, two at a time: no guest is in more than one of them.

    The hands are threads with connections of their own; a history of a single piece,
    as in most demos, is written without them.
    """

    def __init__(self) -> None:
        self._hands = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
        self._writing: deque[Future[None]] = deque()

    def write(self, piece: Piece) -> None:
        """Begin with this piece, as soon as a hand is free."""
        if len(self._writing) == len(self._hands):
            self._writing.popleft().result()
        self._hands.append(self._hands.pop(0))
        self._writing.append(self._hands[-1].submit(_beside, piece))

    def finish(self, piece: Piece) -> None:
        """Write the last piece, and put the pen away."""
        is_only_one = not self._writing
        try:
            if not is_only_one:
                self.write(piece)
            for written in self._writing:
                written.result()
        finally:
            for hand in self._hands:
                hand.submit(connection.close)
                hand.shutdown()
        if is_only_one:
            write(piece)


def write(piece: Piece) -> None:
    """The books first, then who came, and what they ate."""
    write_books(piece)
    recognition_services.load_visits(rows=piece.visits)


def write_books(piece: Piece) -> None:
    """The entries, and the top-ups that name theirs."""
    if not piece.drafts:
        return
    posted = ledger_services.post_many(drafts=piece.drafts)
    for place, top_up in piece.top_ups.items():
        top_up.entry_id = posted.entry_ids[place]
    TopUp.objects.bulk_create(piece.top_ups.values(), batch_size=2_000)


def _beside(piece: Piece) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    with statements_not_kept():
        write(piece)
