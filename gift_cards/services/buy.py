"""A member buys a card for a friend from their wallet, and may take it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from gift_cards import rules
from gift_cards.codes import link_token
from gift_cards.errors import (
    GiftNotReturnable,
    MemberUnknown,
    NotForSale,
    StoredValueRefused,
)
from gift_cards.models import (
    RETURNABLE,
    Gift,
    GiftCard,
    GiftCardDesign,
    GiftCardPolicy,
)
from ledger import selectors as ledger_selectors
from ledger import services as ledger_services
from ledger.services import Act
from members.models import Member
from outbox import services as outbox_services
from outbox.kinds import EventKind
from policies import selectors as policies_selectors
from stored_value import selectors as stored_value_selectors
from stored_value import services as stored_value_services
from stored_value.holders import Holder, lock_wallets, open_wallet
from stores import services as stores_services

from . import accounts
from .acts import require_oneself
from .care import end_card
from .gifts import GiftWish, check_wish, wrap
from .locks import locked_card
from .renew import new_codes
from .sell import fingerprint

TAKEN_BACK = "gift_cards.taken_back"


@dataclass(frozen=True, slots=True)
class GiftBought:
    """The gift as its giver knows it from now on."""

    gift_id: UUID
    entry_id: UUID
    replayed: bool


def buy_gift(
    *,
    design_id: int,
    amount: int,
    member_id: int,
    gift: GiftWish,
    by: Act,
    at: datetime,
    key: str,
    payment_code: str = "",
) -> GiftBought:
    """A member gives a friend a card (minor units), paid with their own principal.

    Nobody sees its code: the friend gets one when they keep the card. Above the shop's
    limit it needs the payment code, which is proven in a transaction of its own: a
    wrong try is counted whatever comes of it. Raises NotForSale, CardAmountRefused,
    GiftRefused, StoredValueRefused, RealNameNeeded, NotEnough, CodeNeeded, CodeRefused,
    CodeLocked, SpendingWaits, OnlyOneself, IdempotencyConflict.
    """
    require_oneself(by, member_id)
    is_proven = False
    if amount > stored_value_selectors.code_asked_above(at=at):
        is_proven = stored_value_services.prove_identity(
            holder=Holder.member(member_id), code=payment_code, by=by, at=at
        )
    purchase = _Purchase(
        design_id=design_id,
        amount=amount,
        member_id=member_id,
        gift=gift,
        is_proven=is_proven,
        key=key,
    )
    with transaction.atomic():
        member = Holder.member(member_id)
        open_wallet(member)
        lock_wallets([member])
        first = ledger_services.posted_before(key=key, fingerprint=purchase.request)
        if first is not None:
            return _bought(first.entry_id, replayed=True)
        return _buy(purchase, by, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purchase:
    """What is asked for; whether the payment code was given does not change it."""

    design_id: int
    amount: int
    member_id: int
    gift: GiftWish
    is_proven: bool
    key: str

    @property
    def request(self) -> bytes:
        return fingerprint(
            "buy", self.design_id, self.amount, self.member_id, self.gift.asked()
        )


def _check(purchase: _Purchase, policy: GiftCardPolicy, at: datetime) -> None:
    """Refuse what the shop or the country does not let a member buy."""
    if not policy.sold_for_stored_value:
        raise StoredValueRefused
    designs = GiftCardDesign.objects.filter(pk=purchase.design_id, is_active=True)
    design = designs.first()
    if design is None:
        raise NotForSale
    bounds = policies_selectors.profile(at=at)
    amount = purchase.amount
    rules.check_amount(amount, design=design, policy=policy, bounds=bounds)
    members = Member.objects.filter(pk=purchase.member_id, status=Member.Status.ACTIVE)
    buyer = members.first()
    if buyer is None:
        raise MemberUnknown
    rules.check_buyer(amount, bounds=bounds, has_buyer=bool(buyer.name.strip()))
    check_wish(purchase.gift, quantity=1, at=at)


def _buy(purchase: _Purchase, by: Act, at: datetime) -> GiftBought:
    """Under the wallet's lock: the card is made, paid for, and wrapped."""
    policy = policies_selectors.in_force(GiftCardPolicy, at=at)
    _check(purchase, policy, at)
    card = GiftCard.objects.create(
        design_id=purchase.design_id, amount=purchase.amount, made_at=at
    )
    new_codes([card.pk], with_pin=policy.pin_asked, at=at)
    (account_id,) = accounts.of_cards([card.pk])
    expires_at = rules.expires_at(
        at,
        policy=policy,
        bounds=policies_selectors.profile(at=at),
        zone=ZoneInfo(settings.TIME_ZONE),
    )
    posted = stored_value_services.buy_gift_card_step(
        account_id=account_id,
        member_id=purchase.member_id,
        amount=purchase.amount,
        expires_at=expires_at,
        by=by,
        at=at,
        key=purchase.key,
        is_proven=purchase.is_proven,
        fingerprint=purchase.request,
    )
    GiftCard.objects.filter(pk=card.pk).update(
        status=GiftCard.Status.ACTIVE,
        account_id=account_id,
        sale_id=posted.entry_id,
        sold_at=at,
        policy=policy,
        expires_at=expires_at,
        buyer_id=purchase.member_id,
    )
    card.refresh_from_db()
    wrap(card, purchase.gift, at=at, token=link_token(card.public_id))
    _record(card, posted.entry_id, by, at)
    return _bought(posted.entry_id, replayed=False)


