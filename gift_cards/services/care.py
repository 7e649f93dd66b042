"""Blocking, replacing and voiding cards."""

from datetime import datetime

from django.db import transaction

from gift_cards.errors import (
    CodeReplacedAlready,
    GiftCardUnavailable,
    OtherStore,
)
from gift_cards.models import GiftCard, GiftCardCode
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members import services as members_services
from stores import services as stores_services
from stores.models import Approval

from . import accounts
from .acts import BLOCK, REPLACE, VOID, people_of, reason_of, subject_of
from .gifts import stop
from .locks import locked_card
from .renew import FreshCode, renew_code
from .sell import fingerprint

Status = GiftCard.Status


@transaction.atomic
def block(*, card_id: int, reason: str, by: Act, at: datetime) -> None:
    """Stop a card from paying, in the books too. Harmless twice.

    Raises GiftCardUnavailable for one that was never sold or is void, ReasonMissing,
    NotAllowed.
    """
    _set_blocked(card_id, reason, by, at, blocked=True)


@transaction.atomic
def unblock(*, card_id: int, reason: str, by: Act, at: datetime) -> None:
    """Let a blocked card pay again; nobody their own. Harmless twice.

    Raises as `block` does, and BeneficiaryRefused.
    """
    _set_blocked(card_id, reason, by, at, blocked=False)


def _set_blocked(
    card_id: int, reason: str, by: Act, at: datetime, *, blocked: bool
) -> None:
    stores_services.require_for(by, BLOCK)
    why = reason_of(reason)
    card = locked_card(card_id)
    if card.status not in (Status.ACTIVE, Status.BLOCKED) or card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    wanted = Status.BLOCKED if blocked else Status.ACTIVE
    if card.status == wanted:
        return
    if not blocked:
        by = stores_services.check_beneficiary(
            by=by,
            act=BLOCK,
            members=people_of(card),
            subject=subject_of(card_id),
            at=at,
        )
    ledger_services.set_account_status(
        account_id=card.account_id, status="frozen" if blocked else "open"
    )
    GiftCard.objects.filter(pk=card_id).update(status=wanted)
    stores_services.record_act(
        name="gift_cards.blocked" if blocked else "gift_cards.unblocked",
        by=by,
        at=at,
        subject=card,
        facts={"reason": why},
    )


@transaction.atomic
def replace(
    *,
    card_id: int,
    code_id: int,
    reason: str,
    by: Act,
    at: datetime,
    approval: Approval | None = None,
) -> FreshCode:
    """Give a card a new code and PIN: value and history stay, the old code is dead.

    `code_id` is the code that is replaced: sent twice, the second is refused. Raises
    CodeReplacedAlready, GiftCardUnavailable, ApprovalNeeded, NotAllowed.
    """
    why = reason_of(reason)
    card = locked_card(card_id)
    if card.status not in (Status.ACTIVE, Status.BLOCKED) or card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    if not GiftCardCode.objects.filter(pk=code_id, card=card, died_at=None).exists():
        raise CodeReplacedAlready
    by = stores_services.use_limit(
        by=by,
        act=REPLACE,
        amount=ledger_selectors.usable_balance(account_id=card.account_id, at=at),
        subject=subject_of(card_id),
        at=at,
        approval=approval,
        members=people_of(card),
    )
    fresh = renew_code(card, at=at)
    stores_services.record_act(
        name="gift_cards.replaced", by=by, at=at, subject=card, facts={"reason": why}
    )
    return fresh


@transaction.atomic
def void_sale(
    *,
    card_id: int,
    reason: str,
    by: Act,
    at: datetime,
    key: str,
    approval: Approval | None = None,
) -> int:
    """Undo the sale of a card: what is left goes back to the tenders, the card is dead.

    The amount paid back (minor units). Raises GiftCardUnavailable, OtherStore,
    ApprovalNeeded, NotAllowed, ReasonMissing.
    """
    why = reason_of(reason)
    card = locked_card(card_id)
    request = fingerprint("void", card_id)
    first = ledger_services.posted_before(key=key, fingerprint=request)
    if first is not None:
        return _paid_back(first, card)
    if card.status not in (Status.ACTIVE, Status.BLOCKED) or card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    store_id = accounts.store_of(by)
    # Bought from a wallet it was sold at no store, and goes back into the wallet.
    if card.store_id is not None and store_id != card.store_id:
        raise OtherStore
    members_services.refuse_frozen_step(card.owner_id)
    # No till spends from it while it is decided what is left.
    ledger_services.lock_accounts([card.account_id])
    if card.status == Status.BLOCKED:
        ledger_services.set_account_status(account_id=card.account_id, status="open")
    amount = ledger_selectors.usable_balance(account_id=card.account_id, at=at)
    by = stores_services.use_limit(
        by=by,
        act=VOID,
        amount=amount,
        subject=subject_of(card_id),
        at=at,
        approval=approval,
        members=people_of(card),
    )
    end_card(card, amount=amount, why=why, by=by, at=at, key=key, request=request)
    stores_services.record_act(
        name="gift_cards.voided",
        by=by,
        at=at,
        subject=card,
        facts={"reason": why, "amount": amount},
    )
    return amount


def end_card(
    card: GiftCard,
    *,
    amount: int,
    why: str,
    by: Act,
    at: datetime,
    key: str,
    request: bytes,
) -> None:
    """A step under the locks of the card and its account: what is left (minor units)
    goes back to where it came from, the card is dead, its gift stopped.
    """
    if card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    if amount:
        _pay_back(card, by, at, key, request, why)
    holds_more = ledger_selectors.open_lots(account_id=card.account_id)
    ledger_services.set_account_status(
        account_id=card.account_id, status="frozen" if holds_more else "closed"
    )
    GiftCard.objects.filter(pk=card.pk).update(status=Status.VOID)
    stop(card, at=at)


def _pay_back(
    card: GiftCard,
    by: Act,
    at: datetime,
    key: str,
    request: bytes,
    why: str,
) -> Posted:
    """Reverse the sale as far as its lots last; what was given back after it lapsed is
    paid out beside it.
    """
    if card.account_id is None or card.sale_id is None:
        raise GiftCardUnavailable(status=card.status)
    sold = [
        posting
        for posting in ledger_selectors.postings(entry_id=card.sale_id)
        if posting.credit_id == card.account_id
    ]
    lots = ledger_selectors.lots_made([posting.pk for posting in sold])
    amounts = {pk: lot.usable(at) for pk, lot in lots.items() if lot.usable(at)}
    tender = sold[0].debit_id
    others = [
        Line(
            debit_id=card.account_id,
            credit_id=tender,
            amount=lot.usable(at),
            lot_id=lot.lot_id,
        )
        for lot in ledger_selectors.open_lots(account_id=card.account_id)
        if lot.posting_id not in lots and lot.usable(at)
    ]
    if amounts:
        return ledger_services.reverse_entry(
            entry_id=card.sale_id,
            key=key,
            at=at,
            act=by,
            amounts=amounts,
            lines=others,
            memo=why,
            fingerprint=request,
        )
    return ledger_services.post_entry(
        kind=EntryKind.PAYOUT,
        key=key,
        at=at,
        act=by,
        lines=others,
        memo=why,
        fingerprint=request,
    )


def _paid_back(posted: Posted, card: GiftCard) -> int:
    return sum(
        posting.amount
        for posting in ledger_selectors.postings(entry_id=posted.entry_id)
        if posting.debit_id == card.account_id
    )
