"""The locks of whatever undoes or follows a sale: the sale, gift cards, accounts."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError

from checkout.errors import SaleUnknown
from checkout.models import Sale, SalePayment
from gift_cards.models import GiftCard
from gift_cards.services.locks import locked as locked_gift_cards
from ledger import lineage as ledger_lineage
from ledger import services as ledger_services
from ledger.lineage import PostingFacts
from members import selectors as members_selectors


def locked_sale(sale_id: UUID | str) -> Sale:
    """The sale, held until the end of the transaction. Raises SaleUnknown."""
    rows = Sale.objects.select_related("store", "policy", "shift")
    try:
        found = rows.filter(pk=sale_id)
        sale = found.select_for_update(of=("self",), no_key=True).first()
    except (ValidationError, ValueError) as no_id:
        raise SaleUnknown from no_id
    if sale is None:
        raise SaleUnknown
    return sale


def free_sale(sale_id: UUID) -> Sale | None:
    """The same for a sweep, which passes over a sale that somebody holds."""
    rows = Sale.objects.filter(pk=sale_id).select_related("store")
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()


def lock_all(
    sale: Sale, payments: Sequence[SalePayment], postings: Sequence[PostingFacts]
) -> dict[int, GiftCard]:
    """The gift cards that paid, then every account of the sale, in key order.

    All at once: what the steps post later, in any order, finds its accounts locked.
    """
    cards = locked_gift_cards(
        payment.gift_card_id for payment in payments if payment.gift_card_id
    )
    whose = _whose(sale, payments)
    while True:
        ids = {posting.debit_id for posting in postings}
        for member_id in whose:
            ids.update(
                ledger_lineage.guarded_accounts(
                    holder_kind="member", holder_id=member_id
                )
            )
        ledger_services.lock_accounts(sorted(ids))
        now = _whose(sale, payments)
        if now <= whose:
            return {card.pk: card for card in cards}
        whose |= now  # merged into another while we waited


def _whose(sale: Sale, payments: Sequence[SalePayment]) -> set[int]:
    """Whose wallets and points they are now: of a merged member, the survivor's."""
    members = {sale.member_id, *(payment.holder_id for payment in payments)}
    return {
        members_selectors.resolve(member_id)
        for member_id in members
        if member_id is not None
    }