def _record(card: GiftCard, entry_id: UUID, by: Act, at: datetime) -> None:
    facts = {"entry": str(entry_id), "amount": card.amount}
    stores_services.record_act(
        name="gift_cards.sold", by=by, at=at, subject=card, facts={"cards": 1, **facts}
    )
    outbox_services.record(
        kind=EventKind.GIFT_CARD_SOLD,
        subject=str(card.public_id),
        store_id=by.store_id,
        payload=facts,
        at=at,
    )


def _bought(entry_id: UUID, *, replayed: bool) -> GiftBought:
    gift_id = Gift.objects.values_list("public_id", flat=True).get(
        card__sale_id=entry_id
    )
    return GiftBought(gift_id, entry_id, replayed)


@transaction.atomic
def take_gift_back(
    *, gift_id: UUID, member_id: int, by: Act, at: datetime, key: str
) -> int:
    """The giver changes their mind before the gift has left, or before its link was
    opened: what it holds (minor units) is in the wallet again, in its own lots.

    Asked twice it answers with nothing more given back. Raises GiftNotReturnable,
    OnlyOneself.
    """
    require_oneself(by, member_id)
    gift = Gift.objects.filter(public_id=gift_id, card__buyer_id=member_id).first()
    if gift is None:
        raise GiftNotReturnable
    card = locked_card(gift.card_id)
    if card.store_id is not None or card.account_id is None or card.sale_id is None:
        raise GiftNotReturnable
    request = fingerprint("take_back", card.pk, member_id)
    if ledger_services.posted_before(key=key, fingerprint=request) is not None:
        return 0
    # Whoever sends it or opens it meanwhile changes the same row: one of them comes
    # first, and the other finds that.
    mine = Gift.objects.filter(RETURNABLE, pk=gift.pk)
    if mine.update(status=Gift.Status.STOPPED) != 1:
        raise GiftNotReturnable
    lock_wallets([Holder("gift_card", card.pk), Holder.member(member_id)])
    if card.status != GiftCard.Status.ACTIVE:
        raise GiftNotReturnable
    amount = ledger_selectors.usable_balance(account_id=card.account_id, at=at)
    end_card(card, amount=amount, why="", by=by, at=at, key=key, request=request)
    stores_services.record_act(
        name=TAKEN_BACK, by=by, at=at, subject=card, facts={"amount": amount}
    )
    return amount
