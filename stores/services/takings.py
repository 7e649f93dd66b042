"""Money taken for something that the shop sells outright: a card, a tier."""

from datetime import datetime

from django.conf import settings

from ledger import services as ledger_services
from ledger.kinds import AccountKind, EntryKind
from stores.errors import StoreMissing
from stores.selectors import require_taken


def take_payment_step(
    *,
    amount: int,
    tender: str,
    by: ledger_services.Act,
    at: datetime,
    key: str,
    fingerprint: bytes,
    memo: str = "",
) -> ledger_services.Posted:
    """A step of the act that sells: the till goes up, and so do the store's sales.

    Amount in minor units of the house's currency. Raises StoreMissing, TenderUnknown
    and whatever the books refuse.
    """
    return ledger_services.post_entry(
        kind=EntryKind.SALE,
        key=key,
        at=at,
        act=by,
        lines=[taking_line(amount=amount, tender=tender, by=by)],
        memo=memo,
        fingerprint=fingerprint,
    )


def taking_line(
    *, amount: int, tender: str, by: ledger_services.Act, sales: str = ""
) -> ledger_services.Line:
    """Money into the till of the act's store, and its sales (of that slot) with it.

    Raises StoreMissing, TenderUnknown.
    """
    if by.store_id is None:
        raise StoreMissing
    require_taken(tender, store_id=by.store_id)
    unit = ledger_services.open_unit(code=settings.CURRENCY)
    till, sold = ledger_services.open_accounts(
        [
            ledger_services.HolderAccount(
                kind=kind,
                unit_id=unit,
                holder_kind="store",
                holder_id=by.store_id,
                slot=slot,
            )
            for kind, slot in ((AccountKind.TENDER, tender), (AccountKind.SALES, sales))
        ]
    )
    return ledger_services.Line(debit_id=till, credit_id=sold, amount=amount)
