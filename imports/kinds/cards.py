"""The cards that members carry: an old number still finds them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cards import services as cards_services
from cards.models import CardKind
from cards.numbers import normalise
from imports.values import BadCell

from .base import REPEATED, Cells, Context, Pieces, RowKind, run
from .people import (
    PERSON,
    find_members,
    make_missing_members,
    read_person,
    refuse_unknown,
)

KNOWN: Final = """
UPDATE imports_staged s
   SET fate = CASE WHEN r.member_id = s.member_id THEN 'same' ELSE 'bad' END,
       why = CASE WHEN r.member_id IS DISTINCT FROM s.member_id
                  THEN 'card_of_another' END,
       about = 'card'
  FROM imports_externalref r
 WHERE r.source = %(source)s AND r.kind = 'card' AND r.reference = s.reference
   AND s.fate IS NULL
"""
# Two ways of writing one number are one card.
TAKEN: Final = """
UPDATE imports_staged s SET fate = 'bad', why = 'card_of_another', about = 'card'
 WHERE s.fate IS NULL AND s.number <> ''
   AND (EXISTS (SELECT FROM cards_card c WHERE c.number = s.number)
        OR EXISTS (SELECT FROM imports_staged t
                    WHERE t.number = s.number AND t.line < s.line))
"""
JUDGE: Final = "UPDATE imports_staged SET fate = 'new' WHERE fate IS NULL"
PLACES: Final = """
UPDATE imports_staged s SET place = told.place
  FROM (SELECT line, row_number() OVER (ORDER BY line) AS place
          FROM imports_staged WHERE fate = 'new') told
 WHERE told.line = s.line
"""
NEW: Final = """
SELECT member_id, kind_id, number, expires_at, place
  FROM imports_staged WHERE place > %(after)s ORDER BY place LIMIT %(piece)s
"""
REMEMBER: Final = """
INSERT INTO imports_externalref
       (source, kind, reference, member_id, object_id, brought, erased, made_at)
SELECT %(source)s, 'card', s.reference, s.member_id, given.id, '{}', false, %(at)s
  FROM imports_staged s
  JOIN unnest(%(ids)s::bigint[]) WITH ORDINALITY AS given(id, place) USING (place)
"""


class Cards(RowKind):
    """A row is one card; a number that is none of ours finds a card with a new one."""

    word = "cards"
    columns = ("card", "member", "phone", "card_kind", "valid_until")
    needed = (("card",), ("member", "phone"))
    staged = (
        *PERSON,
        "number text",
        "kind_id bigint",
        "expires_at timestamptz",
        "place bigint",
    )

    def prepare(self, context: Context) -> None:
        """The kinds by their codes; without one, the first that is on the phone."""
        kinds = CardKind.objects.filter(is_active=True).order_by("pk")
        context.known["cards"] = {kind.code.casefold(): kind.pk for kind in kinds}
        virtual = kinds.filter(form=CardKind.Form.VIRTUAL).first()
        if virtual is not None:
            context.known["cards"][""] = virtual.pk

    def read(self, cells: Cells, context: Context) -> tuple[str, tuple[Any, ...]]:
        """A card and whose it is. Raises BadCell."""
        card = cells.reference("card")
        if not card:
            raise BadCell("empty", "card")
        customer, phone = read_person(cells, context)
        end = context.reader.end_of(cells["valid_until"], "valid_until")
        if end is not None and end <= context.at:
            raise BadCell("expired", "valid_until")
        kind_id = _kind(cells.text("card_kind", 40), context)
        return card, (
            *(customer, phone, context.at, None, None),
            normalise(card),
            kind_id,
            end,
            None,
        )

    def tables(self) -> Sequence[str]:
        """None besides the staged rows."""
        return ()

    def judge(self, context: Context) -> None:
        """Known, somebody else's, or new."""
        run(REPEATED)
        find_members(context)
        refuse_unknown()
        run(KNOWN, source=context.source)
        run(TAKEN)
        run(JUDGE)

    def write(self, context: Context) -> None:
        """The cards by their own door, and under which number each was known."""
        make_missing_members(context)
        run(PLACES)
        run("CREATE INDEX ON imports_staged (place) WHERE place IS NOT NULL")
        ids = cards_services.load_cards(
            rows=_new_cards(), by=context.importer, at=context.at
        )
        run(REMEMBER, source=context.source, at=context.at, ids=ids)


def _new_cards() -> Iterator[cards_services.CardRow]:
    for piece in Pieces(NEW, {}, 5_000):
        for member_id, kind_id, number, expires_at, _place in piece:
            yield cards_services.CardRow(
                member_id=member_id,
                kind_id=kind_id,
                number=number,
                expires_at=expires_at,
            )


def _kind(code: str, context: Context) -> int:
    """The kind by its code. Raises BadCell."""
    found = context.known["cards"].get(code.casefold())
    if found is None:
        raise BadCell("unknown_kind", "card_kind")
    return int(found)
