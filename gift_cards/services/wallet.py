"""A card that its holder would rather have in the wallet: all of it, in one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gift_cards.errors import (
    GiftCardEmpty,
    GiftCardUnavailable,
    GiftCardUnknown,
    GiftNotFound,
    MoveRefused,
)
from gift_cards.models import Gift, GiftCard
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.services import Act
from members import services as members_services
from outbox import services as outbox_services
from outbox.kinds import EventKind
from stored_value import services as stored_value_services
from stored_value.holders import Holder, lock_wallets, open_wallet
from stores import services as stores_services

from .acts import REDEEM, require_oneself, subject_of
from .find import find
from .gifts import gift_of_token, open_gift
from .locks import locked_card
from .renew import give_to
from .sell import fingerprint


@dataclass(frozen=True, slots=True)
class Moved:
    """What went into the wallet (minor units)."""

    entry_id: UUID
    card_id: int
    amount: int
    replayed: bool


def redeem_to_wallet(
    *,
    code: str,
    member_id: int,
    by: Act,
    at: datetime,
    key: str,
    pin: str = "",
    callers: Sequence[str] = (),
) -> Moved:
    """Move all that is left on a card into a member's principal.

    Raises GiftCardNotFound, TooManyTries, GiftCardUnavailable, GiftCardEmpty,
    NotAllowed, and what the wallet refuses (HoldsTooMuch above the country's limit).
    """
    stores_services.require_for(by, REDEEM)
    found = find(code=code, pin=pin, callers=callers, by=by, at=at)
    return move_to_wallet(
        card_id=found.card_id, member_id=member_id, by=by, at=at, key=key
    )


@transaction.atomic
def gift_to_wallet(
    *, token: str, member_id: int, by: Act, at: datetime, key: str
) -> Moved:
    """The friend, signed in as a member, moves the gift into the wallet.

    Raises GiftNotFound, GiftNotYet, and what `redeem_to_wallet` raises. A gift that was
    kept as a card has a code of its own: only that moves it.
    """
    # The card before its gift, as everywhere.
    locked_card(gift_of_token(token).card_id)
    gift = open_gift(token=token, at=at)
    request = fingerprint("to_wallet", gift.card_id, member_id)
    if ledger_services.posted_before(key=key, fingerprint=request) is None:
        kept = Gift.objects.filter(pk=gift.pk, kept_at=None).update(kept_at=at)
        if kept != 1:
            raise GiftNotFound
    moved = move_to_wallet(
        card_id=gift.card_id, member_id=member_id, by=by, at=at, key=key
    )
    if not moved.replayed:
        # Whose it was, though nothing is left on it.
        give_to(gift.card, member_id)
    return moved


@transaction.atomic
def move_to_wallet(
    *, card_id: int, member_id: int, by: Act, at: datetime, key: str
) -> Moved:
    """Move all that is left on a card that was opened before into a wallet.

    Raises GiftCardUnavailable, GiftCardEmpty, and what the wallet refuses.
    """
    card = locked_card(card_id)
    request = fingerprint("to_wallet", card_id, member_id)
    first = ledger_services.posted_before(key=key, fingerprint=request)
    if first is not None:
        return Moved(first.entry_id, card_id, _amount(first.entry_id), replayed=True)
    if card.status != GiftCard.Status.ACTIVE or card.account_id is None:
        raise GiftCardUnavailable(status=card.status)
    if card.owner_id != member_id:
        members_services.refuse_frozen_step(card.owner_id)
    if card.policy is not None and not card.policy.may_move_to_wallet:
        raise MoveRefused
    member = Holder.member(member_id)
    open_wallet(member)
    lock_wallets([Holder("gift_card", card_id), member])
    amount = ledger_selectors.usable_balance(account_id=card.account_id, at=at)
    if not amount:
        raise GiftCardEmpty
    by = stores_services.check_beneficiary(
        by=by,
        act=REDEEM,
        amount=amount,
        members=[member_id, card.owner_id],
        subject=subject_of(card_id),
        at=at,
    )
    posted = stored_value_services.redeem_into_wallet_step(
        account_id=card.account_id,
        member_id=member_id,
        amount=amount,
        by=by,
        at=at,
        key=key,
        fingerprint=request,
    )
    stores_services.record_act(
        name="gift_cards.moved",
        by=by,
        at=at,
        subject=card,
        facts={"amount": amount, "member": member_id},
    )
    outbox_services.record(
        kind=EventKind.GIFT_CARD_REDEEMED,
        subject=str(card.public_id),
        store_id=by.store_id,
        payload={"entry": str(posted.entry_id), "amount": amount, "left": 0},
        at=at,
    )
    return Moved(posted.entry_id, card_id, amount, replayed=False)


@transaction.atomic
def own_card_to_wallet(
    *, card_id: int, member_id: int, by: Act, at: datetime, key: str
) -> Moved:
    """A member moves a card that is among their own into their wallet.

    Raises GiftCardUnknown for another's, OnlyOneself, and what `move_to_wallet`
    raises.
    """
    require_oneself(by, member_id)
    if locked_card(card_id).owner_id != member_id:
        raise GiftCardUnknown
    return move_to_wallet(card_id=card_id, member_id=member_id, by=by, at=at, key=key)


def _amount(entry_id: UUID) -> int:
    return sum(
        posting.amount for posting in ledger_selectors.postings(entry_id=entry_id)
    )
