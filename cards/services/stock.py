"""Numbers made ahead, for the printer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from cards.errors import KindNotInUse, NotPrinted, QuantityRefused
from cards.models import Card, CardKind, StockBatch
from cards.numbers import new_number
from common.text import one_line
from ledger.services import Act
from stores import services as stores_services
from stores.errors import ReasonMissing

LARGEST_BATCH: Final = 200_000
ADD: Final = """
INSERT INTO cards_card (number, kind_id, batch_id, status)
SELECT number, %(kind)s, %(batch)s, 'stock' FROM unnest(%(numbers)s::text[]) number
ON CONFLICT (number) DO NOTHING
"""


@transaction.atomic
def make_stock(
    *, kind_id: int, quantity: int, by: Act, at: datetime, key: str, note: str = ""
) -> StockBatch:
    """Make cards for stock, each with a number that nobody can guess.

    The same key again answers with the first batch. Raises NotAllowed, KindNotInUse,
    NotPrinted, QuantityRefused.
    """
    stores_services.require_for(by, "cards.make_stock")
    kind = CardKind.objects.filter(pk=kind_id, is_active=True).first()
    if kind is None:
        raise KindNotInUse
    if kind.form == CardKind.Form.VIRTUAL:
        raise NotPrinted
    if not 0 < quantity <= LARGEST_BATCH:
        raise QuantityRefused(largest=LARGEST_BATCH)
    batch, is_new = StockBatch.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "quantity": quantity,
            "made_at": at,
            "made_by_id": by.staff_id,
            "note": one_line(note, 200),
        },
    )
    if not is_new:
        return batch
    left = quantity
    while left:  # a number that is taken already is drawn again
        left -= _add(batch, [new_number() for _ in range(left)])
    stores_services.record_act(
        name="cards.stock_made",
        by=by,
        at=at,
        subject=batch,
        facts={"kind": kind.code, "cards": quantity},
    )
    return batch


@transaction.atomic
def export_stock(*, batch_id: int, reason: str, by: Act, at: datetime) -> Sequence[str]:
    """The numbers of a batch for the printer, those that are still in stock.

    Every export is counted and logged, with its reason. Raises NotAllowed,
    ReasonMissing.
    """
    stores_services.require_for(by, "cards.export_stock")
    if not reason.strip():
        raise ReasonMissing
    StockBatch.objects.filter(pk=batch_id).update(
        exported_at=at, exports=F("exports") + 1
    )
    batch = StockBatch.objects.get(pk=batch_id)
    in_stock = Card.objects.filter(batch=batch, status=Card.Status.STOCK)
    numbers = list(in_stock.order_by("pk").values_list("number", flat=True))
    stores_services.record_act(
        name="cards.stock_exported",
        by=by,
        at=at,
        subject=batch,
        facts={
            "cards": len(numbers),
            "times": batch.exports,
            "reason": one_line(reason, 200),
        },
    )
    return numbers


def _add(batch: StockBatch, numbers: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            ADD, {"kind": batch.kind_id, "batch": batch.pk, "numbers": numbers}
        )
        return int(cursor.rowcount)
