"""Who asks to give a sale back, whether they may, and whether they asked before."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from checkout.errors import ReturnNeedsApprover, SaleUnknown
from checkout.models import CheckoutPolicy, Refund, Sale, SalePayment
from checkout.models.policy import Returns
from checkout.selectors.returns import takes_back
from common.text import one_line
from ledger.errors import IdempotencyConflict
from ledger.services import Act
from policies import selectors as policies_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.errors import ReasonMissing
from stores.models import Approval

from .locks import locked_sale

REFUND = "checkout.refund_sale"
VOID = "checkout.void_sale"


def subject_of(sale_id: UUID) -> str:
    """What an approval is about."""
    return f"sale:{sale_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to give back: why, how, by whom; `seal` stands for all of it."""

    is_void: bool
    reason: str
    to: str
    by: Act
    at: datetime
    key: str
    seal: bytes


def its_sale(sale_id: UUID | str, asked: Asked, permission: str) -> tuple[Sale, Asked]:
    """The sale under its lock, and the act as one of a store: another store's sale does
    not exist, unless the policy lets this one take it back; what head office does falls
    into the day of the sale's store.
    """
    sale, by = locked_sale(sale_id), asked.by
    if permission == VOID and by.store_id not in (None, sale.store_id):
        raise SaleUnknown
    if not takes_back(sale, store_id=by.store_id, at=asked.at):
        raise SaleUnknown
    stores_services.require_for(by, permission)
    if by.store_id is None:
        day = stores_selectors.business_date(sale.store, asked.at)
        by = replace(by, store_id=sale.store_id, business_date=day)
    return sale, replace(asked, by=by)


def first_answer(asked: Asked) -> Refund | None:
    """What this key did before. Raises IdempotencyConflict for another request."""
    row = Refund.objects.filter(key=asked.key).first()
    if row is not None and bytes(row.fingerprint) != asked.seal:
        raise IdempotencyConflict
    return row


def allowed(
    sale: Sale, asked: Asked, permission: str, amount: int, approval: Approval | None
) -> Asked:
    """Within one's limit or with a second person; nobody who gains by it.

    What another store sold asks for an approver where the policy says so, however
    little it is, and whoever asks.
    """
    if (
        approval is None
        and asked.by.store_id != sale.store_id
        and policies_selectors.in_force(CheckoutPolicy, at=asked.at).returns
        == Returns.APPROVED
    ):
        raise ReturnNeedsApprover(act=permission, amount=amount)
    holders = SalePayment.objects.filter(sale=sale).values_list("holder_id", flat=True)
    members = {pk for pk in (sale.member_id, *holders) if pk is not None}
    stored_value_services.refuse_own(asked.by, [Holder.member(pk) for pk in members])
    by = stores_services.use_limit(
        by=asked.by,
        act=permission,
        amount=amount,
        at=asked.at,
        approval=approval,
        subject=subject_of(sale.pk),
        members=members,
    )
    return replace(asked, by=by)


def said(reason: str) -> str:
    """Why, in a few words; it stays for ever. Raises ReasonMissing."""
    plain = one_line(reason, 200)
    if not plain:
        raise ReasonMissing
    return plain


def seal_of(*request: object) -> bytes:
    """What stands for a whole request, so that its key never stands for another."""
    return hashlib.sha256(json.dumps(request, default=str).encode()).digest()
