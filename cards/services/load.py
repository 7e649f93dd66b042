"""Many cards at once: those that members brought along from another system."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Final

from django.db import connection, transaction

from cards.errors import CardNumberTaken
from cards.models import Happening
from cards.numbers import new_number, normalise
from ledger.services import Act
from stores import services as stores_services

CHUNK: Final = 5_000
ADD: Final = """
INSERT INTO cards_card
       (number, kind_id, status, member_id, store_id, issued_at, expires_at)
SELECT c.number, c.kind, 'active', c.member, %(store)s, %(at)s, c.expires
  FROM unnest(%(numbers)s::text[], %(kinds)s::bigint[], %(members)s::bigint[],
              %(expires)s::timestamptz[]) AS c(number, kind, member, expires)
ON CONFLICT (number) DO NOTHING RETURNING id, number
"""
EVENTS: Final = """
INSERT INTO cards_cardevent (card_id, at, happening, fingerprint, froze, actor,
                             staff_id, store_id)
SELECT card, %(at)s, %(issued)s, '', '{}', %(actor)s, %(staff)s, %(store)s
  FROM unnest(%(cards)s::bigint[]) AS card
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A card to give out; without a number it is given one."""

    member_id: int
    kind_id: int
    number: str = ""
    expires_at: datetime | None = None


@transaction.atomic
def load_cards(*, rows: Iterable[CardRow], by: Act, at: datetime) -> list[int]:
    """Give out many cards, free of charge, all or none; their ids in the order given.

    Raises NotAllowed, CardNumberTaken.
    """
    stores_services.require_for(by, "cards.issue_card")
    ids: list[int] = []
    for chunk in batched(rows, CHUNK):
        ids += _load(chunk, by=by, at=at)
    stores_services.record_act(
        name="cards.loaded", by=by, at=at, facts={"cards": len(ids)}
    )
    return ids


def _load(chunk: Sequence[CardRow], *, by: Act, at: datetime) -> list[int]:
    made: dict[int, int] = {}
    while len(made) < len(chunk):
        # A number drawn may be taken; one that is printed on a card may not.
        left = {}
        for place, row in enumerate(chunk):
            if place not in made:
                left[normalise(row.number) or new_number()] = place
        with connection.cursor() as cursor:
            cursor.execute(
                ADD,
                {
                    "numbers": list(left),
                    "kinds": [chunk[place].kind_id for place in left.values()],
                    "members": [chunk[place].member_id for place in left.values()],
                    "expires": [chunk[place].expires_at for place in left.values()],
                    "store": by.store_id,
                    "at": at,
                },
            )
            made |= {left[number]: pk for pk, number in cursor.fetchall()}
        if any(chunk[place].number for place in range(len(chunk)) if place not in made):
            raise CardNumberTaken
    ids = [made[place] for place in range(len(chunk))]
    with connection.cursor() as cursor:
        cursor.execute(
            EVENTS,
            {
                "cards": ids,
                "at": at,
                "issued": Happening.ISSUED.value,
                "actor": by.actor,
                "staff": by.staff_id,
                "store": by.store_id,
            },
        )
    return ids
