"""The clearing is added up as the books grow, so that any period opens at once."""

from django.db import connection, transaction

from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from stored_value.models import ClearingMark
from stored_value.selectors.clearing import KINDS

STEP = 20_000
ADD = """
INSERT INTO stored_value_clearingday AS d
       (business_date, origin, acceptor, kind, way, amount)
SELECT * FROM unnest(%s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
                     %s::bigint[])
ON CONFLICT (business_date, origin, acceptor, kind, way)
DO UPDATE SET amount = d.amount + EXCLUDED.amount
"""


def add_up_clearing() -> int:
    """Add to the days of the clearing what was written since; how many entries.

    Twice at once, or broken off, it counts nothing twice and leaves nothing out.
    """
    until = ledger_services.last_written()
    mark, _created = ClearingMark.objects.get_or_create(id=1)
    added = 0
    while mark.seq < until:
        stop = min(mark.seq + STEP, until)
        if not _add(after=mark.seq, until=stop):
            break  # another is adding up
        added += stop - mark.seq
        mark.seq = stop
    return added


@transaction.atomic
def _add(*, after: int, until: int) -> bool:
    taken = ClearingMark.objects.filter(id=1, seq=after).update(seq=until)
    if not taken:
        return False
    rows = ledger_lineage.crossings(after=after, until_entry=until, kinds=KINDS)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            [
                [row.business_date for row in rows],
                [row.origin for row in rows],
                [row.acceptor for row in rows],
                [row.kind for row in rows],
                [row.way for row in rows],
                [row.amount for row in rows],
            ],
        )
    return True
