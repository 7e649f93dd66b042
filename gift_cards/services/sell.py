"""Selling cards: active once paid, and never before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from common.text import one_line
from gift_cards import rules
from gift_cards.errors import MemberUnknown, NotForSale, QuantityRefused
from gift_cards.models import GiftCard, GiftCardCode, GiftCardDesign, GiftCardPolicy
from ledger import services as ledger_services
from ledger.kinds import EntryKind
from ledger.services import Act, Line, Posted
from members.models import Member
from outbox import services as outbox_services
from outbox.kinds import EventKind
from policies import selectors as policies_selectors
from policies.profiles import Profile
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.models import Store

from . import accounts
from .acts import SELL
from .find import find_to_sell
from .gifts import GiftWish, check_wish, wrap
from .locks import locked
from .renew import new_codes

MOST_AT_ONCE: Final = 500
PAID_FIELDS: Final = [
    "status",
    "amount",
    "account",
    "sale",
    "store",
    "sold_at",
    "policy",
    "expires_at",
    "buyer",
]


@dataclass(frozen=True, slots=True)
class SoldCard:
    """A card as it is handed over: code and PIN are shown this once.

    `code` is None when the same request is sent again, and for printed cards; `scan` is
    what a QR code on the card contains, and needs no PIN; `link` opens the gift where
    one was asked for.
    """

    card_id: int
    public_id: UUID
    last4: str
    amount: int
    expires_at: datetime | None
    code: str | None = None
    pin: str | None = None
    scan: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """The entry that paid for the cards, and the cards."""

    entry_id: UUID
    cards: tuple[SoldCard, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What was paid for cards, by tender in minor units, and by whom.

    `reference` is what payment providers call it; it stands in the entry.
    """

    tenders: Mapping[str, int]
    buyer_id: int | None = None
    for_organisation: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What a sale keeps to: the rules in force, and the store where it happens."""

    policy: GiftCardPolicy
    bounds: Profile
    store: Store
    by: Act
    at: datetime

    @property
    def expires_at(self) -> datetime | None:
        return rules.expires_at(
            self.at, policy=self.policy, bounds=self.bounds, zone=self.store.zone
        )


def sell(
    *,
    design_id: int,
    amount: int,
    payment: Payment,
    by: Act,
    at: datetime,
    key: str,
    quantity: int = 1,
    gift: GiftWish | None = None,
) -> Sold:
    """Sell new cards of one design and amount (minor units), each a code of its own.

    Sent again under its key it answers with the same cards, without their codes.
    Raises NotForSale, CardAmountRefused, QuantityRefused, TendersRefused, StoreNeeded,
    RealNameNeeded, NonCashNeeded, GiftRefused, NotAllowed, IdempotencyConflict.
    """
    if not 0 < quantity <= MOST_AT_ONCE:
        raise QuantityRefused(most=MOST_AT_ONCE)
    request = fingerprint(
        "sell", design_id, amount, quantity, _asked(payment), gift and gift.asked()
    )
    with transaction.atomic():
        stores_services.require_for(by, SELL)
        first = ledger_services.posted_before(key=key, fingerprint=request)
        if first is not None:
            return _again(first.entry_id)
        terms = _terms(by, at)
        design = GiftCardDesign.objects.filter(pk=design_id, is_active=True).first()
        if design is None:
            raise NotForSale
        rules.check_amount(
            amount, design=design, policy=terms.policy, bounds=terms.bounds
        )
        if gift is not None:
            check_wish(gift, quantity=quantity, at=at)
        try:
            with transaction.atomic():
                return _sell_new(
                    design, [amount] * quantity, payment, gift, terms, key, request
                )
        except _Replayed as replayed:
            return _again(replayed.entry_id)


def activate(
    *,
    codes: Sequence[str],
    payment: Payment,
    by: Act,
    at: datetime,
    key: str,
    amount: int | None = None,
) -> Sold:
    """Sell printed cards that are scanned at the till; `amount` where none is printed.

    Raises what `sell` raises, GiftCardNotFound, TooManyTries.
    """
    if not 0 < len(codes) <= MOST_AT_ONCE:
        raise QuantityRefused(most=MOST_AT_ONCE)
    stores_services.require_for(by, SELL)
    found = {
        card.card_id: card
        for card in (find_to_sell(code=code, by=by, at=at) for code in codes)
    }
    request = fingerprint("activate", sorted(found), amount, _asked(payment))
    with transaction.atomic():
        cards = locked(found)
        first = ledger_services.posted_before(key=key, fingerprint=request)
        if first is not None:
            return _again(first.entry_id)
        terms = _terms(by, at)
        if len(found) != len(codes):
            raise NotForSale  # one of them was scanned twice
        for card in cards:
            _price(card, amount, terms)
        posted = _pay(cards, payment, terms, key, request)
        return Sold(
            posted.entry_id,
            tuple(_handed(card, found[card.pk].last4) for card in cards),
        )


def fingerprint(*request: object) -> bytes:
    """What a request asked, so that its key serves for nothing else."""
    return hashlib.sha256(json.dumps(request, default=str).encode()).digest()


class _Replayed(Exception):
    """Another request with this key was quicker."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__()
        self.entry_id = entry_id


def _asked(payment: Payment) -> list[object]:
    return [
        sorted(payment.tenders.items()),
        payment.buyer_id,
        payment.for_organisation,
    ]


