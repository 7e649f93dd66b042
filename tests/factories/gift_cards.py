"""Gift cards for tests: designs by factory, cards by selling them."""

import itertools
from datetime import UTC, datetime
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from gift_cards import services as gift_cards_services
from gift_cards.models import GiftCard, GiftCardDesign
from gift_cards.services import Payment, Redeemed, Sold, SoldCard
from ledger.services import Act
from stores.models import Store, User
from tests.factories.ledger import an_act
from tests.factories.stores import ShiftFactory, StoreFactory, TillFactory, UserFactory

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_keys = itertools.count(1)


class GiftCardDesignFactory(DjangoModelFactory[GiftCardDesign]):
    """A face with three values, and any amount from 10 to 1,000."""

    class Meta:
        model = GiftCardDesign

    name = Sequence(lambda n: f"Design {n}")
    face = "birthday"
    face_values = [50_00, 100_00, 200_00]
    free_from = 10_00
    free_to = 1_000_00


def at_store(store: Store | None = None) -> Act:
    """A program at the counter of a store."""
    store = store or StoreFactory.create()
    return an_act(actor="key:1", store_id=store.pk)


def at_till(role: str, store: Store | None = None) -> tuple[Act, User]:
    """Someone in a role, in an open shift at a till."""
    store = store or StoreFactory.create()
    user = UserFactory.holding(role, store=store)
    shift = ShiftFactory.create(till=TillFactory.create(store=store), opened_by=user)
    act = an_act(
        actor=f"staff:{user.pk}",
        staff_id=user.pk,
        store_id=store.pk,
        till_id=shift.till_id,
        shift_id=shift.pk,
    )
    return act, user


def a_key(word: str = "test") -> str:
    return f"{word}:{next(_keys)}"


def sell(amount: int = 100_00, *, by: Act, **options: Any) -> Sold:
    """Sell cards of a new design, for cash unless said otherwise."""
    quantity = options.get("quantity", 1)
    tenders = options.pop("tenders", {"cash": amount * quantity})
    buyer_id = options.pop("buyer_id", None)
    design_id = options.pop("design_id", None) or GiftCardDesignFactory.create().pk
    return gift_cards_services.sell(
        **{
            "design_id": design_id,
            "amount": amount,
            "payment": Payment(tenders=tenders, buyer_id=buyer_id),
            "by": by,
            "at": NOON,
            "key": a_key("sell"),
            **options,
        }
    )


def a_card(amount: int = 100_00, *, by: Act, **options: Any) -> SoldCard:
    """One card that was sold."""
    return sell(amount, by=by, **options).cards[0]


def row(card: SoldCard) -> GiftCard:
    return GiftCard.objects.select_related("account").get(pk=card.card_id)


def left(card: SoldCard) -> int:
    """The balance in the books."""
    account = row(card).account
    assert account is not None
    return account.balance


def pay(card: SoldCard, amount: int, *, by: Act, **options: Any) -> Redeemed:
    """Pay with a card as it was handed over."""
    return gift_cards_services.redeem(
        **{
            "code": card.code,
            "pin": card.pin or "",
            "amount": amount,
            "by": by,
            "at": NOON,
            "key": a_key("pay"),
            **options,
        }
    )
