"""The accounts that gift cards are posted to."""

from collections.abc import Sequence

from django.conf import settings

from gift_cards.errors import StoreNeeded
from ledger import services as ledger_services
from ledger.kinds import AccountKind
from ledger.services import Act, HolderAccount


def store_of(by: Act) -> int:
    """Where it happens. Raises StoreNeeded."""
    if by.store_id is None:
        raise StoreNeeded
    return by.store_id


def of_cards(card_ids: Sequence[int]) -> list[int]:
    """The account of each card, opened where there is none."""
    unit = _unit()
    return ledger_services.open_accounts(
        [
            HolderAccount(
                kind=AccountKind.GIFT_CARD,
                unit_id=unit,
                holder_kind="gift_card",
                holder_id=card_id,
            )
            for card_id in card_ids
        ]
    )


def of_tender(store_id: int, tender: str) -> int:
    """Where a store's money of one kind is counted."""
    return _of_store(store_id, AccountKind.TENDER, tender)


def of_sales(store_id: int) -> int:
    """A store's sales."""
    return _of_store(store_id, AccountKind.SALES, "")


def of_breakage() -> int:
    """What lapsed on gift cards."""
    return ledger_services.open_account(
        HolderAccount(
            kind=AccountKind.BREAKAGE,
            unit_id=_unit(),
            holder_kind="shop",
            slot=AccountKind.GIFT_CARD,
        )
    )


def _of_store(store_id: int, kind: AccountKind, slot: str) -> int:
    return ledger_services.open_account(
        HolderAccount(
            kind=kind,
            unit_id=_unit(),
            holder_kind="store",
            holder_id=store_id,
            slot=slot,
        )
    )


def _unit() -> int:
    return ledger_services.open_unit(code=settings.CURRENCY)