def _terms(by: Act, at: datetime) -> _Terms:
    return _Terms(
        policy=policies_selectors.in_force(GiftCardPolicy, at=at),
        bounds=policies_selectors.profile(at=at),
        store=Store.objects.get(pk=accounts.store_of(by)),
        by=by,
        at=at,
    )


def _price(card: GiftCard, amount: int | None, terms: _Terms) -> None:
    """What a printed card is sold for: what it says, or what the buyer chose."""
    batch = card.batch
    if card.status != GiftCard.Status.MADE or batch is None:
        raise NotForSale
    price = card.amount if amount is None else amount
    if price is None or (card.amount is not None and price != card.amount):
        raise NotForSale
    if card.amount is None:
        rules.check_amount(
            price, design=card.design, policy=terms.policy, bounds=terms.bounds
        )
    card.amount = price


def _sell_new(
    design: GiftCardDesign,
    amounts: list[int],
    payment: Payment,
    gift: GiftWish | None,
    terms: _Terms,
    key: str,
    request: bytes,
) -> Sold:
    cards = GiftCard.objects.bulk_create(
        [GiftCard(design=design, amount=amount, made_at=terms.at) for amount in amounts]
    )
    made = new_codes(
        [card.pk for card in cards], with_pin=terms.policy.pin_asked, at=terms.at
    )
    posted = _pay(cards, payment, terms, key, request)
    link = wrap(cards[0], gift, at=terms.at) if gift is not None else None
    return Sold(
        posted.entry_id,
        tuple(
            replace(
                _handed(card, fresh.last4),
                code=fresh.code,
                pin=fresh.pin or None,
                scan=fresh.scan,
                link=link,
            )
            for card, fresh in zip(cards, made, strict=True)
        ),
    )


def _pay(
    cards: Sequence[GiftCard],
    payment: Payment,
    terms: _Terms,
    key: str,
    request: bytes,
) -> Posted:
    """A step: one entry for all of them, from the tenders to what we owe on each."""
    amounts = [card.amount or 0 for card in cards]
    rules.check_payment(
        sum(amounts),
        payment.tenders,
        known=tuple(
            stores_selectors.require_taken(word, store_id=terms.store.pk).code
            for word in payment.tenders
        ),
        bounds=terms.bounds,
        has_buyer=_is_named(payment.buyer_id),
        for_organisation=payment.for_organisation,
    )
    by = stores_services.check_beneficiary(
        by=terms.by,
        act=SELL,
        amount=sum(amounts),
        members=[payment.buyer_id],
        at=terms.at,
    )
    card_accounts = accounts.of_cards([card.pk for card in cards])
    tenders = {
        word: accounts.of_tender(terms.store.pk, word)
        for word in sorted(payment.tenders)
    }
    posted = ledger_services.post_entry(
        kind=EntryKind.GIFT_CARD_SALE,
        key=key,
        at=terms.at,
        act=by,
        lines=[
            Line(
                debit_id=tenders[word],
                credit_id=card_accounts[place],
                amount=paid,
                expires_at=terms.expires_at,
            )
            for place, word, paid in rules.shares(amounts, payment.tenders)
        ],
        memo=one_line(payment.reference, 200),
        fingerprint=request,
    )
    if posted.replayed:
        raise _Replayed(posted.entry_id)
    for card, account_id in zip(cards, card_accounts, strict=True):
        card.status = GiftCard.Status.ACTIVE
        card.account_id = account_id
        card.sale_id = posted.entry_id
        card.store_id = terms.store.pk
        card.sold_at = terms.at
        card.policy = terms.policy
        card.expires_at = terms.expires_at
        card.buyer_id = payment.buyer_id
    GiftCard.objects.bulk_update(cards, PAID_FIELDS, batch_size=100)
    stores_services.record_act(
        name="gift_cards.sold",
        by=terms.by,
        at=terms.at,
        subject=cards[0],
        facts={
            "entry": str(posted.entry_id),
            "cards": len(cards),
            "amount": sum(amounts),
        },
    )
    outbox_services.record_many(
        kind=EventKind.GIFT_CARD_SOLD,
        facts={
            str(card.public_id): {
                "entry": str(posted.entry_id),
                "amount": card.amount,
            }
            for card in cards
        },
        store_id=terms.store.pk,
        at=terms.at,
    )
    return posted


def _is_named(buyer_id: int | None) -> bool:
    """Whether the buyer is a member with a name. Raises MemberUnknown."""
    if buyer_id is None:
        return False
    buyer = Member.objects.filter(pk=buyer_id, status=Member.Status.ACTIVE).first()
    if buyer is None:
        raise MemberUnknown
    return bool(buyer.name.strip())


def _handed(card: GiftCard, last4: str) -> SoldCard:
    return SoldCard(card.pk, card.public_id, last4, card.amount or 0, card.expires_at)


def _again(entry_id: UUID) -> Sold:
    """The cards of a sale, without the codes: those were shown the first time."""
    cards = GiftCard.objects.filter(sale_id=entry_id).order_by("pk")
    last4 = dict(
        GiftCardCode.objects.filter(card__in=cards, died_at=None).values_list(
            "card_id", "last4"
        )
    )
    return Sold(
        entry_id,
        tuple(_handed(card, last4[card.pk]) for card in cards),
        replayed=True,
    )
